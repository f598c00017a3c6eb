//! How fast, and how much a day: the quotas of an account.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, PoisonError},
    time::Instant,
};

use serde::{Deserialize, Serialize};

use crate::fault::Fault;

/// Origination identities whose rates are remembered.
const IDENTITIES: usize = 1000;

/// The account's quotas.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Limits {
    /// Emails a second, each recipient counted: SES's MaxSendRate.
    pub emails_per_second: f64,
    /// Emails in 24 hours: SES's Max24HourSend.
    pub emails_per_day: u64,
    /// Texts a second of one origination identity.
    pub texts_per_second: f64,
    /// Push notifications a second.
    pub pushes_per_second: f64,
}

impl Default for Limits {
    /// High enough to slow nothing down.
    fn default() -> Self {
        Self {
            emails_per_second: 20_000.0,
            emails_per_day: 50_000_000,
            texts_per_second: 20_000.0,
            pushes_per_second: 20_000.0,
        }
    }
}

impl Limits {
    /// # Errors
    /// When a rate is below one, or none at all.
    pub(crate) fn check(&self) -> Result<(), Fault> {
        let rates = [
            self.emails_per_second,
            self.texts_per_second,
            self.pushes_per_second,
        ];
        if rates.iter().all(|rate| (1.0..=1e9).contains(rate)) {
            return Ok(());
        }
        Err(Fault::bad("rates must be at least 1 a second"))
    }
}

/// Why an email is not taken now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refused {
    /// Too many this second.
    Rate,
    /// Too many this day.
    Day,
}

/// What was used of the limits.
#[derive(Debug)]
pub(crate) struct Meter(Mutex<Used>);

#[derive(Debug)]
struct Used {
    limits: Limits,
    emails: Bucket,
    pushes: Bucket,
    texts: HashMap<String, Bucket>,
    /// Emails by hour since 1970, the last 24 of them.
    hours: VecDeque<(i64, u64)>,
}

impl Meter {
    pub(crate) fn new(limits: Limits) -> Self {
        Self(Mutex::new(Used {
            limits,
            emails: Bucket::full(limits.emails_per_second),
            pushes: Bucket::full(limits.pushes_per_second),
            texts: HashMap::new(),
            hours: VecDeque::new(),
        }))
    }

    pub(crate) fn limits(&self) -> Limits {
        self.lock().limits
    }

    /// Other limits from now on; what was sent in 24 hours still counts.
    pub(crate) fn set(&self, limits: Limits) {
        let mut used = self.lock();
        used.limits = limits;
        used.emails = Bucket::full(limits.emails_per_second);
        used.pushes = Bucket::full(limits.pushes_per_second);
        used.texts.clear();
    }

    /// Takes an email to so many recipients, or says which limit it is over.
    pub(crate) fn email(&self, recipients: usize) -> Result<(), Refused> {
        let mut used = self.lock();
        let used = &mut *used;
        let hour = hour_of(now_seconds());
        let recipients_count = recipients as u64;
        if used.sent(hour) + recipients_count > used.limits.emails_per_day {
            return Err(Refused::Day);
        }
        if !used.emails.take(recipients, used.limits.emails_per_second) {
            return Err(Refused::Rate);
        }
        used.count(hour, recipients_count);
        Ok(())
    }

    /// Takes a text of an origination identity.
    pub(crate) fn text(&self, identity: &str) -> bool {
        let mut used = self.lock();
        let rate = used.limits.texts_per_second;
        if used.texts.len() >= IDENTITIES && !used.texts.contains_key(identity) {
            used.texts.clear();
        }
        let bucket = used.texts.entry(identity.to_owned());
        bucket.or_insert_with(|| Bucket::full(rate)).take(1, rate)
    }

    /// Takes so many push notifications, all or none.
    pub(crate) fn pushes(&self, count: usize) -> bool {
        let mut used = self.lock();
        let rate = used.limits.pushes_per_second;
        used.pushes.take(count, rate)
    }

    /// Counts an email that an earlier server took, at `seconds` since 1970.
    pub(crate) fn recall(&self, seconds: i64, recipients: usize) {
        self.lock().count(hour_of(seconds), recipients as u64);
    }

    /// Emails of the last 24 hours.
    pub(crate) fn sent_in_24_hours(&self) -> u64 {
        self.lock().sent(hour_of(now_seconds()))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Used> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Used {
    fn count(&mut self, hour: i64, emails: u64) {
        match self.hours.back_mut() {
            Some((last, count)) if *last >= hour => *count += emails,
            _ => self.hours.push_back((hour, emails)),
        }
    }

    fn sent(&mut self, hour: i64) -> u64 {
        while self.hours.front().is_some_and(|(old, _)| *old <= hour - 24) {
            self.hours.pop_front();
        }
        self.hours.iter().map(|(_, count)| count).sum()
    }
}

/// Holds what may be sent at once: a second's worth at most.
#[derive(Debug)]
struct Bucket {
    left: f64,
    at: Instant,
}

impl Bucket {
    fn full(rate: f64) -> Self {
        Self {
            left: rate,
            at: Instant::now(),
        }
    }

    fn take(&mut self, count: usize, rate: f64) -> bool {
        let now = Instant::now();
        let gained = now.duration_since(self.at).as_secs_f64() * rate;
        self.left = (self.left + gained).min(rate);
        self.at = now;
        let wanted = count as f64;
        // Whoever wants more than a second's worth gets it from a full one, and others wait for it.
        let granted = self.left >= wanted.min(rate);
        if granted {
            self.left -= wanted;
        }
        granted
    }
}

fn now_seconds() -> i64 {
    jiff::Timestamp::now().as_second()
}

fn hour_of(seconds: i64) -> i64 {
    seconds.div_euclid(3600)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_has_so_many_and_an_identity_its_own() {
        let meter = Meter::new(Limits {
            emails_per_second: 10.0,
            texts_per_second: 2.0,
            ..Limits::default()
        });
        let taken = (0..50).filter(|_| meter.email(1).is_ok()).count();
        assert!((10..=12).contains(&taken), "{taken}");
        assert_eq!(meter.email(1), Err(Refused::Rate));
        assert!(meter.text("+1") && meter.text("+1") && !meter.text("+1"));
        assert!(meter.text("+2"));
    }

    #[test]
    fn a_day_has_so_many_and_yesterday_is_forgotten() {
        let meter = Meter::new(Limits {
            emails_per_day: 5,
            ..Limits::default()
        });
        meter.recall(now_seconds() - 25 * 3600, 100);
        meter.recall(now_seconds() - 3600, 2);
        assert_eq!(meter.sent_in_24_hours(), 2);
        assert_eq!(meter.email(4), Err(Refused::Day));
        assert_eq!(meter.email(3), Ok(()));
        assert_eq!(meter.email(1), Err(Refused::Day));
    }
}
