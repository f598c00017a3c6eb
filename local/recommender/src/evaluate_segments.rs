//! Measures the affinity of users: are those in the segment of an item the ones who come for it?
//!
//! The newest fifth of every user's events is kept out of the training, as Amazon Personalize does for
//! recipes of user segmentation. For items that are in it, the users most likely to want the item, one
//! in a hundred of all, are compared with those who did:
//!
//! ```text
//! hits   = users of the segment who came                  recall = hits / users who came
//! coverage = distinct users in all segments / users
//! ```
//!
//! At most 100 items are asked about, and at most 20,000 users, chosen by the seed and their ids.

use crate::evaluate::lot;
use crate::ranking::Ranking;
use crate::training::Training;
use crate::{Catalogue, Error, Interactions, Model, Options, Recipe};
use rayon::prelude::*;

/// One in so many of a user's events is held out, of users who have as many.
const HELD_OUT: usize = 5;
/// The segment has one user in so many.
const SEGMENT: usize = 100;
/// The most items asked about.
const MOST_ITEMS: usize = 100;
/// The most users asked.
const MOST_USERS: usize = 20_000;

/// How well segments foresee who comes. Means over items.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct SegmentMetrics {
    /// The part of all users who are in some segment.
    pub coverage: f64,
    /// How many of a segment came.
    pub hits: f64,
    /// The part of those who came that was in the segment.
    pub recall: f64,
}

/// Trains `recipe`, one of user segmentation, on a hold-out split and measures its segments.
///
/// # Errors
/// [`Error::NoInteractions`] for empty data, [`Error::NothingHeldOut`] when no user has five
/// interactions, and what [`Model::train`] refuses.
pub fn evaluate_segments(
    recipe: Recipe,
    data: &Interactions,
    options: &Options,
) -> Result<SegmentMetrics, Error> {
    if data.is_empty() {
        return Err(Error::NoInteractions);
    }
    let all = data.users().len();
    let newest = |user: u32| (user, data.history(user).len() / HELD_OUT);
    let hidden: Vec<(u32, usize)> = (0..all as u32).map(newest).collect();
    let training = Training::without(data, &hidden);
    let users = sample(all, MOST_USERS, |user| {
        lot(options.seed, data.users().name(user))
    });
    let came = came(data, &hidden, &users);
    let mut items: Vec<u32> = came.iter().map(|&(item, _)| item).collect();
    items.dedup();
    if items.is_empty() {
        return Err(Error::NothingHeldOut { users: all });
    }
    let asked = sample(items.len(), MOST_ITEMS, |at| {
        lot(options.seed, data.items().name(items[at as usize]))
    });

    let model = Model::learn(recipe, &training, &Catalogue::default(), options)?;
    let most = users.len().div_ceil(SEGMENT);
    let segments: Vec<(Vec<u32>, f64, f64)> = asked
        .par_iter()
        .map(|&at| {
            let item = items[at as usize];
            let affinity = model.affinity(&[item]);
            let near = users.iter().map(|&user| {
                let score = affinity.score(training.history(user));
                (user, score)
            });
            let near = near.filter(|&(_, score)| score > 0.0);
            let members: Vec<u32> = Ranking::of(near, most)
                .take(most)
                .map(|user| user.item)
                .collect();
            let these =
                came.partition_point(|one| one.0 < item)..came.partition_point(|one| one.0 <= item);
            let came = &came[these];
            let hits = came
                .iter()
                .filter(|(_, user)| members.contains(user))
                .count() as f64;
            (members, hits, hits / came.len() as f64)
        })
        .collect();
    let mut covered: Vec<u32> = segments
        .iter()
        .flat_map(|one| one.0.iter().copied())
        .collect();
    covered.sort_unstable();
    covered.dedup();
    let mean = |of: fn(&(Vec<u32>, f64, f64)) -> f64| {
        segments.iter().map(of).sum::<f64>() / segments.len() as f64
    };
    Ok(SegmentMetrics {
        coverage: covered.len() as f64 / users.len() as f64,
        hits: mean(|one| one.1),
        recall: mean(|one| one.2),
    })
}

/// Which of `users` came for which item in what is held out; by item, each pair once.
fn came(data: &Interactions, hidden: &[(u32, usize)], users: &[u32]) -> Vec<(u32, u32)> {
    let mut came = Vec::new();
    for &user in users {
        let history = data.history(user);
        let held_out = &history[history.len() - hidden[user as usize].1..];
        came.extend(held_out.iter().map(|event| (event.item, user)));
    }
    came.sort_unstable();
    came.dedup();
    came
}

/// At most `most` of the numbers below `all`, chosen by lot, in order.
fn sample(all: usize, most: usize, lot: impl Fn(u32) -> u64) -> Vec<u32> {
    let mut lots: Vec<(u64, u32)> = (0..all as u32)
        .map(|number| (lot(number), number))
        .collect();
    lots.sort_unstable();
    lots.truncate(most);
    let mut sample: Vec<u32> = lots.into_iter().map(|(_, number)| number).collect();
    sample.sort_unstable();
    sample
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::InteractionsBuilder;

    /// Users of a hundred shelves, who stay on theirs or go anywhere.
    fn shop(stay: bool) -> Interactions {
        let mut builder = InteractionsBuilder::new();
        for user in 0..600_usize {
            for step in 0..6 {
                let shelf = if stay {
                    user % 100
                } else {
                    (user * 31 + step * step * 17) % 97
                };
                let item = format!("{shelf} {}", (user / 100 + step) % 3);
                builder.push(&user.to_string(), &item, step as i64, 1.0);
            }
        }
        builder.build()
    }

    #[test]
    fn users_of_habits_are_found_and_others_are_not() {
        let options = Options::default();
        let measure =
            |stay| evaluate_segments(Recipe::ItemAffinity, &shop(stay), &options).unwrap();
        let (known, random) = (measure(true), measure(false));
        assert!(known.recall > 0.8 && known.hits > 1.0, "{known:?}");
        assert!(random.recall < 0.5 * known.recall, "{random:?}");
        assert!(known.coverage > 0.5);
    }

    #[test]
    fn users_of_few_events_leave_nothing_to_ask() {
        let mut builder = InteractionsBuilder::new();
        (0..4).for_each(|step| builder.push("u", "a", step, 1.0));
        let measured =
            evaluate_segments(Recipe::ItemAffinity, &builder.build(), &Options::default());
        assert_eq!(measured, Err(Error::NothingHeldOut { users: 1 }));
    }
}
