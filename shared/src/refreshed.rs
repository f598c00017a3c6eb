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
    type Error: Fault + Send;

    /// Reads the value; `known` is the one before, for sources that can tell what did not change.
    fn read(
        &self,
        known: Option<Arc<Self::Value>>,
    ) -> impl Future<Output = Result<Self::Value, Self::Error>> + Send;
}

/// A kept value and its source.
pub struct Refreshed<S: Source> {
    inner: Arc<Inner<S>>,
    max_age: Duration,
}

struct Inner<S: Source> {
    source: S,
    kept: Mutex<Option<Kept<S::Value>>>,
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
            inner: Arc::new(Inner { source, kept }),
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

    /// The value read now, unless that was tried less than `at_most_every` ago: for a caller that
    /// misses something in `known`, which may have appeared since. A failure gives `known` back.
    pub async fn renewed(&self, known: Arc<S::Value>, at_most_every: Duration) -> Arc<S::Value> {
        match self.inner.look(at_most_every) {
            Some((_, true)) => self.inner.renew(known).await,
            Some((value, false)) => value,
            None => known,
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
        assert_eq!(*value.renewed(first, Duration::ZERO).await, 1);
        assert_eq!(*value.get().await.unwrap(), 1);
    }

    #[tokio::test]
    async fn a_first_read_that_fails_is_an_error() {
        assert!(counter(1, Duration::ZERO).get().await.is_err());
    }
}
