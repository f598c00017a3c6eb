//! Amazon Personalize's runtime, behind what keeps a slow or throttled one from making a slow shop: a
//! time for each question, one call for identical questions, a budget of retries, and a circuit
//! breaker a campaign.

mod breaker;
mod call;
mod retries;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use aws_config::retry::RetryConfig;
use futures::{
    FutureExt,
    future::{BoxFuture, Shared},
};
use shared::direct::Access;

use crate::{
    personalize::{breaker::Breaker, call::Runtime, retries::Retries},
    question::Question,
    services::{Cause, Prediction},
};

/// Calls under way at once in a process; a Personalize that is slow gathers no more.
const MOST_UNDER_WAY: usize = 64;

/// A call that all who ask the same wait for.
type UnderWay = Shared<BoxFuture<'static, Result<Prediction, Cause>>>;

/// The campaigns and recommenders.
#[derive(Debug)]
pub(crate) struct Personalize(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    runtime: Runtime,
    breakers: Mutex<HashMap<String, Breaker>>,
    retries: Mutex<Retries>,
    under_way: Mutex<HashMap<String, UnderWay>>,
}

impl Personalize {
    /// With time-outs of `access`; retries are made here.
    pub(crate) fn new(access: &Access) -> Self {
        Self(Arc::new(Inner {
            runtime: Runtime::new(&access.with_retries(RetryConfig::disabled())),
            breakers: Mutex::default(),
            retries: Mutex::default(),
            under_way: Mutex::default(),
        }))
    }

    /// The answer to `question`, if it comes `within` that time. One that comes later is not lost:
    /// `arrived` hears of every answer, and keeps it for the next who asks.
    pub(crate) async fn predict(
        &self,
        question: &Question,
        within: Duration,
        arrived: impl FnOnce(&Prediction) + Send + 'static,
    ) -> Result<Prediction, Cause> {
        let arn = question.of.arn();
        if !self
            .0
            .breaker(arn, |breaker| breaker.admits(Instant::now()))
        {
            return Err(Cause::CircuitOpen);
        }
        let answer = match self.under_way(question, arrived) {
            Some(call) => tokio::time::timeout(within, call)
                .await
                .unwrap_or(Err(Cause::Timeout)),
            None => Err(Cause::Busy),
        };
        // A question that Personalize refuses says nothing against Personalize.
        let answered = !matches!(answer, Err(Cause::Timeout | Cause::Busy));
        self.0
            .breaker(arn, |breaker| breaker.ended(answered, Instant::now()));
        answer
    }

    /// The call that answers `question`: one under way, or a new one. None when there are too many.
    fn under_way(
        &self,
        question: &Question,
        arrived: impl FnOnce(&Prediction) + Send + 'static,
    ) -> Option<UnderWay> {
        let key = format!("{}/{}", question.key(), question.results);
        let mut under_way = lock(&self.0.under_way);
        if let Some(call) = under_way.get(&key) {
            return Some(call.clone());
        }
        if under_way.len() >= MOST_UNDER_WAY {
            return None;
        }
        let (inner, asked, name) = (Arc::clone(&self.0), question.clone(), key.clone());
        // A task of its own: it goes on when whoever asked no longer waits.
        let task = tokio::spawn(async move {
            let answer = inner.call(&asked).await;
            lock(&inner.under_way).remove(&name);
            if let Ok(prediction) = &answer {
                arrived(prediction);
            }
            answer
        });
        let call = task.map(|ended| ended.unwrap_or(Err(Cause::Busy))).boxed();
        let call = call.shared();
        under_way.insert(key, call.clone());
        Some(call)
    }
}

impl Inner {
    /// One call, and a second one when the first failed for a reason that passes.
    async fn call(&self, question: &Question) -> Result<Prediction, Cause> {
        lock(&self.retries).called();
        let first = self.runtime.ask(question).await;
        let Err(error) = first else {
            return first.map_err(|error| Cause::from(&error));
        };
        let cause = Cause::from(&error);
        // The message of a refusal may quote an id.
        let (code, arn) = (error.code(), question.of.arn());
        tracing::warn!(code, arn, "Personalize did not answer");
        if cause != Cause::Busy || !lock(&self.retries).may_retry() {
            return Err(cause);
        }
        tokio::time::sleep(jitter()).await;
        let second = self.runtime.ask(question).await;
        second.map_err(|error| Cause::from(&error))
    }

    fn breaker<R>(&self, arn: &str, act: impl FnOnce(&mut Breaker) -> R) -> R {
        let mut breakers = lock(&self.breakers);
        if let Some(breaker) = breakers.get_mut(arn) {
            return act(breaker);
        }
        act(breakers.entry(arn.to_owned()).or_default())
    }
}

/// 5 to 20 ms, so that calls that failed together do not come again together.
fn jitter() -> Duration {
    let nanos = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .map_or(0, |since| since.subsec_nanos());
    Duration::from_micros(5_000 + u64::from(nanos % 15_000))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
