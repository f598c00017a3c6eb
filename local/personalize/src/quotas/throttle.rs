//! Requests a second, if the server is asked to keep to the service's rates: buckets of tokens that
//! fill with time and hold what a second brings.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::Instant,
};

use super::Quotas;
use crate::{
    fault::{Fault, FaultKind},
    input::Input,
    scope::Scope,
};

/// What the rates call the operations that have no rate of their own.
const OTHERS: &str = "controlPlane";

/// All buckets, by account, region and what is limited.
#[derive(Debug, Default)]
pub(crate) struct Throttle {
    buckets: Mutex<BTreeMap<String, Bucket>>,
}

#[derive(Debug)]
struct Bucket {
    tokens: f64,
    filled: Instant,
}

impl Bucket {
    /// Takes a token of a bucket that `rate` tokens a second fill.
    fn take(&mut self, rate: f64, now: Instant) -> bool {
        let since = now.duration_since(self.filled).as_secs_f64();
        self.tokens = (self.tokens + since * rate).min(rate);
        self.filled = now;
        let enough = self.tokens >= 1.0;
        if enough {
            self.tokens -= 1.0;
        }
        enough
    }
}

impl Throttle {
    /// Counts a request of an operation, and of the campaign or recommender that it names.
    ///
    /// # Errors
    /// `ThrottlingException` when there were too many within a second.
    pub(crate) fn count(
        &self,
        quotas: &Quotas,
        scope: &Scope,
        operation: &str,
        input: &Input,
    ) -> Result<(), Fault> {
        let rates = &quotas.rates;
        let rate = rates.get(operation).or_else(|| rates.get(OTHERS));
        self.take(&scope.arn(operation), rate.copied().unwrap_or(f64::MAX))?;
        let members = ["campaignArn", "recommenderArn"];
        let asked = quotas.rates.contains_key(operation);
        let mut named = members
            .iter()
            .filter_map(|member| input.value(member)?.as_str());
        match named.next() {
            Some(arn) if asked => self.take(arn, quotas.rate_per_campaign),
            _ => Ok(()),
        }
    }

    fn take(&self, what: &str, rate: f64) -> Result<(), Fault> {
        let now = Instant::now();
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let bucket = buckets.entry(what.to_owned()).or_insert(Bucket {
            tokens: rate,
            filled: now,
        });
        if bucket.take(rate, now) {
            return Ok(());
        }
        Err(Fault::new(
            FaultKind::Throttling,
            format!("Rate exceeded: more than {rate} requests a second; try again later"),
        ))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_bucket_gives_what_a_second_brings() {
        let start = Instant::now();
        let mut bucket = Bucket {
            tokens: 10.0,
            filled: start,
        };
        let taken = |bucket: &mut Bucket, now| (0..100).filter(|_| bucket.take(10.0, now)).count();
        assert_eq!(taken(&mut bucket, start), 10);
        assert_eq!(taken(&mut bucket, start + Duration::from_millis(500)), 5);
        assert_eq!(taken(&mut bucket, start + Duration::from_secs(60)), 10);
    }

    #[test]
    fn operations_and_campaigns_have_buckets_of_their_own() {
        let quotas = Quotas::load(None).unwrap();
        let throttle = Throttle::default();
        let scope = Scope::default();
        let count = |operation, body: &str| {
            let input = Input::parse(body.as_bytes()).unwrap();
            throttle.count(&quotas, &scope, operation, &input)
        };
        for _ in 0..10 {
            count("PutItems", "{}").unwrap();
        }
        assert_eq!(
            count("PutItems", "{}").unwrap_err().kind,
            FaultKind::Throttling
        );
        count("PutUsers", "{}").unwrap();
        let one = r#"{"campaignArn":"one"}"#;
        let asked = (0..1000).take_while(|_| count("GetRecommendations", one).is_ok());
        assert!((500..600).contains(&asked.count()));
        count("GetRecommendations", r#"{"campaignArn":"other"}"#).unwrap();
    }
}
