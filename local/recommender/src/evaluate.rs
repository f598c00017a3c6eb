//! Measures a recipe on a hold-out split, as Amazon Personalize does for a solution version.
//!
//! One user in ten is left out of the training altogether. The newest tenth of their events is the
//! truth; the model is asked with the older nine tenths, and its answers are compared with the truth.

use crate::metrics::{DEPTH, Metrics};
use crate::training::Training;
use crate::{Catalogue, Error, Event, Interactions, Model, Options, Query, Recipe, evaluate_trend};
use rayon::prelude::*;
use rustc_hash::FxHasher;
use std::hash::{Hash, Hasher};

/// Fewer users than this are not a sample, so more than one in ten is taken; never more than half,
/// because the rest is what is learned from.
const FEWEST_USERS: usize = 25;
/// More users than this say nothing new.
const MOST_USERS: usize = 5_000;

/// Trains `recipe` on a hold-out split of `data` and measures its answers.
///
/// The users asked are chosen by `options.seed` and their ids, so the same users are asked again
/// when the data has grown. A model of related items is asked with the last item before the truth.
///
/// # Errors
/// [`Error::NoInteractions`] for empty data, [`Error::NothingHeldOut`] when no user has two
/// interactions or there is only one, and what [`Model::train`] refuses.
pub fn evaluate(recipe: Recipe, data: &Interactions, options: &Options) -> Result<Metrics, Error> {
    evaluate_with(recipe, data, &Catalogue::default(), options)
}

/// The same for [`Model::train_with`].
///
/// # Errors
/// Those of [`evaluate`] and of [`Model::train_with`].
pub fn evaluate_with(
    recipe: Recipe,
    data: &Interactions,
    catalogue: &Catalogue,
    options: &Options,
) -> Result<Metrics, Error> {
    let held_out = asked(data, options.seed)?;
    let whole = |&user: &u32| (user, data.history(user).len());
    let hidden: Vec<(u32, usize)> = held_out.iter().map(whole).collect();
    let training = Training::without(data, &hidden);
    let model = Model::learn(recipe, &training, catalogue, options)?;
    let answers: Vec<(Vec<u32>, Metrics)> = held_out
        .par_iter()
        .map(|&user| ask(&model, data, user))
        .collect();

    let mut answered = vec![false; model.items().len()];
    for (items, _) in &answers {
        items
            .iter()
            .for_each(|&item| answered[item as usize] = true);
    }
    let covered = answered.iter().filter(|&&is| is).count();
    let metrics: Vec<Metrics> = answers.into_iter().map(|(_, metrics)| metrics).collect();
    let coverage = covered as f64 / model.items().len() as f64;
    let trending = recipe == Recipe::TrendingNow;
    Ok(Metrics {
        trend_prediction_accuracy: trending.then(|| evaluate_trend::accuracy(data, options)),
        ..Metrics::mean(&metrics, coverage)
    })
}

/// The users to ask, by number.
pub(crate) fn asked(data: &Interactions, seed: u64) -> Result<Vec<u32>, Error> {
    if data.is_empty() {
        return Err(Error::NoInteractions);
    }
    let mut lots: Vec<(u64, u32)> = (0..data.users().len() as u32)
        .filter(|&user| data.history(user).len() >= 2)
        .map(|user| (lot(seed, data.users().name(user)), user))
        .collect();
    let users = data.users().len();
    lots.sort_unstable();
    lots.truncate((users / 10).clamp(FEWEST_USERS, MOST_USERS).min(users / 2));
    if lots.is_empty() {
        return Err(Error::NothingHeldOut { users });
    }
    let mut held_out: Vec<u32> = lots.into_iter().map(|(_, user)| user).collect();
    held_out.sort_unstable();
    Ok(held_out)
}

/// A number that looks random but depends only on the seed and the user.
pub(crate) fn lot(seed: u64, user: &str) -> u64 {
    let mut hasher = FxHasher::default();
    (seed, user).hash(&mut hasher);
    hasher.finish()
}

/// What a user is asked with, and the newest tenth that should be the answer: at least one event.
fn split(history: &[Event]) -> (&[Event], &[Event]) {
    history.split_at(history.len() - (history.len() / 10).max(1))
}

