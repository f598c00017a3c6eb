//! A trained recipe: learns, answers, and can be written down and read again.

use crate::accumulator::Accumulator;
use crate::actions::Actions;
use crate::affinity::Affinity;
use crate::calibrate::Trained;
use crate::fading::Fading;
use crate::format::Format;
use crate::neighbours::Neighbours;
use crate::popularity::Popularity;
use crate::sequence::Sequence;
use crate::sessions::Sessions;
use crate::training::Training;
use crate::{
    Error, Event, Ids, Interactions, Options, Query, Recipe, Scored, answer, blend, sequence,
    similar, together, trending,
};
use serde::{Deserialize, Serialize};

/// A trained recipe with its own item vocabulary.
///
/// Serde writes and reads it in any format; [`to_bytes`](Self::to_bytes) and
/// [`from_bytes`](Self::from_bytes) are compact and say what is wrong with bytes they refuse.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Model {
    format: Format,
    recipe: Recipe,
    items: Ids,
    /// For whoever has no history, and below what history tells.
    popularity: Popularity,
    /// Empty for a recipe that asks popularity only.
    neighbours: Neighbours,
    /// Empty but for a recipe that goes by a history.
    sessions: Sessions,
    /// How soon the past of a history loses its say.
    fading: Fading,
    /// Empty but for a recipe about actions.
    actions: Actions,
}

impl Model {
    /// Learns `recipe` from all of `data`, on the threads of the current rayon pool. The result
    /// is the same for any number of threads.
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
        if training.events().next().is_none() {
            return Err(Error::NoInteractions);
        }
        let model = |popularity| Self {
            format: Format,
            recipe,
            items: training.data().items().clone(),
            popularity,
            neighbours: Neighbours::none(),
            sessions: Sessions::default(),
            fading: Fading::USUAL,
            actions: Actions::default(),
        };
        Ok(match recipe {
            Recipe::UserPersonalization | Recipe::PersonalizedRanking => {
                let (neighbours, sessions, fading) = follow(training, options);
                Self {
                    neighbours,
                    sessions,
                    fading,
                    ..model(Popularity::recent(training))
                }
            }
            Recipe::SimilarItems => Self {
                neighbours: similar::learn(training, options),
                ..model(Popularity::recent(training))
            },
            Recipe::FrequentlyBoughtTogether => Self {
                neighbours: together::learn(training, options),
                ..model(Popularity::recent(training))
            },
            Recipe::Popularity => model(Popularity::count(training)),
            Recipe::TrendingNow => model(trending::learn(training, options)),
            Recipe::NextBestAction => Self {
                actions: Actions::learn(training, options),
                ..model(Popularity::count(training))
            },
            Recipe::ItemAffinity | Recipe::ItemAttributeAffinity => Self {
                neighbours: Sequence::of(training, options).learn(options),
                ..model(Popularity::recent(training))
            },
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

    /// At most `query.limit` items for which `keep(item)` is true, best first; as many, if that
    /// many pass. What history or item say nothing about comes last, by popularity.
    ///
    /// Scores are positive and comparable within the answer. `keep` is asked in the order of the
    /// answer, at most once per item and only until the answer is full. Items of the history can
    /// be in the answer; the item asked about is not.
    pub fn recommend(&self, query: &Query<'_>, keep: impl Fn(u32) -> bool) -> Vec<Scored> {
        let asked = query.item.filter(|_| self.recipe.asks_for_an_item());
        self.scored(query, |scores| {
            let keep = |item| Some(item) != asked && keep(item);
            answer::best(
                scores,
                &self.popularity,
                query.limit,
                query.history.len(),
                keep,
            )
        })
    }

    /// All of `items` ordered for this query, best first, whatever `query.limit`. What history or
    /// item say nothing about comes later, by popularity; items the model does not know come last
    /// with score 0, in the order given.
    #[must_use]
    pub fn rank(&self, query: &Query<'_>, items: &[u32]) -> Vec<Scored> {
        self.scored(query, |scores| {
            answer::order(scores, &self.popularity, items)
        })
    }

    /// Runs `work` with the scores of this query, without popularity.
    fn scored<T>(&self, query: &Query<'_>, work: impl FnOnce(&Accumulator) -> T) -> T {
        Accumulator::with(self.items.len(), |scores| {
            match self.recipe {
                Recipe::UserPersonalization | Recipe::PersonalizedRanking => {
                    self.personal(query.history, scores);
                }
                Recipe::SimilarItems | Recipe::FrequentlyBoughtTogether => {
                    let neighbours = query.item.map(|item| self.neighbours.of(item));
                    for (other, weight) in neighbours.into_iter().flatten() {
                        scores.add(other, weight);
                    }
                }
                Recipe::ItemAffinity | Recipe::ItemAttributeAffinity => {
                    sequence::score(&self.neighbours, query.history, self.fading, scores);
                }
                Recipe::NextBestAction => self.actions.score(query.history, scores),
                Recipe::Popularity | Recipe::TrendingNow => {}
            }
            work(scores)
        })
    }

    /// What follows the history, and what those nearest to it did.
    fn personal(&self, history: &[Event], scores: &mut Accumulator) {
        sequence::score(&self.neighbours, history, self.fading, scores);
        blend::near_histories(&self.sessions, history, self.fading, None, scores);
    }

    /// How near users are to any of `items`, for a model of a recipe that learns what follows what.
    /// Of any other, nobody is near to anything.
    #[must_use]
    pub fn affinity(&self, items: &[u32]) -> Affinity {
        let follows = !self.recipe.asks_for_an_item() && !self.recipe.has_no_neighbours();
        let known = if follows { items } else { &[] };
        Affinity::to(known, self.items.len(), &self.neighbours, self.fading)
    }

    /// The model in the postcard format.
    ///
    /// # Errors
    /// [`Error::NotWritten`] when memory for the bytes cannot be had.
    pub fn to_bytes(&self) -> Result<Vec<u8>, Error> {
        postcard::to_allocvec(self).map_err(|error| Error::NotWritten {
            reason: error.to_string(),
        })
    }

    /// Reads what [`to_bytes`](Self::to_bytes) wrote.
    ///
    /// # Errors
    /// [`Error::Format`] for a model of another version of this crate, [`Error::Damaged`] for
    /// bytes that are no model.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        Format::check(bytes)?;
        let model: Self = postcard::from_bytes(bytes).map_err(|error| Error::Damaged {
            reason: error.to_string(),
        })?;
        let items = model.items.len();
        let learns = !model.recipe.has_no_neighbours();
        let acts = model.recipe == Recipe::NextBestAction;
        let personal = matches!(
            model.recipe,
            Recipe::UserPersonalization | Recipe::PersonalizedRanking
        );
        if model.popularity.fits(items)
            && model.neighbours.fits(if learns { items } else { 0 })
            && model.sessions.fits(if personal { items } else { 0 })
            && model.fading.fits()
            && model.actions.fits(if acts { items } else { 0 })
        {
            Ok(model)
        } else {
            Err(Error::Damaged {
                reason: "its parts do not fit together".to_owned(),
            })
        }
    }
}

/// What a model that goes by a history knows: what follows what, the histories, and how soon the past
/// loses its say.
fn follow(training: &Training<'_>, options: &Options) -> (Neighbours, Sessions, Fading) {
    let sequence = Sequence::of(training, options);
    let neighbours = sequence.learn(options);
    let (sessions, users) = Sessions::learn(training);
    let trained = Trained {
        training,
        sequence: &sequence,
        neighbours: &neighbours,
        sessions: &sessions,
        users: &users,
    };
    let fading = trained.pace();
    (neighbours, sessions, fading)
}
