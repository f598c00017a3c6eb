//! Measures a recipe on a hold-out split, as Amazon Personalize does for a solution version.
//!
//! One user in ten is kept out of the training altogether. A model is trained on all others, then asked
//! for these users with the older nine tenths of their events, and its answers are compared with the
//! newest tenth.

use crate::metrics::{DEPTH, Metrics};
use crate::training::Training;
use crate::{Error, Event, Interactions, Model, Options, Query, Recipe, evaluate_trend};
use rayon::prelude::*;
use rustc_hash::FxHasher;
use std::hash::{Hash, Hasher};

/// Fewer users than this are not much of a sample, so up to one in [`MOST_SHARE`] are asked.
const FEWEST_USERS: usize = 25;
/// One user in so many may be asked at most: the others have to be enough to learn from.
const MOST_SHARE: usize = 4;
/// More users than this say nothing new.
const MOST_USERS: usize = 5_000;

/// Trains `recipe` on a hold-out split of `data` and measures its answers.
///
/// The users asked are chosen by `options.seed` and their ids, so the same users are asked again
/// when the data has grown. A model of related items is asked with the last item before the truth.
///
/// # Errors
/// [`Error::NoInteractions`] for empty data, [`Error::NothingHeldOut`] when no user but one has two
/// interactions, and what [`Model::train`] refuses.
pub fn evaluate(recipe: Recipe, data: &Interactions, options: &Options) -> Result<Metrics, Error> {
    let asked = asked(data, options.seed)?;
    let whole = |&user: &u32| (user, data.history(user).len());
    let hidden: Vec<(u32, usize)> = asked.iter().map(whole).collect();
    let model = Model::learn(recipe, &Training::without(data, &hidden), options)?;
    let answers: Vec<(Vec<u32>, Metrics)> = asked
        .par_iter()
        .map(|&user| ask(&model, data.history(user)))
        .collect();

    let mut answered = vec![false; data.items().len()];
    for (items, _) in &answers {
        items
            .iter()
            .for_each(|&item| answered[item as usize] = true);
    }
    let covered = answered.iter().filter(|&&is| is).count();
    let metrics: Vec<Metrics> = answers.into_iter().map(|(_, metrics)| metrics).collect();
    let coverage = covered as f64 / data.items().len() as f64;
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
    let users = data.users().len();
    let mut lots: Vec<(u64, u32)> = (0..users as u32)
        .filter(|&user| data.history(user).len() >= 2)
        .map(|user| (lot(seed, data.users().name(user)), user))
        .collect();
    if lots.is_empty() || users < 2 {
        return Err(Error::NothingHeldOut { users });
    }
    lots.sort_unstable();
    let fewest = FEWEST_USERS.min(users / MOST_SHARE);
    lots.truncate((users / 10).max(fewest).clamp(1, MOST_USERS));
    let mut asked: Vec<u32> = lots.into_iter().map(|(_, user)| user).collect();
    asked.sort_unstable();
    Ok(asked)
}

/// A number that looks random but depends only on the seed and the user.
pub(crate) fn lot(seed: u64, user: &str) -> u64 {
    let mut hasher = FxHasher::default();
    (seed, user).hash(&mut hasher);
    hasher.finish()
}

/// Asks for one user and compares; the answer's items come with its metrics.
fn ask(model: &Model, history: &[Event]) -> (Vec<u32>, Metrics) {
    let held_out = (history.len() / 10).max(1);
    let (known, truth) = history.split_at(history.len() - held_out);
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
    fn one_user_in_ten_is_asked_and_more_of_few_but_never_most() {
        let count = |users| asked(&circle(users, 2), 1).unwrap().len();
        assert_eq!([400, 120, 40, 3, 2].map(count), [40, 25, 10, 1, 1]);
    }

    #[test]
    fn the_newest_tenth_is_the_truth_and_nothing_of_the_user_was_learned() {
        // Everybody buys what nobody else does: known only to who has seen the user.
        let mut builder = InteractionsBuilder::new();
        for user in 0..200 {
            for step in 0..20 {
                builder.push(
                    &format!("u{user}"),
                    &format!("{user} {}", step % 4),
                    step,
                    1.0,
                );
            }
        }
        let data = builder.build();
        let metrics = evaluate(Recipe::UserPersonalization, &data, &Options::default()).unwrap();
        assert_eq!(metrics.ndcg_at_25, 0.0);
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
        for (users, events) in [(3, 1), (1, 9)] {
            let lonely = evaluate(Recipe::Popularity, &circle(users, events), &options);
            assert_eq!(lonely, Err(Error::NothingHeldOut { users }));
        }
        let empty = evaluate(Recipe::Popularity, &circle(0, 0), &options);
        assert_eq!(empty, Err(Error::NoInteractions));
    }
}
