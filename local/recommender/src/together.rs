//! What is bought together: directed weights from baskets.
//!
//! A basket is what one user did with no pause of half an hour in between; an item is in it once. With
//! `n(a)` baskets that hold *a*, `n(a, b)` that hold both, and `N` baskets,
//!
//! ```text
//! confidence(a→b) = n(a, b) / (n(a) + 5)                        how often b comes along
//! lift(a, b)      = n(a, b) · N / ((n(a) + 5) · (n(b) + 5))     how much oftener than by chance
//! w(a→b)          = confidence(a→b) · ln lift(a, b)             pairs with a lift over 1
//! ```
//!
//! The fives keep two items that met once from looking inseparable. Lift alone would name what is
//! rare, confidence alone what everybody buys. Unlike the weights of similar items these are directed:
//! the case is bought with the phone, not the phone with the case.
//!
//! Lift and confidence are those of association rules (Brin, Motwani, Ullman and Tsur 1997).

use crate::accumulator::Accumulator;
use crate::neighbours::Neighbours;
use crate::training::Training;
use crate::{Event, Options};

/// The longest pause within a basket, in seconds.
const PAUSE: i64 = 1_800;
/// Baskets in which an item is taken to be besides those in which it is.
const SHRINKAGE: f32 = 5.0;

/// Learns for every item what comes along with it.
pub(crate) fn learn(training: &Training<'_>, options: &Options) -> Neighbours {
    let baskets = Baskets::of(training, options.window);
    let counts: Vec<f32> = (0..training.items())
        .map(|item| baskets.with(item).len() as f32)
        .collect();
    let all = baskets.len() as f32;

    let fill = |item: u32, sums: &mut Accumulator| {
        for &basket in baskets.with(item as usize) {
            let others = baskets.items(basket).iter();
            others.filter(|&&other| other != item).for_each(|&other| {
                sums.add(other, 1.0);
            });
        }
    };
    let weigh = |item: u32, other: u32, both: f32| {
        let (of_item, of_other) = (
            counts[item as usize] + SHRINKAGE,
            counts[other as usize] + SHRINKAGE,
        );
        both / of_item * (both * all / (of_item * of_other)).ln()
    };
    Neighbours::build(training.items(), options.neighbours, fill, weigh)
}

/// All baskets, and for each item those that it is in.
struct Baskets {
    /// Where each basket begins in `items`, and one more for the end.
    starts: Vec<usize>,
    items: Vec<u32>,
    /// Where each item's baskets begin in `baskets`, and one more for the end.
    of_item: Vec<usize>,
    baskets: Vec<u32>,
}

impl Baskets {
    /// Of a basket of more than `most` items the newest stay.
    fn of(training: &Training<'_>, most: usize) -> Self {
        let (mut starts, mut items) = (vec![0], Vec::new());
        for user in 0..training.users() {
            let near = |a: &Event, b: &Event| b.timestamp.saturating_sub(a.timestamp) <= PAUSE;
            for events in training.history(user).chunk_by(near) {
                let begin = items.len();
                let bought = events.iter().filter(|event| event.usable_weight() > 0.0);
                items.extend(bought.rev().take(most).map(|event| event.item));
                items[begin..].sort_unstable();
                let mut end = begin;
                for at in begin..items.len() {
                    if at == begin || items[at] != items[end - 1] {
                        items[end] = items[at];
                        end += 1;
                    }
                }
                items.truncate(end);
                starts.push(end);
            }
        }
        Self::index(starts, items, training.items())
    }

    /// Notes for each item the baskets that hold it.
    fn index(starts: Vec<usize>, items: Vec<u32>, count: usize) -> Self {
        let mut of_item = vec![0; count + 1];
        for &item in &items {
            of_item[item as usize + 1] += 1;
        }
        for item in 1..of_item.len() {
            of_item[item] += of_item[item - 1];
        }
        let mut next = of_item.clone();
        let mut baskets = vec![0; items.len()];
        for (basket, range) in (0..).zip(starts.windows(2)) {
            for &item in &items[range[0]..range[1]] {
                baskets[next[item as usize]] = basket;
                next[item as usize] += 1;
            }
        }
        Self {
            starts,
            items,
            of_item,
            baskets,
        }
    }

    fn len(&self) -> usize {
        self.starts.len() - 1
    }

    fn items(&self, basket: u32) -> &[u32] {
        let basket = basket as usize;
        &self.items[self.starts[basket]..self.starts[basket + 1]]
    }

    fn with(&self, item: usize) -> &[u32] {
        &self.baskets[self.of_item[item]..self.of_item[item + 1]]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Interactions, InteractionsBuilder};

    /// Users with one basket each, written as `phone case`.
    fn shop(baskets: &[(&str, usize)]) -> Interactions {
        let mut builder = InteractionsBuilder::new();
        let all = baskets
            .iter()
            .flat_map(|&(items, count)| vec![items; count]);
        for (user, items) in all.enumerate() {
            for (second, item) in items.split(' ').enumerate() {
                builder.push(&user.to_string(), item, second as i64, 1.0);
            }
        }
        builder.build()
    }

    fn of(data: &Interactions, item: &str) -> Vec<(String, f32)> {
        let neighbours = learn(&Training::all(data), &Options::default());
        let found = neighbours.of(data.items().get(item).unwrap());
        found
            .map(|(other, weight)| (data.items().name(other).to_owned(), weight))
            .collect()
    }

    #[test]
    fn the_case_comes_with_the_phone_more_than_the_phone_with_the_case() {
        let data = shop(&[("phone case", 30), ("case", 200), ("tea milk", 300)]);
        let (phone, case) = (of(&data, "phone"), of(&data, "case"));
        assert_eq!((phone[0].0.as_str(), case[0].0.as_str()), ("case", "phone"));
        assert!(phone[0].1 > 2.0 * case[0].1);
    }

    #[test]
    fn what_is_in_every_basket_belongs_to_none() {
        let data = shop(&[("tea cup bag", 50), ("rice pan bag", 50), ("bag", 50)]);
        let found = of(&data, "tea");
        assert_eq!(found[0].0, "cup");
        assert!(!found.iter().any(|(item, _)| item == "bag"), "{found:?}");
    }

    #[test]
    fn often_together_beats_once_together() {
        let data = shop(&[("a b", 20), ("a x", 1), ("a", 20), ("c", 60)]);
        assert_eq!(of(&data, "a")[0].0, "b");
    }

    #[test]
    fn a_pause_ends_a_basket_and_no_weight_is_no_purchase() {
        let mut builder = InteractionsBuilder::new();
        for user in 0..40 {
            let user = user.to_string();
            builder.push(&user, "today", 0, 1.0);
            builder.push(&user, "also today", PAUSE, 1.0);
            builder.push(&user, "only seen", PAUSE, 0.0);
            builder.push(&user, "tomorrow", 86_400, 1.0);
            builder.push(&format!("other {user}"), "else", 0, 1.0);
        }
        let names: Vec<String> = of(&builder.build(), "today")
            .into_iter()
            .map(|(name, _)| name)
            .collect();
        assert_eq!(names, ["also today"]);
    }
}
