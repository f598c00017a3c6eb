//! What goes wrong on request, with what sends and with nothing else: quotas and lists always answer.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use serde::{Deserialize, Serialize};

use crate::{api::Api, fault::Fault};

/// The longest delay, in milliseconds.
const LONGEST: u64 = 120_000;

/// How often what goes wrong with one service. Percentages exclude each other.
#[derive(Debug, Clone, Copy, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Faults {
    /// Percent of sends answered as throttled.
    throttle: f64,
    /// Percent answered with an internal error; nothing is sent.
    error: f64,
    /// Percent whose connection is cut without an answer; nothing is sent.
    cut: f64,
    /// Percent that are sent, and the connection is cut then.
    lose: f64,
    /// Milliseconds that every send waits first.
    delay: u64,
}

/// What happens to one send in place of its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Throttle,
    Error,
    Cut,
    Lose,
}

/// Faults by service.
pub(crate) type ByApi = BTreeMap<Api, Faults>;

/// The faults in force.
#[derive(Debug)]
pub(crate) struct Injector(Mutex<(ByApi, fastrand::Rng)>);

impl Default for Injector {
    fn default() -> Self {
        Self(Mutex::new((ByApi::new(), fastrand::Rng::with_seed(1))))
    }
}

impl Injector {
    /// Replaces all.
    ///
    /// # Errors
    /// When percentages of a service are none, or more than 100 together, or a delay is too long.
    pub(crate) fn set(&self, faults: ByApi) -> Result<(), Fault> {
        for faults in faults.values() {
            faults.check()?;
        }
        // The same sends meet the same faults again.
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) =
            (faults, fastrand::Rng::with_seed(1));
        Ok(())
    }

    /// Those in force.
    pub(crate) fn get(&self) -> ByApi {
        let inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        inner.0.clone()
    }

    /// Throws the dice for a send: how long it waits, and what then happens, if anything.
    pub(crate) fn throw(&self, api: Api) -> (Duration, Option<Outcome>) {
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (faults, dice) = &mut *inner;
        match faults.get(&api) {
            None => (Duration::ZERO, None),
            Some(faults) => faults.outcome(dice.f64() * 100.0),
        }
    }
}

impl Faults {
    fn check(&self) -> Result<(), Fault> {
        let parts = [self.throttle, self.error, self.cut, self.lose];
        let shares = parts.iter().all(|share| (0.0..=100.0).contains(share));
        if !shares || parts.iter().sum::<f64>() > 100.0 {
            return Err(Fault::bad(
                "throttle, error, cut and lose must be percentages that are at most 100 together",
            ));
        }
        if self.delay > LONGEST {
            return Err(Fault::bad(format!(
                "delay must be at most {LONGEST} milliseconds"
            )));
        }
        Ok(())
    }

    fn outcome(&self, roll: f64) -> (Duration, Option<Outcome>) {
        let shares = [
            (self.throttle, Outcome::Throttle),
            (self.error, Outcome::Error),
            (self.cut, Outcome::Cut),
            (self.lose, Outcome::Lose),
        ];
        let mut below = 0.0;
        let outcome = shares.into_iter().find_map(|(share, outcome)| {
            below += share;
            (roll < below).then_some(outcome)
        });
        (Duration::from_millis(self.delay), outcome)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_outcome_comes_about_as_often_as_asked_and_others_are_left_alone() {
        let injector = Injector::default();
        let json = r#"{"ses": {"throttle": 30, "error": 20, "cut": 10, "lose": 0.5}}"#;
        injector.set(serde_json::from_str(json).unwrap()).unwrap();
        let mut seen = BTreeMap::new();
        for _ in 0..10_000 {
            let outcome = format!("{:?}", injector.throw(Api::Ses).1);
            *seen.entry(outcome).or_insert(0) += 1;
        }
        for (name, expected) in [("Throttle", 3000), ("Error", 2000), ("Cut", 1000)] {
            let count: i32 = seen[&format!("Some({name})")];
            assert!((count - expected).abs() < 200, "{seen:?}");
        }
        assert!(
            seen["Some(Lose)"] > 20 && seen["Some(Lose)"] < 90,
            "{seen:?}"
        );
        assert_eq!(injector.throw(Api::Sms), (Duration::ZERO, None));
    }

    #[test]
    fn what_is_no_share_is_refused() {
        for json in [
            r#"{"ses": {"throttle": 70, "error": 40}}"#,
            r#"{"sms": {"cut": -1}}"#,
            r#"{"pinpoint": {"delay": 1000000}}"#,
        ] {
            let faults = serde_json::from_str(json).unwrap();
            assert!(Injector::default().set(faults).is_err(), "{json}");
        }
        assert!(serde_json::from_str::<ByApi>(r#"{"s3": {}}"#).is_err());
    }
}
