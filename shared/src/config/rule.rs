//! Rules: what happens to a placement's list after the model, declared by the shop.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::placement::ContextKey;

/// One rule: exactly one of its actions, in the situations of `when`.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Rule {
    /// How `explain` calls it.
    pub name: String,
    /// The situations it is for, by parts of the context: all of these, and any value of each. None
    /// is every situation.
    #[serde(default)]
    pub when: BTreeMap<ContextKey, Vec<String>>,
    /// These items first, in this order, when they can be shown.
    pub pin: Option<Vec<String>>,
    /// Matching items further up.
    pub boost: Option<Boost>,
    /// Matching items to the end.
    pub bury: Option<Match>,
    /// Matching items not at all.
    pub exclude: Option<Match>,
    /// No items but matching ones.
    pub only: Option<Match>,
    /// Not too many of one kind.
    pub cap: Option<Cap>,
}

/// Items by what the catalogue knows of them: all that is given has to hold. What the catalogue does
/// not know matches nothing.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Match {
    /// One of these ids.
    pub items: Vec<String>,
    /// One of these categories.
    pub categories: Vec<String>,
    /// One of these brands.
    pub brands: Vec<String>,
    /// At least this price, in the item's own currency.
    pub price_from: Option<f64>,
    /// Less than this price.
    pub price_below: Option<f64>,
}

/// Further up.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Boost {
    /// Which items.
    #[serde(rename = "match")]
    pub which: Match,
    /// By so many places.
    pub places: u32,
}

/// Not too many of one kind.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Cap {
    /// What makes a kind.
    pub per: CapBy,
    /// How many of each.
    pub most: u32,
}

/// What makes a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CapBy {
    /// The maker.
    Brand,
    /// The shop's category.
    Category,
}

impl Rule {
    /// How many actions it has; a sound rule has one.
    pub(super) fn actions(&self) -> usize {
        [
            self.pin.is_some(),
            self.boost.is_some(),
            self.bury.is_some(),
            self.exclude.is_some(),
            self.only.is_some(),
            self.cap.is_some(),
        ]
        .into_iter()
        .filter(|there| *there)
        .count()
    }
}

impl Match {
    /// Whether nothing is asked of an item, so that every item would match.
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
