//! What users did lately, of which an experiment takes the part before a unit's exposure as covariate
//! (CUPED). Kept for all users, because nobody knows beforehand who will be exposed.
//!
//! An entry of a user, a day and an event type takes 12 bytes, a user about 60 more: a user with five of
//! them 120 bytes, two million users 240 MB, which is the most that is kept. Users beyond that have the
//! covariate 0, which costs precision and nothing else: it does not depend on the arm.

use std::collections::HashMap;

use experiment::definition::Measure;
use serde::{Deserialize, Serialize};

/// How many days before an exposure count.
pub(super) const DAYS: u16 = 14;
/// How many users are remembered.
const USERS_MAX: usize = 2_000_000;
/// How many event types are remembered; Personalize knows ten.
const KINDS_MAX: usize = 32;

/// The last days of all users.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Past {
    kinds: Vec<String>,
    users: HashMap<u64, Vec<Entry>>,
    /// The last day on which old entries were removed.
    swept: u16,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Entry {
    /// Days since 1970.
    day: u16,
    kind: u8,
    count: u16,
    value: f32,
}

impl Past {
    /// Remembers an event of a user.
    pub(super) fn add(&mut self, user: u64, kind: &str, day: u16, value: f64) {
        let Some(kind) = self.kind(kind) else { return };
        self.sweep(day);
        if self.users.len() >= USERS_MAX && !self.users.contains_key(&user) {
            return;
        }
        let entries = self.users.entry(user).or_default();
        let same = |entry: &&mut Entry| entry.day == day && entry.kind == kind;
        match entries.iter_mut().find(same) {
            Some(entry) => {
                entry.count = entry.count.saturating_add(1);
                entry.value += value as f32;
            }
            None => entries.push(Entry {
                day,
                kind,
                count: 1,
                value: value as f32,
            }),
        }
    }

    /// A metric of a user over the [`DAYS`] before and up to `day`.
    pub(super) fn metric(&self, user: u64, kind: &str, measure: Measure, day: u16) -> f64 {
        let kind = self.kinds.iter().position(|known| known == kind);
        let entries = self.users.get(&user).map_or(&[][..], Vec::as_slice);
        let days = day.saturating_sub(DAYS)..=day;
        let counted = entries
            .iter()
            .filter(|entry| Some(usize::from(entry.kind)) == kind && days.contains(&entry.day));
        match measure {
            Measure::Conversion => f64::from(u8::from(counted.count() > 0)),
            Measure::Count => counted.map(|entry| f64::from(entry.count)).sum(),
            Measure::Value => counted.map(|entry| f64::from(entry.value)).sum(),
        }
    }

    fn kind(&mut self, kind: &str) -> Option<u8> {
        let known = self.kinds.iter().position(|known| known == kind);
        let index = known.or_else(|| {
            (self.kinds.len() < KINDS_MAX).then(|| {
                self.kinds.push(kind.to_owned());
                self.kinds.len() - 1
            })
        });
        index.and_then(|index| u8::try_from(index).ok())
    }

    /// Once a day what is too old goes.
    fn sweep(&mut self, day: u16) {
        if day <= self.swept {
            return;
        }
        self.swept = day;
        self.users.retain(|_, entries| {
            entries.retain(|entry| entry.day + DAYS >= day);
            !entries.is_empty()
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_metric_is_over_the_last_days() {
        let mut past = Past::default();
        past.add(1, "purchase", 100, 20.0);
        past.add(1, "purchase", 110, 5.0);
        past.add(1, "purchase", 110, 6.0);
        past.add(1, "view", 110, 0.0);
        let metric = |measure, day| past.metric(1, "purchase", measure, day);
        assert_eq!(metric(Measure::Count, 114), 3.0);
        assert_eq!(metric(Measure::Value, 124), 11.0);
        assert_eq!(metric(Measure::Conversion, 125), 0.0);
        assert_eq!(past.metric(2, "purchase", Measure::Count, 114), 0.0);
    }

    #[test]
    fn the_past_is_forgotten() {
        let mut past = Past::default();
        past.add(1, "view", 100, 0.0);
        past.add(2, "view", 100 + DAYS + 1, 0.0);
        assert_eq!(past.users.len(), 1);
    }
}
