//! A value that functions which answer requests keep between invocations: read once, then renewed
//! in the background when it has grown old, so that no shopper waits for it.
//!
//! Lambda freezes a process between invocations; a renewal that is cut off by it ends in the next
//! one, or fails and is tried again later. What was read last stays until then.

use std::{
    future::Future,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use crate::fault::Fault;

/// Where a kept value comes from.
pub trait Source: Send + Sync + 'static {
    /// What is kept.
    type Value: Send + Sync + 'static;
    /// Why it cannot be read.
    type Error: Fault + Send + 'static;

    /// Reads the value; `known` is the one before, for sources that can tell what did not change.
    fn read(
        &self,
        known: Option<Arc<Self::Value>>,
    ) -> impl Future<Output = Result<Self::Value, Self::Error>> + Send;
}

/// How long after a first read that failed or took too long a request tries again.
const TRY_AGAIN: Duration = Duration::from_secs(1);

/// Why there is no value yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unread<E> {
    /// It cannot be read.
    #[error("{0}")]
    Failed(E),
    /// It takes longer than the request can wait.
    #[error("it could not be read in time")]
    Late,
}

/// A kept value and its source.
pub struct Refreshed<S: Source> {
    inner: Arc<Inner<S>>,
    max_age: Duration,
}

struct Inner<S: Source> {
    source: S,
    kept: Mutex<Option<Kept<S::Value>>>,
    /// When a first value was last waited for.
    waited_at: Mutex<Option<Instant>>,
}

struct Kept<V> {
    value: Arc<V>,
    /// When reading was last tried, whether or not it succeeded: what bounds the rate of tries.
    tried_at: Instant,
}

impl<S: Source> Refreshed<S> {
    /// Nothing is read yet. A value older than `max_age` is renewed.
    #[must_use]
    pub fn new(source: S, max_age: Duration) -> Self {
        let kept = Mutex::new(None);
        Self {
            inner: Arc::new(Inner {
                source,
                kept,
                waited_at: Mutex::default(),
            }),
            max_age,
        }
    }

    /// The kept value, at once; only when there is none yet is it waited for.
    ///
    /// # Errors
    /// When the value was never read and cannot be read now.
    pub async fn get(&self) -> Result<Arc<S::Value>, S::Error> {
        let Some((value, due)) = self.inner.look(self.max_age) else {
            return self.inner.read(None).await;
        };
        if due {
            let (inner, known) = (Arc::clone(&self.inner), Arc::clone(&value));
            tokio::spawn(async move { inner.renew(known).await });
        }
        Ok(value)
    }

    /// The kept value, at once; when there is none yet, the one that is read within `limit`, unless that
    /// was waited for a moment ago. The reading goes on behind the request.
    ///
    /// # Errors
    /// [`Unread`], when there is none.
    pub async fn within(&self, limit: Duration) -> Result<Arc<S::Value>, Unread<S::Error>> {
        if self.inner.look(Duration::MAX).is_some() {
            return self.get().await.map_err(Unread::Failed);
        }
        if !self.inner.may_wait() {
            return Err(Unread::Late);
        }
        let inner = Arc::clone(&self.inner);
        let reading = tokio::spawn(async move { inner.read(None).await });
        match tokio::time::timeout(limit, reading).await {
            Ok(Ok(read)) => read.map_err(Unread::Failed),
            _ => Err(Unread::Late),
        }
    }

    /// The value read now, unless that was tried less than `at_most_every` ago: for a caller that
    /// misses something in `known`, which may have appeared since. A failure, or a value that does not
    /// come within `limit`, gives `known` back; the reading goes on behind the request.
    pub async fn renewed(
        &self,
        known: Arc<S::Value>,
        at_most_every: Duration,
        limit: Duration,
    ) -> Arc<S::Value> {
        match self.inner.look(at_most_every) {
            Some((_, true)) => {}
            Some((value, false)) => return value,
            None => return known,
        }
        let (inner, before) = (Arc::clone(&self.inner), Arc::clone(&known));
        let renewing = tokio::spawn(async move { inner.renew(before).await });
        match tokio::time::timeout(limit, renewing).await {
            Ok(Ok(value)) => value,
            _ => known,
        }
    }
}

