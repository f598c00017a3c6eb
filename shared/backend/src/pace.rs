//! At most so many requests a second, and none before a throttling has passed.

use std::time::Duration;

use tokio::{sync::Mutex, time::Instant};

/// The pace of one client.
#[derive(Debug)]
pub(crate) struct Pace {
    interval: Duration,
    next: Mutex<Option<Instant>>,
}

impl Pace {
    /// `per_second` requests; any number without it.
    pub(crate) fn new(per_second: Option<f64>) -> Self {
        let interval = per_second.filter(|rate| *rate > 0.0).map(|rate| 1.0 / rate);
        let interval = interval.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
        Self {
            interval: interval.unwrap_or_default(),
            next: Mutex::default(),
        }
    }

    /// Waits until the next request may be sent.
    pub(crate) async fn turn(&self) {
        let mut next = self.next.lock().await;
        let now = Instant::now();
        let turn = next.map_or(now, |next| next.max(now));
        *next = Some(turn + self.interval);
        drop(next);
        tokio::time::sleep_until(turn).await;
    }

    /// Lets no request go for as long.
    pub(crate) async fn hold(&self, wait: Duration) {
        let until = Instant::now() + wait;
        let mut next = self.next.lock().await;
        *next = Some(next.map_or(until, |next| next.max(until)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn requests_are_an_interval_apart_and_none_is_sent_while_held() {
        let pace = Pace::new(Some(4.0));
        let begun = Instant::now();
        for expected in [0, 250, 500] {
            pace.turn().await;
            assert_eq!(begun.elapsed().as_millis(), expected);
        }
        pace.hold(Duration::from_secs(5)).await;
        pace.turn().await;
        assert_eq!(begun.elapsed().as_millis(), 5_500);
    }

    #[tokio::test(start_paused = true)]
    async fn without_a_rate_nothing_waits() {
        let pace = Pace::new(None);
        let begun = Instant::now();
        for _ in 0..100 {
            pace.turn().await;
        }
        assert!(begun.elapsed().is_zero());
    }
}
