//! What is tried again, and when: throttling as long as the backend asks, failures with exponential
//! back-off and jitter. No clock and no network here.

use std::time::{Duration, SystemTime};

use crate::{answer::Answer, error::BackendError};

/// How long one request is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// How often a request is sent that fails, or gets no answer.
    pub attempts: u32,
    /// The wait after the first failure; each one after it is twice as long, and half of it is by chance.
    pub first_wait: Duration,
    /// The longest wait, whatever `Retry-After` says.
    pub longest_wait: Duration,
    /// How long a request waits because of throttling, in all.
    pub throttled: Duration,
}

impl Default for Patience {
    /// Nobody waits for the answer: five attempts, a minute at most between them, three minutes of
    /// throttling.
    fn default() -> Self {
        Self {
            attempts: 5,
            first_wait: Duration::from_millis(500),
            longest_wait: Duration::from_secs(60),
            throttled: Duration::from_secs(180),
        }
    }
}

/// The tries of one request.
#[derive(Debug)]
pub(crate) struct Tries {
    patience: Patience,
    failures: u32,
    throttles: u32,
    waited: Duration,
    renewed: bool,
}

impl Tries {
    pub(crate) fn new(patience: Patience) -> Self {
        Self {
            patience,
            failures: 0,
            throttles: 0,
            waited: Duration::ZERO,
            renewed: false,
        }
    }

    /// Whether credentials may be renewed: once a request.
    pub(crate) fn may_renew(&mut self) -> bool {
        !std::mem::replace(&mut self.renewed, true)
    }

    /// How often it failed.
    pub(crate) fn failures(&self) -> u32 {
        self.failures
    }

    /// How long to wait after a failure; `None` when it was the last attempt.
    pub(crate) fn failed(&mut self) -> Option<Duration> {
        self.failures += 1;
        (self.failures < self.patience.attempts).then(|| self.back_off(self.failures))
    }

    /// How long to wait because of throttling, `asked` by the backend or not.
    pub(crate) fn throttled(
        &mut self,
        path: &str,
        asked: Option<Duration>,
    ) -> Result<Duration, BackendError> {
        self.throttles += 1;
        let wait = match asked {
            Some(asked) => asked.max(self.patience.first_wait),
            None => self.back_off(self.throttles),
        };
        let wait = wait.min(self.patience.longest_wait);
        if self.waited + wait > self.patience.throttled {
            return Err(BackendError::Throttled {
                path: path.to_owned(),
                waited: self.waited,
            });
        }
        self.waited += wait;
        Ok(wait)
    }

    /// Between half of the wait and all of it.
    fn back_off(&self, failures: u32) -> Duration {
        let doubled = 2_u32.saturating_pow(failures.saturating_sub(1).min(20));
        let wait = self.patience.first_wait.saturating_mul(doubled);
        let wait = wait.min(self.patience.longest_wait);
        wait.mul_f64(0.5 + fastrand::f64() / 2.0)
    }
}

/// What `Retry-After` asks for at `now`: seconds, or a date (RFC 9110, 10.2.3).
pub(crate) fn retry_after(answer: &Answer, now: SystemTime) -> Option<Duration> {
    let text = answer.header("retry-after")?.trim();
    if let Ok(seconds) = text.parse::<f64>() {
        // Out of range or not finite is none.
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let at = httpdate::parse_http_date(text).ok()?;
    Some(at.duration_since(now).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tries() -> Tries {
        Tries::new(Patience::default())
    }

    #[test]
    fn waits_double_up_to_the_longest() {
        let mut tries = Tries::new(Patience {
            attempts: 50,
            ..Patience::default()
        });
        for expected in [
            500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000,
        ] {
            let wait = tries.failed().unwrap().as_millis();
            assert!(
                (expected / 2..=expected).contains(&wait),
                "{expected}: {wait}"
            );
        }
    }

    #[test]
    fn the_last_attempt_is_not_followed_by_a_wait() {
        let mut tries = tries();
        let waits = std::iter::from_fn(|| tries.failed()).count();
        assert_eq!((waits, tries.failures()), (4, 5));
    }

    #[test]
    fn throttling_is_waited_for_as_asked_up_to_a_limit() {
        let mut tries = tries();
        let second = Duration::from_secs(1);
        assert_eq!(tries.throttled("/p", Some(second)).unwrap(), second);
        let hour = Some(Duration::from_secs(3_600));
        assert_eq!(tries.throttled("/p", hour).unwrap().as_secs(), 60);
        // An answer that says "now" is no reason to ask without end.
        assert!(
            !tries
                .throttled("/p", Some(Duration::ZERO))
                .unwrap()
                .is_zero()
        );
        tries.throttled("/p", hour).unwrap();
        let error = tries.throttled("/p", hour).unwrap_err().to_string();
        assert!(
            error.contains("throttles /p, for more than 121 s"),
            "{error}"
        );
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_770);
        let of = |value| retry_after(&Answer::new(429, &[("Retry-After", value)], ""), now);
        assert_eq!(of("7"), Some(Duration::from_secs(7)));
        assert_eq!(of("2.0"), Some(Duration::from_secs(2)));
        assert_eq!(
            of("Sun, 06 Nov 1994 08:49:37 GMT"),
            Some(Duration::from_secs(7))
        );
        assert_eq!(of("Sun, 06 Nov 1994 08:00:00 GMT"), Some(Duration::ZERO));
        for none in ["soon", "-1", "NaN", "1e300"] {
            assert_eq!(of(none), None, "{none}");
        }
    }
}
