//! Measures a recipe on a hold-out split, as Amazon Personalize does for a solution version.
//!
//! One user in ten gives the newest tenth of their events as the truth; a model is trained on
//! everything else, asked for these users, and its answers compared with the truth. Personalize
//! leaves the older nine tenths of these users out of the training too and only asks with them;
//! here they stay, because shops on a laptop are small and every user counts.

use crate::metrics::{DEPTH, Metrics};
use crate::training::Training;
use crate::{Error, Interactions, Model, Options, Query, Recipe};
use rayon::prelude::*;
use rustc_hash::FxHasher;
use std::hash::{Hash, Hasher};

/// Fewer users than this are not a sample, so more than one in ten is taken.
const FEWEST_USERS: usize = 25;
/// More users than this say nothing new.
const MOST_USERS: usize = 5_000;

/// Trains `recipe` on a hold-out split of `data` and measures its answers.
///
/// The users asked are chosen by `options.seed` and their ids, so the same users are asked again
/// when the data has grown. A similar-items model is asked with the last item before the truth.
///
/// # Errors
/// [`Error::NoInteractions`] for empty data, [`Error::NothingHeldOut`] when no user has two
/// interactions, and what [`Model::train`] refuses.
pub fn evaluate(recipe: Recipe, data: &Interactions, options: &Options) -> Result<Metrics, Error> {
    let held_out = hold_out(data, options.seed)?;
    let model = Model::learn(recipe, &Training::without(data, &held_out), options)?;
    let answers: Vec<(Vec<u32>, Metrics)> = held_out
        .par_iter()
        .map(|&(user, count)| ask(&model, data, user, count))
        .collect();

    let mut answered = vec![false; data.items().len()];
    for (items, _) in &answers {
        items
            .iter()
            .for_each(|&item| answered[item as usize] = true);
    }
    let covered = answered.iter().filter(|&&is| is).count();
    let metrics: Vec<Metrics> = answers.into_iter().map(|(_, metrics)| metrics).collect();
    Ok(Metrics::mean(
        &metrics,
        covered as f64 / data.items().len() as f64,
    ))
}

/// The users to ask and how many of their newest events are held out, by user.
fn hold_out(data: &Interactions, seed: u64) -> Result<Vec<(u32, usize)>, Error> {
    if data.is_empty() {
        return Err(Error::NoInteractions);
    }
    let mut lots: Vec<(u64, u32)> = (0..data.users().len() as u32)
        .filter(|&user| data.history(user).len() >= 2)
        .map(|user| (lot(seed, data.users().name(user)), user))
        .collect();
    if lots.is_empty() {
        return Err(Error::NothingHeldOut {
            users: data.users().len(),
        });
    }
    lots.sort_unstable();
    lots.truncate((data.users().len() / 10).clamp(FEWEST_USERS, MOST_USERS));
    let mut held_out: Vec<(u32, usize)> = lots
        .into_iter()
        .map(|(_, user)| (user, (data.history(user).len() / 10).max(1)))
        .collect();
    held_out.sort_unstable();
    Ok(held_out)
}

/// A number that looks random but depends only on the seed and the user.
fn lot(seed: u64, user: &str) -> u64 {
    let mut hasher = FxHasher::default();
    (seed, user).hash(&mut hasher);
    hasher.finish()
}

/// Asks for one user and compares; the answer's items come with its metrics.
fn ask(model: &Model, data: &Interactions, user: u32, held_out: usize) -> (Vec<u32>, Metrics) {
    let history = data.history(user);
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
    let mut targets: Vec<u32> = truth.iter().map(|event| event.item).collect();
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
    fn one_user_in_ten_but_at_least_25_give_their_newest_tenth() {
        let held_out = hold_out(&circle(400, 39), 1).unwrap();
        assert_eq!(held_out.len(), 40);
        assert!(held_out.iter().all(|&(_, count)| count == 3));
        assert_eq!(hold_out(&circle(30, 2), 1).unwrap().len(), 25);
        assert_eq!(
            hold_out(&circle(3, 2), 1).unwrap(),
            [(0, 1), (1, 1), (2, 1)]
        );
    }

    #[test]
    fn the_seed_decides_who_is_asked() {
        let data = circle(400, 3);
        assert_eq!(hold_out(&data, 1).unwrap(), hold_out(&data, 1).unwrap());
        assert_ne!(hold_out(&data, 1).unwrap(), hold_out(&data, 2).unwrap());
    }

    #[test]
    fn without_pairs_of_events_there_is_nothing_to_measure() {
        let options = Options::default();
        let lonely = evaluate(Recipe::Popularity, &circle(3, 1), &options);
        assert_eq!(lonely, Err(Error::NothingHeldOut { users: 3 }));
        let empty = evaluate(Recipe::Popularity, &circle(0, 0), &options);
        assert_eq!(empty, Err(Error::NoInteractions));
    }
}
