//! Who will most likely want an item, or one of some items: what follows what, asked backwards.
//!
//! The weights *w(a→b)* of `sequence.rs` say how likely *b* is after *a*. For the items *T* asked about,
//! what leads to them is summed once; a user is then as near to them as what they did lately:
//!
//! ```text
//! lead(a)  = Σ_{t ∈ T} w(a→t)
//! score(u) = Σ_a lead(a) · weight(a) · fading(steps since a)     over the items a of the history of u
//! ```
//!
//! Nothing is divided by what else a user may want, so scores compare across users.

use crate::Event;
use crate::accumulator::Accumulator;
use crate::fading::{FARTHEST, Fading};
use crate::neighbours::Neighbours;
use crate::occurrences::with_steps;

/// How near users are to some items; from [`Model::affinity`](crate::Model::affinity).
#[derive(Debug)]
pub struct Affinity {
    /// By item: how much it leads to the items asked about.
    leads: Vec<f32>,
    fading: Fading,
}

impl Affinity {
    /// To `targets`, of a vocabulary of `items` items; unknown ones are ignored.
    pub(crate) fn to(
        targets: &[u32],
        items: usize,
        neighbours: &Neighbours,
        fading: Fading,
    ) -> Self {
        let mut wanted = vec![false; items];
        for &target in targets {
            if let Some(is) = wanted.get_mut(target as usize) {
                *is = true;
            }
        }
        let lead = |item| {
            let to = neighbours.of(item).filter(|to| wanted[to.0 as usize]);
            to.map(|(_, weight)| weight).sum()
        };
        Self {
            leads: (0..items as u32).map(lead).collect(),
            fading,
        }
    }

    /// How likely somebody with this history, oldest first, wants one of the items: not negative,
    /// higher is likelier, and comparable between histories. Unknown items are ignored.
    #[must_use]
    pub fn score(&self, history: &[Event]) -> f32 {
        let Some(last) = history.last() else {
            return 0.0;
        };
        Accumulator::with(self.leads.len(), |says| {
            let recent = history.iter().rev().take(FARTHEST);
            let known = recent.filter(|event| (event.item as usize) < self.leads.len());
            for (event, steps) in with_steps(last.timestamp, known) {
                says.raise(
                    event.item,
                    event.usable_weight() * self.fading.by_steps(steps),
                );
            }
            let said = says
                .sums()
                .map(|(item, say)| say * self.leads[item as usize]);
            said.sum()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{InteractionsBuilder, Model, Options, Recipe};

    /// Campers buy a tent, then a stove; gardeners a spade, then seeds.
    fn shop() -> Model {
        let mut builder = InteractionsBuilder::new();
        for n in 0..40 {
            let pair = [["tent", "stove"], ["spade", "seeds"]][n % 2];
            for (time, item) in (0..).zip(pair) {
                builder.push(&n.to_string(), item, time, 1.0);
            }
        }
        let options = Options::default();
        Model::train(Recipe::ItemAffinity, &builder.build(), &options).unwrap()
    }

    fn score(model: &Model, targets: &[&str], history: &[&str]) -> f32 {
        let number = |name: &&str| model.items().get(name).unwrap_or(u32::MAX);
        let targets: Vec<u32> = targets.iter().map(number).collect();
        let event = |(timestamp, name)| Event {
            item: number(name),
            timestamp,
            weight: 1.0,
        };
        let history: Vec<Event> = (0..).zip(history).map(event).collect();
        model.affinity(&targets).score(&history)
    }

    #[test]
    fn those_on_the_way_to_an_item_want_it_and_the_others_do_not() {
        let model = shop();
        assert!(score(&model, &["stove"], &["tent"]) > 0.0);
        assert_eq!(score(&model, &["stove"], &["spade"]), 0.0);
        assert_eq!(score(&model, &["stove"], &[]), 0.0);
        assert_eq!(score(&model, &["unheard of"], &["tent", "unheard of"]), 0.0);
    }

    #[test]
    fn what_else_somebody_wants_changes_nothing_but_how_long_ago_does() {
        let model = shop();
        let only = score(&model, &["stove"], &["tent"]);
        assert!(score(&model, &["stove"], &["spade", "tent"]) >= only);
        assert!(score(&model, &["stove"], &["tent", "spade"]) < only);
    }

    #[test]
    fn several_items_are_wanted_by_whoever_wants_any() {
        let model = shop();
        let both = ["stove", "seeds"];
        let (camper, gardener) = (
            score(&model, &both, &["tent"]),
            score(&model, &both, &["spade"]),
        );
        assert_eq!(camper, score(&model, &["stove"], &["tent"]));
        assert!(gardener > 0.0);
        let all_rounder = score(&model, &both, &["tent", "spade"]);
        assert!(all_rounder > camper && all_rounder > gardener);
    }
}
