//! When a call that failed is made again: the SDK's standard mode.
//!
//! A retry takes [`COST`] of the service's tokens, what succeeds gives some back; when everything fails
//! soon nothing is retried, and what is down is not held down. AWS SDKs and Tools reference guide,
//! "Retry behavior": 500 tokens, 5 a retry.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use aws_config::retry::RetryConfig;

/// Tokens at most, and at first.
const TOKENS: u32 = 500;
/// What a retry takes, and gives back if it succeeds.
const COST: u32 = 5;
/// What a first attempt that succeeds gives.
const REFUND: u32 = 1;

/// The retries of one service.
#[derive(Debug)]
pub(super) struct Retries {
    attempts: u32,
    first_pause: Duration,
    longest_pause: Duration,
    tokens: Mutex<u32>,
}

impl Retries {
    /// As many and as far apart as `config` says.
    pub(super) fn new(config: &RetryConfig) -> Self {
        Self {
            attempts: config.max_attempts(),
            first_pause: config.initial_backoff(),
            longest_pause: config.max_backoff(),
            tokens: Mutex::new(TOKENS),
        }
    }

    /// How long to wait before the attempt after `attempt` (the first is 1), if there shall be one; it
    /// is paid for then.
    pub(super) fn pause_after(&self, attempt: u32) -> Option<Duration> {
        if attempt >= self.attempts {
            return None;
        }
        let mut tokens = self.tokens();
        *tokens = tokens.checked_sub(COST)?;
        let doubled = 1_u32.checked_shl(attempt - 1).unwrap_or(u32::MAX);
        let longest = self.first_pause.saturating_mul(doubled);
        // Full jitter: what failed together does not come again together.
        Some(longest.min(self.longest_pause).mul_f64(fastrand::f64()))
    }

    /// Attempt `attempt` succeeded.
    pub(super) fn succeeded(&self, attempt: u32) {
        let back = if attempt == 1 { REFUND } else { COST };
        let mut tokens = self.tokens();
        *tokens = (*tokens + back).min(TOKENS);
    }

    fn tokens(&self) -> MutexGuard<'_, u32> {
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn retries(attempts: u32) -> Retries {
        let config = RetryConfig::standard()
            .with_max_attempts(attempts)
            .with_initial_backoff(Duration::from_millis(20));
        Retries::new(&config)
    }

    #[test]
    fn pauses_grow_and_attempts_end() {
        let retries = retries(3);
        assert!(retries.pause_after(1).unwrap() <= Duration::from_millis(20));
        assert!(retries.pause_after(2).unwrap() <= Duration::from_millis(40));
        assert_eq!(retries.pause_after(3), None);
    }

    #[test]
    fn what_is_down_is_not_held_down() {
        let retries = retries(2);
        let retried = (0..1_000).filter(|_| retries.pause_after(1).is_some());
        assert_eq!(retried.count(), 100);
        for _ in 0..5 {
            retries.succeeded(1);
        }
        assert!(retries.pause_after(1).is_some());
        assert_eq!(retries.pause_after(1), None);
    }
}
