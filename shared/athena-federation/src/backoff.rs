//! Fewer calls while a source is busy, and slowly more again afterwards.
//!
//! As the reference implementation does: the pause in front of each call doubles when the source
//! throttles, and becomes shorter by a fixed step with each call that succeeds.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use tokio::time::Instant;

use crate::error::SourceError;

/// The pause in front of calls to one source.
#[derive(Debug)]
pub struct Backoff {
    /// The first pause.
    pub initial: Duration,
    /// The longest pause, unless the source asks for a longer one.
    pub longest: Duration,
    /// By how much a success shortens the pause.
    pub step: Duration,
    /// How long one call may be tried.
    pub patience: Duration,
    pause: AtomicU64,
}

impl Default for Backoff {
    fn default() -> Self {
        Self {
            initial: Duration::from_millis(10),
            longest: Duration::from_secs(1),
            step: Duration::from_millis(10),
            patience: Duration::from_secs(60),
            pause: AtomicU64::new(0),
        }
    }
}

impl Backoff {
    /// The same, but giving up a call after `patience`.
    #[must_use]
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// The pause in front of the next call.
    #[must_use]
    pub fn pause(&self) -> Duration {
        Duration::from_millis(self.pause.load(Ordering::Relaxed))
    }

    /// Calls, and as long as the source throttles, waits and calls again.
    ///
    /// # Errors
    /// What `call` fails with; [`SourceError::Throttled`] when the source still throttles after
    /// [`Self::patience`], or asks to wait longer than that.
    pub async fn call<T, F>(&self, mut call: impl FnMut() -> F) -> Result<T, SourceError>
    where
        F: Future<Output = Result<T, SourceError>>,
    {
        let begin = Instant::now();
        let mut wait = self.pause();
        loop {
            if !wait.is_zero() {
                tokio::time::sleep(wait).await;
            }
            match call().await {
                Err(SourceError::Throttled { retry_after }) => {
                    wait = self.after_throttling(retry_after);
                    if self.is_too_long(wait, begin) {
                        return Err(SourceError::Throttled { retry_after });
                    }
                }
                Ok(answer) => {
                    self.speed_up();
                    return Ok(answer);
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Whether a call tried since `begin` is given up rather than tried again after `wait`, which may
    /// be any time a source has thought of.
    pub(crate) fn is_too_long(&self, wait: Duration, begin: Instant) -> bool {
        wait > self.patience.saturating_sub(begin.elapsed())
    }

    /// Slows down; how long to wait in front of the next call.
    pub(crate) fn after_throttling(&self, retry_after: Option<Duration>) -> Duration {
        let doubled = self.pause().saturating_mul(2);
        self.set(doubled.clamp(self.initial, self.longest));
        self.pause().max(retry_after.unwrap_or_default())
    }

    fn speed_up(&self) {
        self.set(self.pause().saturating_sub(self.step));
    }

    fn set(&self, pause: Duration) {
        let millis = u64::try_from(pause.as_millis()).unwrap_or(u64::MAX);
        self.pause.store(millis, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn it_waits_as_asked_and_calms_down_afterwards() {
        let backoff = Backoff::default();
        let begin = Instant::now();
        let mut calls = 0;
        let answer = backoff.call(|| {
            calls += 1;
            let busy = calls < 4;
            async move {
                if busy {
                    let retry_after = Some(Duration::from_secs(2));
                    return Err(SourceError::Throttled { retry_after });
                }
                Ok("rows")
            }
        });
        assert_eq!(answer.await.unwrap(), "rows");
        assert_eq!(calls, 4);
        assert_eq!(begin.elapsed(), Duration::from_secs(6));
        assert_eq!(backoff.pause(), Duration::from_millis(30));
        for _ in 0..3 {
            backoff.call(async || Ok(())).await.unwrap();
        }
        assert_eq!(backoff.pause(), Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn a_wait_without_end_is_not_waited_for() {
        let endless = async || {
            Err::<(), _>(SourceError::Throttled {
                retry_after: Some(Duration::MAX),
            })
        };
        let begin = Instant::now();
        assert!(Backoff::default().call(endless).await.is_err());
        assert!(begin.elapsed().is_zero());
    }

    #[tokio::test(start_paused = true)]
    async fn its_patience_ends() {
        let backoff = Backoff::default().with_patience(Duration::from_secs(5));
        let begin = Instant::now();
        let busy = async || Err::<(), _>(SourceError::Throttled { retry_after: None });
        let error = backoff.call(busy).await.unwrap_err();
        assert!(matches!(error, SourceError::Throttled { .. }));
        assert!(begin.elapsed() <= Duration::from_secs(5));
        let other = async || Err::<(), _>(SourceError::InvalidInput("no".into()));
        assert!(backoff.call(other).await.is_err());
    }
}
