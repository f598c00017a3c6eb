//! The circuit breaker of one campaign: when nearly all of the last calls failed, no more are made
//! for a while, and shoppers no longer wait for time-outs. Then one call tries again.
//!
//! A Personalize that throttles half of the calls stays connected: half of the shoppers still get
//! their own list.

use std::time::{Duration, Instant};

/// Calls that are looked back on.
const WINDOW: u32 = 10;

/// How many of them have to have failed.
const FAILED: u32 = 8;

/// The first pause; each that follows on a failed try is twice as long.
const PAUSE: Duration = Duration::from_secs(1);

/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(8);

/// The breaker.
#[derive(Debug, Default)]
pub(crate) struct Breaker {
    /// The last calls as bits, newest lowest; 1 is a failure.
    last: u32,
    open: Option<Open>,
}

#[derive(Debug)]
struct Open {
    until: Instant,
    pause: Duration,
    /// Whether somebody is trying.
    tried: bool,
}

impl Breaker {
    /// Whether a call may be made at `now`. Who hears yes has to tell how it went.
    pub(crate) fn admits(&mut self, now: Instant) -> bool {
        let Some(open) = &mut self.open else {
            return true;
        };
        let admits = now >= open.until && !open.tried;
        if admits {
            open.tried = true;
            // A call whose end nobody tells of does not shut the breaker for good.
            open.until = now + open.pause;
        } else if now >= open.until {
            open.tried = false;
        }
        admits
    }

    /// A call ended at `now`.
    pub(crate) fn ended(&mut self, answered: bool, now: Instant) {
        if answered && self.open.take().is_some() {
            self.last = 0;
            return;
        }
        if let Some(open) = &mut self.open {
            if open.tried {
                open.pause = (open.pause * 2).min(LONGEST_PAUSE);
                open.until = now + open.pause;
                open.tried = false;
            }
            return;
        }
        self.last = (self.last << 1 | u32::from(!answered)) & ((1 << WINDOW) - 1);
        if self.last.count_ones() >= FAILED {
            self.open = Some(Open {
                until: now + PAUSE,
                pause: PAUSE,
                tried: false,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(answers: impl IntoIterator<Item = bool>, now: Instant) -> Breaker {
        let mut breaker = Breaker::default();
        for answered in answers {
            assert!(breaker.admits(now));
            breaker.ended(answered, now);
        }
        breaker
    }

    #[test]
    fn half_of_the_calls_failing_keeps_it_closed() {
        let now = Instant::now();
        let mut breaker = after((0..100).map(|n| n % 2 == 0), now);
        assert!(breaker.admits(now));
    }

    #[test]
    fn when_nearly_all_fail_it_opens_and_one_call_tries_again() {
        let now = Instant::now();
        let mut breaker = after([false; 8], now);
        assert!(!breaker.admits(now));
        let later = now + PAUSE;
        assert!(breaker.admits(later), "one");
        assert!(!breaker.admits(later), "and no other");
        breaker.ended(true, later);
        assert!(breaker.admits(later) && breaker.admits(later));
    }

    #[test]
    fn each_failed_try_doubles_the_pause_up_to_an_end() {
        let mut now = Instant::now();
        let mut breaker = after([false; 8], now);
        let mut pause = PAUSE;
        for _ in 0..10 {
            now += pause;
            assert!(breaker.admits(now));
            breaker.ended(false, now);
            pause = (pause * 2).min(LONGEST_PAUSE);
            assert!(!breaker.admits(now + pause / 2));
        }
        assert_eq!(pause, LONGEST_PAUSE);
    }

    #[test]
    fn a_try_that_never_ends_is_tried_again() {
        let now = Instant::now();
        let mut breaker = after([false; 8], now);
        assert!(breaker.admits(now + PAUSE));
        let later = now + PAUSE * 3;
        assert!(breaker.admits(later) || breaker.admits(later));
    }
}
