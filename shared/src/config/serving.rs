//! How requests are served: how long an answer may take, how long a list is kept, and what counts as
//! a purchase.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::placement::ContextKey;

/// The settings of `recommend` and `track`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Serving {
    /// Milliseconds until a shopper has an answer, whatever fails: 50 to 5,000.
    pub answer_within: u64,
    /// Milliseconds of them that are Personalize's: it is left for a ready-made list afterwards.
    pub personalize_within: u64,
    /// Seconds a list is kept for the next request alike; 0 keeps none.
    pub cache_seconds: u64,
    /// Event types after which a visitor's lists are made anew; every type when there are none.
    pub stale_after: Vec<String>,
    /// Event types by which something is bought.
    pub purchases: Vec<String>,
    /// Hours for which `explain` knows an answer; 0 keeps no explanations, and saves a write an answer.
    pub explain_hours: u64,
    /// The shop's clock: an IANA time zone.
    pub time_zone: String,
    /// The shop's half of the earth, for the season.
    pub hemisphere: Hemisphere,
    /// Segments with popular lists of their own, by the part of the context that tells them apart.
    pub segments: BTreeMap<ContextKey, Segments>,
}

/// The segments of one part of the context.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Segments {
    /// The values that have a list.
    pub values: Vec<String>,
    /// The filter that leaves the segment's items.
    pub filter: String,
    /// Its placeholder, without `$`, for the value.
    pub placeholder: String,
}

/// Half of the earth.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Hemisphere {
    /// July is summer.
    #[default]
    Northern,
    /// July is winter.
    Southern,
}

impl Default for Serving {
    fn default() -> Self {
        Self {
            answer_within: 250,
            personalize_within: 150,
            cache_seconds: 300,
            stale_after: Vec::new(),
            purchases: vec!["purchase".to_owned()],
            explain_hours: 24,
            time_zone: "UTC".to_owned(),
            hemisphere: Hemisphere::Northern,
            segments: BTreeMap::new(),
        }
    }
}

impl Serving {
    /// Whether lists made before an event of this type are stale.
    #[must_use]
    pub fn makes_stale(&self, event_type: &str) -> bool {
        self.stale_after.is_empty()
            || self.stale_after.iter().any(|known| known == event_type)
            || self.buys(event_type)
    }

    /// Whether an event of this type is a purchase.
    #[must_use]
    pub fn buys(&self, event_type: &str) -> bool {
        self.purchases.iter().any(|known| known == event_type)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_purchase_makes_lists_stale_whatever_else_does() {
        let every = Serving::default();
        assert!(every.makes_stale("view") && every.makes_stale("purchase"));
        let carts = Serving {
            stale_after: vec!["add-to-cart".into()],
            ..Serving::default()
        };
        assert!(carts.makes_stale("add-to-cart") && carts.makes_stale("purchase"));
        assert!(!carts.makes_stale("view"));
    }
}
