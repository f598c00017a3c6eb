//! When who asks.

use std::time::{Duration, Instant};

use tokio::sync::mpsc::UnboundedSender;

/// One request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Arrival {
    /// Which.
    pub(crate) n: u32,
    /// When it came.
    pub(crate) at: Instant,
}

/// Sends `rate` requests a second, at random times, for `lasting`.
pub(crate) async fn arrive(rate: u32, lasting: Duration, to: UnboundedSender<Arrival>) {
    let begun = Instant::now();
    let (mut random, mut after) = (Random(0x9e37_79b9_7f4a_7c15), Duration::ZERO);
    for n in 0.. {
        after += Duration::from_secs_f64(-random.next().ln() / f64::from(rate));
        if after >= lasting {
            return;
        }
        let at = begun + after;
        // The timer counts milliseconds: those that are due already are sent at once.
        if at > Instant::now() {
            tokio::time::sleep_until(at.into()).await;
        }
        if to.send(Arrival { n, at }).is_err() {
            return;
        }
    }
}

/// xorshift64* (Vigna 2016, "An experimental exploration of Marsaglia's xorshift generators").
struct Random(u64);

impl Random {
    /// Between 0 and 1, never 0.
    fn next(&mut self) -> f64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let bits = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 11;
        (bits as f64 + 1.0) / (1_u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mean_of_the_times_between_is_right() {
        let mut random = Random(1);
        let mean = (0..100_000).map(|_| -random.next().ln()).sum::<f64>() / 100_000.0;
        assert!((mean - 1.0).abs() < 0.02, "{mean}");
    }
}
