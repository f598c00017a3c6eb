//! The circuit breaker before Personalize: while it is down no shopper waits for it. After
//! [`FAILURES`] failures in a row everything goes to the queue for [`OPEN`]; then one call tries, and
//! decides for the next seconds.
//!
//! Its state is the process's: each of Lambda's processes finds out by itself.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// Failures in a row after which Personalize is taken to be down.
const FAILURES: u32 = 3;
/// How long it is left alone then.
const OPEN: Duration = Duration::from_secs(5);

/// The breaker.
#[derive(Debug, Default)]
pub(crate) struct Breaker(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    failures: u32,
    /// When the next call may try.
    not_before: Option<Instant>,
}

impl Breaker {
    /// Whether a call may ask Personalize at `now`. After a pause one may, and the others wait for
    /// what becomes of it.
    pub(crate) fn lets_through(&self, now: Instant) -> bool {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match state.not_before {
            Some(until) if now < until => false,
            Some(_) => {
                state.not_before = Some(now + OPEN);
                true
            }
            None => true,
        }
    }

    /// Personalize answered, well or that the call was wrong.
    pub(crate) fn answered(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = State::default();
    }

    /// Personalize did not answer at `now`.
    pub(crate) fn failed(&self, now: Instant) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.failures += 1;
        if state.failures >= FAILURES {
            state.not_before = Some(now + OPEN);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_call_tries_after_the_pause_and_decides_for_all() {
        let (breaker, start) = (Breaker::default(), Instant::now());
        for _ in 0..FAILURES {
            assert!(breaker.lets_through(start));
            breaker.failed(start);
        }
        assert!(!breaker.lets_through(start), "nobody waits any more");
        let later = start + OPEN;
        assert!(breaker.lets_through(later), "one tries");
        assert!(!breaker.lets_through(later), "and only one");
        breaker.failed(later);
        assert!(!breaker.lets_through(later + OPEN / 2));
        assert!(breaker.lets_through(later + OPEN));
        breaker.answered();
        assert!(breaker.lets_through(later + OPEN), "all is well again");
    }

    #[test]
    fn failures_between_answers_are_no_outage() {
        let (breaker, now) = (Breaker::default(), Instant::now());
        for _ in 0..10 {
            breaker.failed(now);
            breaker.failed(now);
            breaker.answered();
        }
        assert!(breaker.lets_through(now));
    }
}