impl<S: Source> Inner<S> {
    /// The kept value, and whether it is due to be renewed. Whoever hears that it is due renews it:
    /// the next caller does not hear so again until another `max_age` has passed.
    fn look(&self, max_age: Duration) -> Option<(Arc<S::Value>, bool)> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = kept.as_mut()?;
        let due = kept.tried_at.elapsed() >= max_age;
        if due {
            kept.tried_at = Instant::now();
        }
        Some((Arc::clone(&kept.value), due))
    }

    /// Whether a request may wait for a first value: only one does, once in a while.
    fn may_wait(&self) -> bool {
        let mut waited_at = self
            .waited_at
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let may = waited_at.is_none_or(|at| at.elapsed() >= TRY_AGAIN);
        if may {
            *waited_at = Some(Instant::now());
        }
        may
    }

    async fn read(&self, known: Option<Arc<S::Value>>) -> Result<Arc<S::Value>, S::Error> {
        let value = Arc::new(self.source.read(known).await?);
        let kept = Kept {
            value: Arc::clone(&value),
            tried_at: Instant::now(),
        };
        *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(kept);
        Ok(value)
    }

    async fn renew(&self, known: Arc<S::Value>) -> Arc<S::Value> {
        match self.read(Some(Arc::clone(&known))).await {
            Ok(value) => value,
            Err(error) => {
                tracing::warn!(errorType = error.kind().name(), %error, "kept what was read before");
                known
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;
    use crate::fault::FaultKind;

    #[derive(Debug, thiserror::Error)]
    #[error("the source is down")]
    struct Down;

    impl Fault for Down {
        fn kind(&self) -> FaultKind {
            FaultKind::Retryable
        }
    }

    /// Counts its reads; from the `fails_from`th on it is down.
    struct Counter {
        reads: AtomicU32,
        fails_from: u32,
    }

    impl Source for Counter {
        type Value = u32;
        type Error = Down;

        async fn read(&self, _: Option<Arc<u32>>) -> Result<u32, Down> {
            let reads = self.reads.fetch_add(1, Ordering::SeqCst) + 1;
            if reads < self.fails_from {
                Ok(reads)
            } else {
                Err(Down)
            }
        }
    }

    const SOON: Duration = Duration::from_millis(20);

    fn counter(fails_from: u32, max_age: Duration) -> Refreshed<Counter> {
        let reads = AtomicU32::new(0);
        Refreshed::new(Counter { reads, fails_from }, max_age)
    }

    #[tokio::test]
    async fn a_young_value_is_not_read_again() {
        let value = counter(9, Duration::from_secs(60));
        assert_eq!(*value.get().await.unwrap(), 1);
        assert_eq!(*value.get().await.unwrap(), 1);
    }

    #[tokio::test]
    async fn an_old_value_is_given_at_once_and_renewed_behind_it() {
        let value = counter(9, Duration::ZERO);
        value.get().await.unwrap();
        assert_eq!(*value.get().await.unwrap(), 1);
        tokio::task::yield_now().await;
        assert_eq!(*value.get().await.unwrap(), 2);
    }

    #[tokio::test]
    async fn a_failed_renewal_keeps_the_old_value() {
        let value = counter(2, Duration::ZERO);
        let first = value.get().await.unwrap();
        assert_eq!(*value.renewed(first, Duration::ZERO, SOON).await, 1);
        assert_eq!(*value.get().await.unwrap(), 1);
    }

    /// A source that takes longer than anybody waits.
    struct Slow;

    impl Source for Slow {
        type Value = u32;
        type Error = Down;

        async fn read(&self, known: Option<Arc<u32>>) -> Result<u32, Down> {
            if known.is_some() {
                tokio::time::sleep(Duration::from_secs(60)).await;
            }
            tokio::time::sleep(Duration::from_secs(2)).await;
            Ok(1)
        }
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_waits_for_a_slow_first_read_longer_than_they_can() {
        let value = Refreshed::new(Slow, Duration::from_secs(60));
        assert!(matches!(value.within(SOON).await, Err(Unread::Late)));
        let begun = tokio::time::Instant::now();
        assert!(matches!(value.within(SOON).await, Err(Unread::Late)));
        assert!(begun.elapsed().is_zero(), "not again at once");
        tokio::time::sleep(Duration::from_secs(2)).await;
        assert_eq!(*value.within(SOON).await.unwrap(), 1, "it was read on");
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_waits_for_a_slow_renewal_either() {
        let value = Refreshed::new(Slow, Duration::from_secs(60));
        let known = value.get().await.unwrap();
        let begun = tokio::time::Instant::now();
        assert_eq!(*value.renewed(known, Duration::ZERO, SOON).await, 1);
        assert_eq!(begun.elapsed(), SOON);
    }

    #[tokio::test]
    async fn a_first_read_that_fails_is_an_error() {
        assert!(counter(1, Duration::ZERO).get().await.is_err());
    }
}
