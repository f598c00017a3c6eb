//! What goes with an item, whoever asks: symmetric weights, a shrunk cosine.
//!
//! Two items of one user's history count by their nearest distance *d* in steps, `1/√(1 + d)`: the
//! same basket counts 1, either order alike. A user counts by how lately they were active, and
//! less the more they did:
//!
//! ```text
//! say(u)   = recency(u) / √events(u)
//! c(a, b)  = Σ_u say(u) · near_u(a, b)
//! n(a)     = Σ_u say(u)                          over the users of a
//! w(a, b)  = c(a, b) / (√(n(a) · n(b)) + shrinkage)
//! ```

use crate::accumulator::Accumulator;
use crate::neighbours::Neighbours;
use crate::occurrences::{Occurrences, after, before};
use crate::recency::Recency;
use crate::training::Training;
use crate::{Event, Options};

/// Half-life of what a user says, in median ages of events.
const HALF_LIFE: f64 = 1.0;
/// Keeps two items that one user happened to meet from looking inseparable.
const SHRINKAGE: f32 = 2.0;

/// Learns for every item what goes with it.
pub(crate) fn learn(training: &Training<'_>, options: &Options) -> Neighbours {
    let occurrences = Occurrences::of(training);
    let says = says(training);
    let norms: Vec<f32> = (0..training.items() as u32)
        .map(|item| {
            occurrences
                .by_user(item)
                .map(|places| says[places[0].0 as usize])
                .sum()
        })
        .collect();

    let fill = |item: u32, sums: &mut Accumulator| {
        for places in occurrences.by_user(item) {
            let user = places[0].0;
            Accumulator::with(training.items(), |context| {
                for &(_, index) in places {
                    gather(
                        training.history(user),
                        index as usize,
                        options.window,
                        context,
                    );
                }
                let say = says[user as usize];
                for (other, value) in context.sums() {
                    sums.add(other, value * say);
                }
            });
        }
    };
    let weigh = |item: u32, other: u32, sum: f32| {
        sum / ((norms[item as usize] * norms[other as usize]).sqrt() + SHRINKAGE)
    };
    Neighbours::build(training.items(), options.neighbours, fill, weigh)
}

/// How much each user counts.
fn says(training: &Training<'_>) -> Vec<f32> {
    let recency = Recency::of(training, HALF_LIFE);
    let say = |history: &[Event]| match history.last() {
        Some(newest) => recency.at(newest.timestamp) / (history.len() as f32).sqrt(),
        None => 0.0,
    };
    (0..training.users())
        .map(|user| say(training.history(user)))
        .collect()
}

/// Notes in `context` the other items around the event at `index`.
fn gather(history: &[Event], index: usize, window: usize, context: &mut Accumulator) {
    let item = history[index].item;
    let around = after(history, index, window).chain(before(history, index, window));
    for (event, steps) in around.filter(|(event, _)| event.item != item) {
        context.raise(
            event.item,
            event.usable_weight() / (1.0 + steps as f32).sqrt(),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Interactions, InteractionsBuilder};

    fn weight(neighbours: &Neighbours, item: u32, other: u32) -> Option<f32> {
        neighbours
            .of(item)
            .find(|&(neighbour, _)| neighbour == other)
            .map(|(_, weight)| weight)
    }

    /// Thirty users with ten random-looking events each, three to a basket.
    fn mixed() -> Interactions {
        let mut builder = InteractionsBuilder::new();
        for n in 0..300_i64 {
            let item = (n * n * 7 + n / 3) % 23;
            builder.push(&(n % 30).to_string(), &item.to_string(), n / 90, 1.0);
        }
        builder.build()
    }

    #[test]
    fn weights_are_symmetric_and_no_item_is_like_itself() {
        let data = mixed();
        let neighbours = learn(&Training::all(&data), &Options::default());
        let items = data.items().len() as u32;
        assert!(
            (0..items)
                .map(|item| neighbours.of(item).count())
                .sum::<usize>()
                > 50
        );
        for item in 0..items {
            assert_eq!(weight(&neighbours, item, item), None);
            for (other, of_other) in neighbours.of(item) {
                assert_eq!(weight(&neighbours, other, item), Some(of_other));
            }
        }
    }

    #[test]
    fn what_shares_the_basket_is_closer_than_what_everybody_buys() {
        let mut builder = InteractionsBuilder::new();
        for user in 0..40 {
            let user = user.to_string();
            builder.push(&user, "bag", 0, 1.0);
            if user.len() == 1 {
                builder.push(&user, "cup", 5, 1.0);
                builder.push(&user, "saucer", 5, 1.0);
            }
        }
        let data = builder.build();
        let neighbours = learn(&Training::all(&data), &Options::default());
        let cup = data.items().get("cup").unwrap();
        let first = neighbours.of(cup).next().unwrap().0;
        assert_eq!(data.items().name(first), "saucer");
    }

    #[test]
    fn many_users_weigh_more_than_one() {
        let mut builder = InteractionsBuilder::new();
        for (user, pair) in [("1", "ab"), ("2", "ab"), ("3", "ab"), ("4", "cd")] {
            pair.chars()
                .for_each(|item| builder.push(user, &item.to_string(), 0, 1.0));
        }
        let neighbours = learn(&Training::all(&builder.build()), &Options::default());
        assert!(weight(&neighbours, 0, 1) > weight(&neighbours, 2, 3));
    }
}
