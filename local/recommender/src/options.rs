//! What to learn, and the few knobs of learning. The defaults are meant to be left alone.

use crate::{Error, TrendInterval};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// What a model is trained to answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Recipe {
    /// What will this user want next? Asks for a history.
    UserPersonalization,
    /// What goes with this item? Asks for an item, and takes a history as a hint.
    SimilarItems,
    /// What comes along with this item in a basket? Asks for an item; trained on purchases.
    FrequentlyBoughtTogether,
    /// What is like this item by its own words and categories? Asks for an item; needs a
    /// [`Catalogue`](crate::Catalogue).
    SemanticSimilarity,
    /// What do most people want? Asks for nothing. Trained on views it is *most viewed*, on purchases
    /// *best sellers*.
    Popularity,
    /// What becomes popular right now? Asks for nothing.
    TrendingNow,
    /// In which order would this user like these items? Asks for a history and the items.
    PersonalizedRanking,
    /// How likely does this user take each action? Its items are actions; asks for a history. The
    /// weight of an event is positive for taken and negative for not taken, and scores are
    /// probabilities.
    NextBestAction,
    /// Who will want this item? Asks [`Model::affinity`](crate::Model::affinity) for each user.
    ItemAffinity,
    /// Who will want items like these? Asks [`Model::affinity`](crate::Model::affinity) as well.
    ItemAttributeAffinity,
}

/// Recipes by name, without Personalize's `aws-` and `-v2`.
const NAMES: [(Recipe, &str); 10] = [
    (Recipe::UserPersonalization, "user-personalization"),
    (Recipe::PersonalizedRanking, "personalized-ranking"),
    (Recipe::SimilarItems, "similar-items"),
    (
        Recipe::FrequentlyBoughtTogether,
        "frequently-bought-together",
    ),
    (Recipe::SemanticSimilarity, "semantic-similarity"),
    (Recipe::Popularity, "popularity-count"),
    (Recipe::TrendingNow, "trending-now"),
    (Recipe::NextBestAction, "next-best-action"),
    (Recipe::ItemAffinity, "item-affinity"),
    (Recipe::ItemAttributeAffinity, "item-attribute-affinity"),
];

impl Recipe {
    /// All of them.
    pub fn all() -> impl Iterator<Item = Self> {
        NAMES.iter().map(|(recipe, _)| *recipe)
    }

    /// Whether it answers what goes with an item.
    #[must_use]
    pub fn asks_for_an_item(self) -> bool {
        matches!(
            self,
            Self::SimilarItems | Self::FrequentlyBoughtTogether | Self::SemanticSimilarity
        )
    }

    /// Whether items that nobody used can be in its answers by what they are like.
    pub(crate) fn takes_cold_items(self) -> bool {
        matches!(
            self,
            Self::UserPersonalization | Self::PersonalizedRanking | Self::SimilarItems
        )
    }

    /// Whether it answers without knowing what goes with what.
    pub(crate) fn has_no_neighbours(self) -> bool {
        matches!(
            self,
            Self::Popularity | Self::TrendingNow | Self::NextBestAction
        )
    }
}

impl fmt::Display for Recipe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = NAMES.iter().find(|(recipe, _)| recipe == self);
        f.write_str(name.map_or("", |(_, name)| name))
    }
}

impl FromStr for Recipe {
    type Err = Error;

    /// Takes `user-personalization` and `aws-user-personalization-v2`.
    fn from_str(name: &str) -> Result<Self, Error> {
        let plain = name.trim_start_matches("aws-").trim_end_matches("-v2");
        let found = NAMES.iter().find(|(_, known)| *known == plain);
        found
            .map(|(recipe, _)| *recipe)
            .ok_or_else(|| Error::Recipe {
                found: name.to_owned(),
                expected: NAMES.map(|(_, name)| name).join(", "),
            })
    }
}

/// How to learn.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// Decides which users [`evaluate`](crate::evaluate) holds out. Training draws no lots.
    pub seed: u64,
    /// The most neighbours kept per item, at least 1. Memory is 8 bytes for each.
    pub neighbours: usize,
    /// How many of a user's events after (and, for similar items, before) an event are looked at
    /// for items that go together, at least 1. Bounds the time of training: events times window.
    pub window: usize,
    /// For trending now: the interval whose events are compared with those of the one before.
    pub trend_interval: TrendInterval,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            seed: 42,
            neighbours: 200,
            window: 200,
            trend_interval: TrendInterval::default(),
        }
    }
}

impl Options {
    /// Refuses values that mean nothing.
    pub(crate) fn check(&self) -> Result<(), Error> {
        let bounds = [("neighbours", self.neighbours), ("window", self.window)];
        match bounds.into_iter().find(|&(_, value)| value == 0) {
            None => Ok(()),
            Some((option, found)) => Err(Error::Option {
                option,
                expected: "at least 1",
                found: found.to_string(),
            }),
        }
    }
}