/// Asks for one user and compares; the answer's items come with its metrics.
fn ask(model: &Model, data: &Interactions, user: u32) -> (Vec<u32>, Metrics) {
    let (known, truth) = split(data.history(user));
    let last = known.last();
    let query = Query {
        history: known,
        item: last.map(|event| event.item),
        now: last.map_or(0, |event| event.timestamp),
        limit: DEPTH,
    };
    let answer: Vec<u32> = model
        .recommend(&query, |_| true)
        .into_iter()
        .map(|scored| scored.item)
        .collect();
    // An action that was not taken is none that should have been answered.
    let wanted = truth.iter().filter(|event| event.usable_weight() > 0.0);
    let mut targets: Vec<u32> = wanted.map(|event| event.item).collect();
    targets.sort_unstable();
    targets.dedup();
    let metrics = Metrics::of(&answer, &targets);
    (answer, metrics)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::InteractionsBuilder;

    /// Users who walk through ten items in a circle, each from another start.
    fn circle(users: usize, events: usize) -> Interactions {
        let mut builder = InteractionsBuilder::new();
        for user in 0..users {
            for step in 0..events {
                let item = (user * 7 + step) % 10;
                builder.push(&format!("user-{user}"), &item.to_string(), step as i64, 1.0);
            }
        }
        builder.build()
    }

    #[test]
    fn what_can_be_foreseen_is_foreseen() {
        let data = circle(300, 5);
        let metrics = evaluate(Recipe::UserPersonalization, &data, &Options::default()).unwrap();
        assert!(metrics.ndcg_at_5 > 0.99, "{metrics:?}");
        let popular = evaluate(Recipe::Popularity, &data, &Options::default()).unwrap();
        assert!(popular.ndcg_at_5 < 0.5, "{popular:?}");
        assert_eq!(popular.coverage, 1.0);
    }

    #[test]
    fn one_user_in_ten_but_at_least_25_and_at_most_half_are_asked() {
        let asked = |users| asked(&circle(users, 2), 1).unwrap().len();
        assert_eq!([400, 60, 30, 3].map(asked), [40, 25, 15, 1]);
    }

    #[test]
    fn the_newest_tenth_of_a_history_is_the_truth() {
        let data = circle(1, 39);
        let (known, truth) = split(data.history(0));
        assert_eq!((known.len(), truth.len()), (36, 3));
        assert!(known[35].timestamp < truth[0].timestamp);
        assert_eq!(split(&data.history(0)[..2]).1.len(), 1);
    }

    #[test]
    fn nothing_is_learned_from_the_users_who_are_asked() {
        // Everybody has two items of their own: only their own history could foresee the second.
        let mut builder = InteractionsBuilder::new();
        for user in 0..60 {
            for time in 0..6 {
                let item = format!("{user}-{}", time % 2);
                builder.push(&user.to_string(), &item, time, 1.0);
            }
        }
        let data = builder.build();
        let metrics = evaluate(Recipe::UserPersonalization, &data, &Options::default()).unwrap();
        assert_eq!(metrics.mean_reciprocal_rank_at_25, 0.0);
    }

    #[test]
    fn the_seed_decides_who_is_asked() {
        let data = circle(400, 3);
        assert_eq!(asked(&data, 1).unwrap(), asked(&data, 1).unwrap());
        assert_ne!(asked(&data, 1).unwrap(), asked(&data, 2).unwrap());
    }

    #[test]
    fn without_pairs_of_events_there_is_nothing_to_measure() {
        let options = Options::default();
        let lonely = evaluate(Recipe::Popularity, &circle(3, 1), &options);
        assert_eq!(lonely, Err(Error::NothingHeldOut { users: 3 }));
        let alone = evaluate(Recipe::Popularity, &circle(1, 9), &options);
        assert_eq!(alone, Err(Error::NothingHeldOut { users: 1 }));
        let empty = evaluate(Recipe::Popularity, &circle(0, 0), &options);
        assert_eq!(empty, Err(Error::NoInteractions));
    }
}
