//! What people do next: directed item-to-item weights, learned from the order of events.
//!
//! For an event of item *a*, the user's following events are its context. An item *b* there counts
//! by its distance *d* in steps, `near(0) = 1/2` for the same basket and `near(d) = 1/√d` after it,
//! times the weight of its event. Per user *u* only the nearest *b* after any *a* counts, and all
//! of the context together counts 1, so that a user of ten thousand events has no more say than
//! one of ten:
//!
//! ```text
//! c(a→b)  = Σ_u  recency(u, a) · near_u(a→b) / Σ_x near_u(a→x)
//! w(a→b)  = c(a→b) / √(users(a) · users(b))
//! score b = Σ_a  w(a→b) · weight(a) / (1 + steps since a)      over the items a of the history
//! ```
//!
//! A context ends at the next *a*, which is part of it: how often *a* is bought again is learned
//! like everything else. The idea of distance-weighted directed rules is that of Ludewig and
//! Jannach's sequential rules; the normalisations are those of nearest-neighbour methods.

use crate::accumulator::Accumulator;
use crate::neighbours::Neighbours;
use crate::occurrences::{Occurrences, after, before, with_steps};
use crate::recency::Recency;
use crate::training::Training;
use crate::{Event, Options};

/// Half-life of what an occurrence says, in median ages of events.
const HALF_LIFE: f64 = 0.5;
/// How much two items of one basket count, the next basket being 1.
const SAME_STEP: f32 = 0.5;
/// The newest events of a history that are looked at for an answer.
const LONGEST_QUERY: usize = 500;

/// Learns for every item what follows it.
pub(crate) fn learn(training: &Training<'_>, options: &Options) -> Neighbours {
    let occurrences = Occurrences::of(training);
    let recency = Recency::of(training, HALF_LIFE);
    let near = Nearness::up_to(options.window);
    let popularity: Vec<f32> = (0..training.items() as u32)
        .map(|item| (occurrences.by_user(item).count() as f32).sqrt())
        .collect();

    let fill = |item: u32, sums: &mut Accumulator| {
        for places in occurrences.by_user(item) {
            let user = places[0].0;
            let history = training.history(user);
            Accumulator::with(training.items(), |context| {
                for &(_, index) in places {
                    near.gather(history, index as usize, context);
                }
                let mass: f32 = context.sums().map(|(_, value)| value).sum();
                let newest = places[places.len() - 1].1 as usize;
                if mass > 0.0 {
                    let say = recency.at(history[newest].timestamp) / mass;
                    context
                        .sums()
                        .for_each(|(other, value)| sums.add(other, value * say));
                }
            });
        }
    };
    let weigh = |item: u32, other: u32, sum: f32| {
        sum / (popularity[item as usize] * popularity[other as usize])
    };
    Neighbours::build(training.items(), options.neighbours, fill, weigh)
}

/// Adds to `scores` what is likely to follow `history`.
pub(crate) fn score(neighbours: &Neighbours, history: &[Event], scores: &mut Accumulator) {
    let Some(last) = history.last() else { return };
    let items = scores.items();
    Accumulator::with(items, |asked| {
        let recent = history.iter().rev().take(LONGEST_QUERY);
        let known = recent.filter(|event| (event.item as usize) < items);
        for (event, steps) in with_steps(last.timestamp, known) {
            asked.raise(event.item, event.usable_weight() / (1 + steps) as f32);
        }
        for (item, say) in asked.sums() {
            neighbours
                .of(item)
                .for_each(|(other, weight)| scores.add(other, say * weight));
        }
    });
}

/// How much an item counts by its distance in steps.
struct Nearness(Vec<f32>);

impl Nearness {
    fn up_to(window: usize) -> Self {
        let later = (1..=window).map(|steps| 1.0 / (steps as f32).sqrt());
        Self(std::iter::once(SAME_STEP).chain(later).collect())
    }

    /// Notes in `context` what follows, or shares the basket of, the event at `index`.
    fn gather(&self, history: &[Event], index: usize, context: &mut Accumulator) {
        let window = self.0.len() - 1;
        let item = history[index].item;
        for (event, steps) in after(history, index, window) {
            context.raise(event.item, self.0[steps] * event.usable_weight());
            if event.item == item {
                break;
            }
        }
        for (event, steps) in before(history, index, window) {
            if steps > 0 || event.item == item {
                break;
            }
            context.raise(event.item, SAME_STEP * event.usable_weight());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Interactions, InteractionsBuilder};
    use std::collections::HashMap;

    /// One history per entry: baskets one second apart, separated by spaces; one
    /// letter an item.
    fn shop(histories: &[&str]) -> Interactions {
        let mut builder = InteractionsBuilder::new();
        for (user, baskets) in histories.iter().enumerate() {
            for (time, basket) in baskets.split(' ').enumerate() {
                for item in basket.chars() {
                    builder.push(&user.to_string(), &item.to_string(), time as i64, 1.0);
                }
            }
        }
        builder.build()
    }

    /// What is expected after `history`, written like the histories of the shop.
    fn after_history(data: &Interactions, history: &str) -> HashMap<String, f32> {
        let neighbours = learn(&Training::all(data), &Options::default());
        let mut events = Vec::new();
        for (time, basket) in history.split(' ').enumerate() {
            events.extend(basket.chars().map(|item| Event {
                item: data.items().get(&item.to_string()).unwrap(),
                timestamp: time as i64,
                weight: 1.0,
            }));
        }
        Accumulator::with(data.items().len(), |scores| {
            score(&neighbours, &events, scores);
            scores
                .sums()
                .map(|(item, sum)| (data.items().name(item).to_owned(), sum))
                .collect()
        })
    }

    #[test]
    fn what_follows_soon_is_expected_and_what_came_before_is_not() {
        let data = shop(&["a b c"; 5]);
        let scores = after_history(&data, "a");
        assert!(scores["b"] > scores["c"]);
        assert!(!after_history(&data, "b").contains_key("a"));
    }

    #[test]
    fn items_of_one_basket_have_no_order() {
        let data = shop(&["abc", "bca"]);
        let scores = after_history(&data, "b");
        assert_eq!(scores["a"], scores["c"]);
    }

    #[test]
    fn only_what_is_bought_again_is_expected_again() {
        let data = shop(&["a a b", "a a b"]);
        assert!(after_history(&data, "a").contains_key("a"));
        assert!(after_history(&data, "b").is_empty());
    }

    #[test]
    fn the_newest_step_of_the_query_counts_most() {
        let data = shop(&["a x", "b y"]);
        let scores = after_history(&data, "a b");
        assert!(scores["y"] > scores["x"]);
        assert_eq!(after_history(&data, "b a")["x"], scores["y"]);
    }

    #[test]
    fn one_busy_user_does_not_outvote_two() {
        let busy = "x y ".repeat(200);
        let late = " ".repeat(398) + "x z";
        let data = shop(&[busy.trim(), &late, &late]);
        let scores = after_history(&data, "x");
        assert!(scores["z"] > scores["y"]);
    }

    #[test]
    fn the_window_bounds_what_is_seen() {
        let data = shop(&["a b c d"]);
        let narrow = Options {
            window: 2,
            ..Options::default()
        };
        let neighbours = learn(&Training::all(&data), &narrow);
        let seen: Vec<u32> = neighbours.of(0).map(|(item, _)| item).collect();
        assert_eq!(seen, [1, 2]);
    }
}
