//! A trained recipe: learns, answers, and can be written down and read again.

use crate::popularity::Popularity;
use crate::training::Training;
use crate::{Error, Ids, Interactions, Options, Query, Recipe, Scored};
use serde::{Deserialize, Serialize};

/// A trained recipe with its own item vocabulary.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Model {
    recipe: Recipe,
    items: Ids,
    popularity: Popularity,
}

impl Model {
    /// Learns `recipe` from all of `data`.
    ///
    /// # Errors
    /// [`Error::NoInteractions`] for empty data, [`Error::Option`] for an option out of range.
    pub fn train(recipe: Recipe, data: &Interactions, options: &Options) -> Result<Self, Error> {
        Self::learn(recipe, &Training::all(data), options)
    }

    /// Learns from the part of the data that `training` shows.
    pub(crate) fn learn(
        recipe: Recipe,
        training: &Training<'_>,
        options: &Options,
    ) -> Result<Self, Error> {
        options.check()?;
        if training.visible().next().is_none() {
            return Err(Error::NoInteractions);
        }
        let items = training.data().items().clone();
        Ok(Self {
            recipe,
            items,
            popularity: Popularity::count(training),
        })
    }

    /// What this model was trained to answer.
    #[must_use]
    pub fn recipe(&self) -> Recipe {
        self.recipe
    }

    /// The items this model knows, by the numbers it speaks in.
    #[must_use]
    pub fn items(&self) -> &Ids {
        &self.items
    }

    /// At most `query.limit` items for which `keep(item)` is true, best first.
    ///
    /// Scores are positive and comparable within the answer. `keep` is called in the order of the
    /// answer, at most once per item and only until the answer is full.
    pub fn recommend(&self, query: &Query<'_>, keep: impl Fn(u32) -> bool) -> Vec<Scored> {
        let all = self
            .popularity
            .order()
            .iter()
            .copied()
            .filter(|&item| keep(item));
        all.take(query.limit)
            .map(|item| Scored {
                item,
                score: self.popularity.score(item),
            })
            .collect()
    }

    /// `items` ordered for this query, best first; those the model does not know come last with
    /// score 0, in the order given.
    #[must_use]
    pub fn rank(&self, query: &Query<'_>, items: &[u32]) -> Vec<Scored> {
        let _ = query.now;
        let mut ranked: Vec<Scored> = items
            .iter()
            .map(|&item| Scored {
                item,
                score: self.popularity.score(item),
            })
            .collect();
        ranked.sort_by(|a, b| b.score.total_cmp(&a.score));
        ranked
    }
}
