//! Faults on purpose, per service: throttling, server errors, delay, cut connections, lost answers. Tests turn
//! them on to see that retries, fallbacks and dead-letter queues do their work.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};
use serde::{Deserialize, Serialize};

/// How often what goes wrong with one service. Percentages exclude each other and add up to at
/// most 100.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Fault {
    /// Percent of requests answered as throttled.
    pub throttle: u8,
    /// Percent answered with an internal error.
    pub error: u8,
    /// Percent whose connection is cut without an answer: the service never hears of the request.
    pub cut: u8,
    /// Percent that the service carries out and whose answer is lost: the connection is cut then.
    pub lose: u8,
    /// Milliseconds every request waits first.
    pub delay: u64,
}

/// What happens to one request instead of being passed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Answered as throttled.
    Throttle,
    /// Answered with an internal error.
    Error,
    /// Not answered at all.
    Cut,
    /// Passed on, and the answer thrown away.
    Lose,
}

/// The faults in force, by service (`personalize`, `s3`, ...; `*` for those not named). Of Personalize
/// also by API: `personalize-runtime` and `personalize-events`.
#[derive(Debug)]
pub struct Faults {
    inner: Mutex<Inner>,
}

#[derive(Debug)]
struct Inner {
    by_service: BTreeMap<String, Fault>,
    dice: SmallRng,
}

impl Default for Faults {
    fn default() -> Self {
        let inner = Inner {
            by_service: BTreeMap::new(),
            dice: SmallRng::seed_from_u64(1),
        };
        Self {
            inner: Mutex::new(inner),
        }
    }
}

impl Faults {
    /// Replaces all faults.
    ///
    /// # Errors
    /// A sentence, when the percentages of a service exceed 100.
    pub fn set(&self, by_service: BTreeMap<String, Fault>) -> Result<(), String> {
        for (service, fault) in &by_service {
            check(service, *fault)?;
        }
        self.lock().by_service = by_service;
        Ok(())
    }

    /// The faults in force.
    #[must_use]
    pub fn get(&self) -> BTreeMap<String, Fault> {
        self.lock().by_service.clone()
    }

    /// Throws the dice for a request to the `api` of a `service`: how long it waits, and what then
    /// happens to it, if anything.
    pub(super) fn throw(&self, api: &str, service: &str) -> (Duration, Option<Outcome>) {
        let mut inner = self.lock();
        let fault = inner
            .by_service
            .get(api)
            .or_else(|| inner.by_service.get(service))
            .or_else(|| inner.by_service.get("*"));
        let Some(fault) = fault.copied() else {
            return (Duration::ZERO, None);
        };
        let roll: u8 = inner.dice.random_range(0..100);
        let throttled = fault.throttle;
        let failed = throttled + fault.error;
        let outcome = match roll {
            roll if roll < throttled => Some(Outcome::Throttle),
            roll if roll < failed => Some(Outcome::Error),
            roll if roll < failed + fault.cut => Some(Outcome::Cut),
            roll if roll < failed + fault.cut + fault.lose => Some(Outcome::Lose),
            _ => None,
        };
        (Duration::from_millis(fault.delay), outcome)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn check(service: &str, fault: Fault) -> Result<(), String> {
    let parts = [fault.throttle, fault.error, fault.cut, fault.lose];
    let sum: u32 = parts.into_iter().map(u32::from).sum();
    if sum > 100 {
        return Err(format!(
            "the percentages of {service} add up to {sum}, more than 100"
        ));
    }
    Ok(())
}

/// Reads `personalize=throttle:30,error:5,cut:1,lose:1,delay:2000`; each part may be left out.
///
/// # Errors
/// A sentence that shows how it is written.
pub fn parse(text: &str) -> Result<(String, Fault), String> {
    let wrong = || {
        format!(
            "'{text}' is no fault; write service=throttle:PERCENT,error:PERCENT,cut:PERCENT,lose:PERCENT,delay:MS"
        )
    };
    let (service, settings) = text.split_once('=').ok_or_else(wrong)?;
    let mut fault = Fault::default();
    for setting in settings.split(',') {
        let (name, value) = setting.split_once(':').ok_or_else(wrong)?;
        match name {
            "throttle" => fault.throttle = value.parse().map_err(|_| wrong())?,
            "error" => fault.error = value.parse().map_err(|_| wrong())?,
            "cut" => fault.cut = value.parse().map_err(|_| wrong())?,
            "lose" => fault.lose = value.parse().map_err(|_| wrong())?,
            "delay" => fault.delay = value.parse().map_err(|_| wrong())?,
            _ => return Err(wrong()),
        }
    }
    check(service, fault)?;
    Ok((service.to_owned(), fault))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_written_as_documented() {
        let (service, fault) =
            parse("personalize=throttle:30,error:5,cut:1,lose:2,delay:2000").unwrap();
        assert_eq!(service, "personalize");
        assert_eq!(
            fault,
            Fault {
                throttle: 30,
                error: 5,
                cut: 1,
                lose: 2,
                delay: 2000
            }
        );
        for broken in [
            "personalize",
            "s3=throttle",
            "s3=rate:3",
            "s3=throttle:70,error:40",
        ] {
            assert!(parse(broken).is_err(), "{broken}");
        }
    }

    #[test]
    fn each_outcome_comes_about_as_often_as_asked() {
        let faults = Faults::default();
        let fault = Fault {
            throttle: 30,
            error: 20,
            cut: 10,
            lose: 10,
            delay: 0,
        };
        faults.set(BTreeMap::from([("s3".into(), fault)])).unwrap();
        let mut seen = BTreeMap::new();
        for _ in 0..10_000 {
            *seen
                .entry(format!("{:?}", faults.throw("s3", "s3").1))
                .or_insert(0) += 1;
        }
        let near = |name: &str, expected: i32| (seen[name] - expected).abs() < 200;
        assert!(
            near("Some(Throttle)", 3000) && near("Some(Error)", 2000),
            "{seen:?}"
        );
        assert!(
            near("Some(Cut)", 1000) && near("Some(Lose)", 1000) && near("None", 3000),
            "{seen:?}"
        );
        assert_eq!(
            faults.throw("sqs", "sqs"),
            (Duration::ZERO, None),
            "others are left alone"
        );
    }
}
