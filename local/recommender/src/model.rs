//! A trained recipe: learns, answers, and can be written down and read again.

use crate::accumulator::Accumulator;
use crate::actions::Actions;
use crate::affinity::Affinity;
use crate::calibrate::Trained;
use crate::cold::Cold;
use crate::content::Content;
use crate::fading::Fading;
use crate::format::Format;
use crate::neighbours::Neighbours;
use crate::popularity::Popularity;
use crate::sequence::Sequence;
use crate::sessions::Sessions;
use crate::training::Training;
use crate::{
    Catalogue, Error, Event, Ids, Interactions, Options, Query, Recipe, Scored, answer, blend,
    semantic, sequence, similar, together, trending,
};
use serde::{Deserialize, Serialize};

/// Of a history so many of the newest events say what the user likes today.
const LATEST: usize = 10;

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
    /// Empty without a catalogue.
    cold: Cold,
}

impl Model {
    /// Learns `recipe` from all of `data`, on the threads of the current rayon pool. The result
    /// is the same for any number of threads.
    ///
    /// # Errors
    /// [`Error::NoInteractions`] for empty data, [`Error::Option`] for an option out of range.
    pub fn train(recipe: Recipe, data: &Interactions, options: &Options) -> Result<Self, Error> {
        Self::train_with(recipe, data, &Catalogue::default(), options)
    }

    /// The same with what `catalogue` says of items. Its items are in the model's vocabulary: those
    /// without any interaction come into answers through the items like them.
    ///
    /// # Errors
    /// Those of [`train`](Self::train), and [`Error::NoCatalogue`] when the recipe asks for a
    /// catalogue and this one is empty.
    pub fn train_with(
        recipe: Recipe,
        data: &Interactions,
        catalogue: &Catalogue,
        options: &Options,
    ) -> Result<Self, Error> {
        Self::learn(recipe, &Training::all(data), catalogue, options)
    }

    /// Learns from the part of the data that `training` shows.
    pub(crate) fn learn(
        recipe: Recipe,
        training: &Training<'_>,
        catalogue: &Catalogue,
        options: &Options,
    ) -> Result<Self, Error> {
        options.check()?;
        if training.events().next().is_none() {
            return Err(Error::NoInteractions);
        }
        if recipe == Recipe::SemanticSimilarity && catalogue.is_empty() {
            return Err(Error::NoCatalogue);
        }
        let mut items = training.data().items().clone();
        catalogue.items().iter().for_each(|item| {
            items.intern(item);
        });
        let training = &training.with_items(items.len());
        let content = Content::of(catalogue, &items);
        let model = |popularity| Self {
            format: Format,
            recipe,
            items: items.clone(),
            popularity,
            neighbours: Neighbours::none(),
            sessions: Sessions::default(),
            fading: Fading::USUAL,
            actions: Actions::default(),
            cold: Cold::default(),
        };
        let mut learned = match recipe {
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
            Recipe::SemanticSimilarity => {
                let popularity = Popularity::recent(training);
                Self {
                    neighbours: semantic::learn(&content, &popularity, options),
                    ..model(popularity)
                }
            }
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
        };
        if recipe.takes_cold_items() {
            learned.cold = Cold::learn(&content, catalogue, &items, &learned.popularity);
        }
        Ok(learned)
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

    /// Whether nobody had used `item` when the model was trained.
    #[must_use]
    pub fn is_cold(&self, item: u32) -> bool {
        self.popularity.score(item) == 0.0
    }

    /// How many items somebody had used.
    #[must_use]
    pub fn warm_items(&self) -> usize {
        self.popularity.order().len()
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
                Recipe::SimilarItems
                | Recipe::SemanticSimilarity
                | Recipe::FrequentlyBoughtTogether => {
                    let near = |item| self.neighbours.of(item).chain(self.cold.like(item));
                    for (other, weight) in query.item.into_iter().flat_map(near) {
                        scores.add(other, weight);
                    }
                }
                Recipe::ItemAffinity | Recipe::ItemAttributeAffinity => {
                    sequence::score(&self.neighbours, query.history, self.fading, scores);
                }
                Recipe::NextBestAction => self.actions.score(query.history, scores),
                Recipe::Popularity | Recipe::TrendingNow => {}
            }
            self.warm_up(query, scores);
            work(scores)
        })
    }

    /// Gives items without interactions their scores, once all others have theirs.
    fn warm_up(&self, query: &Query<'_>, scores: &mut Accumulator) {
        if self.cold.is_empty() {
            return;
        }
        if self.recipe.asks_for_an_item() {
            self.cold.score(query.item.into_iter(), scores);
        } else {
            let latest = query.history.iter().rev().map(|event| event.item);
            self.cold.score(latest.take(LATEST), scores);
        }
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
            && model.cold.fits(items)
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
