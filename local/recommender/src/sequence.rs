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
//! score b = Σ_a  w(a→b) · weight(a) · fading(steps since a)   over the items a of the history
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
use crate::fading::{FARTHEST, Fading};
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
/// How many neighbours all items of a history have together in an answer; each has a share by its
/// say, and at least [`LEAST`]. The best of many say more than all of one.
const HEARD: f32 = 2_000.0;
/// How many neighbours are heard of an item that says hardly anything.
const LEAST: f32 = 20.0;

/// Learns what follows what, and can say what one user contributed.
pub(crate) struct Sequence<'a> {
    training: &'a Training<'a>,
    occurrences: Occurrences,
    recency: Recency,
    near: Nearness,
    /// What a sum counts by the item asked about, and by the item answered.
    asked: Vec<f32>,
    answered: Vec<f32>,
}

impl<'a> Sequence<'a> {
    pub(crate) fn of(training: &'a Training<'a>, options: &Options) -> Self {
        let occurrences = Occurrences::of(training);
        let (asked, answered) = (0..training.items() as u32)
            .map(|item| occurrences.by_user(item).count() as f32)
            .map(|users| ((users + 20.0).powf(-0.5), (users + 80.0).powf(-0.7)))
            .unzip();
        Self {
            training,
            occurrences,
            recency: Recency::of(training, HALF_LIFE),
            near: Nearness::up_to(options.window),
            asked,
            answered,
        }
    }

    /// For every item what follows it.
    pub(crate) fn learn(&self, options: &Options) -> Neighbours {
        let fill = |item: u32, sums: &mut Accumulator| {
            for places in self.occurrences.by_user(item) {
                self.contribute(places, sums);
            }
        };
        let weigh = |item: u32, other: u32, sum: f32| sum * self.norm(item, other);
        Neighbours::build(self.training.items(), options.neighbours, fill, weigh)
    }

    /// Adds to `sums` what `user` says about what follows `item`; with [`norm`](Self::norm) that
    /// user's part of a weight.
    pub(crate) fn contribution(&self, user: u32, item: u32, sums: &mut Accumulator) {
        if let Some(places) = self.occurrences.of_user(item, user) {
            self.contribute(places, sums);
        }
    }

    /// What a sum is multiplied by to be a weight.
    pub(crate) fn norm(&self, item: u32, other: u32) -> f32 {
        self.asked[item as usize] * self.answered[other as usize]
    }

    /// Adds what one user says about an item, whose places in the history are given.
    fn contribute(&self, places: &[(u32, u32)], sums: &mut Accumulator) {
        let history = self.training.history(places[0].0);
        Accumulator::with(self.training.items(), |context| {
            for &(_, index) in places {
                self.near.gather(history, index as usize, context);
            }
            let mass: f32 = context.sums().map(|(_, value)| value).sum();
            if mass > 0.0 {
                let newest = places[places.len() - 1].1 as usize;
                let say = self.recency.at(history[newest].timestamp) / mass.powf(MODESTY);
                for (other, value) in context.sums() {
                    sums.add(other, value * say);
                }
            }
        });
    }
}

/// Adds to `scores` what is likely to follow `history`.
pub(crate) fn score(
    neighbours: &Neighbours,
    history: &[Event],
    fading: Fading,
    scores: &mut Accumulator,
) {
    each_asked(history, fading, scores.items(), |item, say, heard| {
        for (other, weight) in neighbours.of(item).take(heard) {
            scores.add(other, say * weight);
        }
    });
}

/// Calls with the items of a history, what each says, and how many of its neighbours are heard.
pub(crate) fn each_asked(
    history: &[Event],
    fading: Fading,
    items: usize,
    mut work: impl FnMut(u32, f32, usize),
) {
    let Some(last) = history.last() else { return };
    Accumulator::with(items, |asked| {
        let recent = history.iter().rev().take(FARTHEST);
        let known = recent.filter(|event| (event.item as usize) < items);
        for (event, steps) in with_steps(last.timestamp, known) {
            asked.raise(event.item, event.usable_weight() * fading.by_steps(steps));
        }
        let all: f32 = asked.sums().map(|(_, say)| say).sum();
        for (item, say) in asked.sums() {
            work(item, say, (HEARD * say / all).max(LEAST) as usize);
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
        let neighbours =
            Sequence::of(&Training::all(data), &Options::default()).learn(&Options::default());
        let mut events = Vec::new();
        for (time, basket) in history.split(' ').enumerate() {
            events.extend(basket.chars().map(|item| Event {
                item: data.items().get(&item.to_string()).unwrap(),
                timestamp: time as i64,
                weight: 1.0,
            }));
        }
        Accumulator::with(data.items().len(), |scores| {
            score(&neighbours, &events, Fading::USUAL, scores);
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
        let neighbours = Sequence::of(&Training::all(&data), &narrow).learn(&narrow);
        let seen: Vec<u32> = neighbours.of(0).map(|(item, _)| item).collect();
        assert_eq!(seen, [1, 2]);
    }
}
