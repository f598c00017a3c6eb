//! What people do next: directed item-to-item weights, learned from the order of events.
//!
//! For an event of item *a*, the events of its user around it are its context. An item *b* there
//! counts by its distance *d* in steps, `near(d) = 1/√d` after *a*, 0.3 of that before it, and
//! `near(0) = 1/2` in the same basket, times the weight of its event. Per user *u* only the nearest
//! *b* to any *a* counts, and the more a context holds the less each item in it says, so that a
//! user of ten thousand events does not speak for everybody:
//!
//! ```text
//! c(a→b)  = Σ_u  recency(u, a) · near_u(a→b) / (Σ_x near_u(a→x))^0.75
//! w(a→b)  = c(a→b) / ((users(a) + 20)^0.5 · (users(b) + 80)^0.7)
//! score b = Σ_a  w(a→b) · weight(a) / (1 + steps since a / 2)^1.25   over the items a of the history
//! ```
//!
//! A context ends at the next *a* and at the one before. The next one is part of it: how often *a*
//! is bought again is learned like everything else. What is added to the counts of users keeps
//! rare items from looking inseparable and lets popular ones win where data is thin.
//!
//! The idea of distance-weighted directed rules is that of Ludewig and Jannach's sequential rules;
//! the normalisations are those of nearest-neighbour methods. The constants were chosen on open
//! data sets together, not for one of them: see the README.

use crate::accumulator::Accumulator;
use crate::neighbours::Neighbours;
use crate::occurrences::{Occurrences, after, before, with_steps};
use crate::recency::Recency;
use crate::training::Training;
use crate::{Event, Options};

/// Half-life of what an occurrence says, in median ages of events.
const HALF_LIFE: f64 = 0.5;
/// How much an item of the same basket counts, the next basket being 1.
const SAME_STEP: f32 = 0.5;
/// How much what came before counts, against what came after.
const BEFORE: f32 = 0.3;
/// How much less a full context says for each of its items: 0 not at all, 1 in proportion.
const MODESTY: f32 = 0.75;
/// The newest events of a history that are looked at for an answer.
const LONGEST_QUERY: usize = 500;
/// In how many steps, and how steeply, what a user did loses its say.
const FADING: (f32, f32) = (2.0, 1.25);

/// Learns for every item what follows it.
pub(crate) fn learn(training: &Training<'_>, options: &Options) -> Neighbours {
    let occurrences = Occurrences::of(training);
    let recency = Recency::of(training, HALF_LIFE);
    let near = Nearness::up_to(options.window);
    let (asked, answered): (Vec<f32>, Vec<f32>) = (0..training.items() as u32)
        .map(|item| occurrences.by_user(item).count() as f32)
        .map(|users| ((users + 20.0).powf(-0.5), (users + 80.0).powf(-0.7)))
        .unzip();

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
                    let say = recency.at(history[newest].timestamp) / mass.powf(MODESTY);
                    context
                        .sums()
                        .for_each(|(other, value)| sums.add(other, value * say));
                }
            });
        }
    };
    let weigh =
        |item: u32, other: u32, sum: f32| sum * asked[item as usize] * answered[other as usize];
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
            let faded = (1.0 + steps as f32 / FADING.0).powf(-FADING.1);
            asked.raise(event.item, event.usable_weight() * faded);
        }
        for (item, say) in asked.sums() {
            neighbours
                .of(item)
                .for_each(|(other, weight)| scores.add(other, say * weight));
        }
    });
}

/// How much an item counts by its distance in steps after another.
struct Nearness(Vec<f32>);

impl Nearness {
    fn up_to(window: usize) -> Self {
        let later = (1..=window).map(|steps| 1.0 / (steps as f32).sqrt());
        Self(std::iter::once(SAME_STEP).chain(later).collect())
    }

    /// Notes in `context` what lies around the event at `index`, up to its like on both sides.
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
            if event.item == item {
                break;
            }
            let side = if steps == 0 { 1.0 } else { BEFORE };
            context.raise(event.item, side * self.0[steps] * event.usable_weight());
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
    fn what_follows_soon_is_expected_more_than_what_follows_late_or_came_before() {
        let data = shop(&["a b c"; 5]);
        let scores = after_history(&data, "a");
        assert!(scores["b"] > scores["c"]);
        let scores = after_history(&data, "b");
        assert!(scores["c"] > 2.0 * scores["a"]);
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
        assert!(!after_history(&data, "b").contains_key("b"));
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
