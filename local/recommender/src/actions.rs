//! How likely a user takes an action, learned from actions that were taken and those that were not.
//!
//! The weight of an event says both what happened and how much that says: positive for taken, negative
//! for not taken. With *T* and *N* the sums of each for one user and action, the user's share is
//! `T / (T + N)` and counts `min(1, T + N)`, so that nobody speaks for everybody. With *S* the shares so
//! counted and *E* the counts:
//!
//! ```text
//! rate(a)     = (S(a) + 5 · mean) / (E(a) + 5)                     mean = (S + 1) / (E + 2) of all actions
//! rate(a|b,o) = (S(a|b,o) + 5 · rate(a)) / (E(a|b,o) + 5)          of users who took b, or did not (o)
//! logit q(a)  = logit rate(a) + Σ_b (logit rate(a|b,o) − logit rate(a)) / √(number of b)
//! p(a)        = (T(a) + 2 · q(a)) / (T(a) + N(a) + 2)
//! ```
//!
//! *q* is naive Bayes in odds, with a root in place of the sum because what a user did is not
//! independent; *p* is the posterior mean of a rate with *q* as its prior. Both are between 0 and 1, and
//! somebody new gets `rate(a)`.

use crate::accumulator::Accumulator;
use crate::training::Training;
use crate::{Event, Options};
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How many users' say the mean has in a rate.
const PRIOR: f32 = 5.0;
/// How many of their own events what is known of others has for a user.
const OTHERS: f32 = 2.0;

/// What is known about actions; empty for recipes about items.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Actions {
    /// By action: how likely somebody new takes it.
    rates: Vec<f32>,
    /// For every action, first not taken and then taken: other actions, and how much that moves the
    /// logit of their rates.
    shifts: Vec<Vec<(u32, f32)>>,
}

/// What happened between a user and an action.
#[derive(Debug, Clone, Copy, Default)]
struct Outcome {
    taken: f32,
    refused: f32,
}

impl Outcome {
    fn share(self) -> f32 {
        self.taken / (self.taken + self.refused)
    }

    fn evidence(self) -> f32 {
        (self.taken + self.refused).min(1.0)
    }
}

/// Shares that count, and how much they count.
#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    shares: f32,
    evidence: f32,
}

impl Tally {
    fn add(&mut self, outcome: Outcome) {
        self.shares += outcome.share() * outcome.evidence();
        self.evidence += outcome.evidence();
    }

    fn rate(self, prior: f32) -> f32 {
        (self.shares + PRIOR * prior) / (self.evidence + PRIOR)
    }
}

impl Actions {
    /// Learns from all users, one after the other, from the newest `window` events of each.
    pub(crate) fn learn(training: &Training<'_>, options: &Options) -> Self {
        let mut all = Tally::default();
        let mut single = vec![Tally::default(); training.items()];
        let mut pairs: FxHashMap<(usize, u32), Tally> = FxHashMap::default();
        for user in 0..training.users() {
            let history = training.history(user);
            let newest = &history[history.len().saturating_sub(options.window)..];
            let outcomes = outcomes(newest, training.items());
            for (&action, &outcome) in &outcomes {
                all.add(outcome);
                single[action as usize].add(outcome);
                let others = outcomes.iter().filter(|(other, _)| **other != action);
                for (&other, &of_other) in others {
                    pairs
                        .entry((row(action, outcome), other))
                        .or_default()
                        .add(of_other);
                }
            }
        }
        let mean = (all.shares + 1.0) / (all.evidence + 2.0);
        let rates: Vec<f32> = single.iter().map(|tally| tally.rate(mean)).collect();
        let mut shifts = vec![Vec::new(); 2 * rates.len()];
        for ((row, action), tally) in pairs {
            let rate = rates[action as usize];
            shifts[row].push((action, logit(tally.rate(rate)) - logit(rate)));
        }
        shifts
            .iter_mut()
            .for_each(|row| row.sort_unstable_by_key(|shift| shift.0));
        Self { rates, shifts }
    }

    /// Puts into `scores` how likely somebody with this history takes each action.
    pub(crate) fn score(&self, history: &[Event], scores: &mut Accumulator) {
        let outcomes = outcomes(history, self.rates.len());
        let mut logits: Vec<f32> = self.rates.iter().map(|&rate| logit(rate)).collect();
        let say = (outcomes.len().max(1) as f32).sqrt().recip();
        for (&action, &outcome) in &outcomes {
            for &(other, shift) in &self.shifts[row(action, outcome)] {
                logits[other as usize] += shift * say;
            }
        }
        for (action, logit) in (0..).zip(logits) {
            let others = 1.0 / (1.0 + (-logit).exp());
            let own = outcomes.get(&action).copied().unwrap_or_default();
            let events = own.taken + own.refused;
            scores.add(action, (own.taken + OTHERS * others) / (events + OTHERS));
        }
    }

    /// Whether all numbers fit together, for a vocabulary of `items` actions.
    pub(crate) fn fits(&self, items: usize) -> bool {
        self.rates.len() == items
            && self.rates.iter().all(|rate| (0.0..=1.0).contains(rate))
            && self.shifts.len() == 2 * items
            && self
                .shifts
                .iter()
                .flatten()
                .all(|shift| (shift.0 as usize) < items)
    }
}

/// The place of an action and whether it was taken among the shifts.
fn row(action: u32, outcome: Outcome) -> usize {
    2 * action as usize + usize::from(outcome.share() >= 0.5)
}

fn logit(rate: f32) -> f32 {
    (rate / (1.0 - rate)).ln()
}

/// What a history says of each of `items` actions that it says anything of.
fn outcomes(history: &[Event], items: usize) -> BTreeMap<u32, Outcome> {
    let mut outcomes: BTreeMap<u32, Outcome> = BTreeMap::new();
    let telling = |event: &&Event| {
        (event.item as usize) < items && event.weight.is_finite() && event.weight != 0.0
    };
    for event in history.iter().filter(telling) {
        let outcome = outcomes.entry(event.item).or_default();
        outcome.taken += event.weight.max(0.0);
        outcome.refused += (-event.weight).max(0.0);
    }
    outcomes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{InteractionsBuilder, Model, Query, Recipe};

    /// Everybody is asked to join; half do, and only they also rate. Nobody calls.
    fn shop() -> Model {
        let mut builder = InteractionsBuilder::new();
        for n in 0..60 {
            let joins = if n % 2 == 0 { 1.0 } else { -1.0 };
            builder.push(&n.to_string(), "join", 0, joins);
            builder.push(&n.to_string(), "rate", 1, joins);
            builder.push(&n.to_string(), "call", 2, -1.0);
        }
        let options = Options::default();
        Model::train(Recipe::NextBestAction, &builder.build(), &options).unwrap()
    }

    /// The likelihood that somebody takes an action.
    fn likelihood(model: &Model, action: &str, history: &[(&str, f32)]) -> f32 {
        let number = |name| model.items().get(name).unwrap_or(u32::MAX);
        let event = |&(name, weight)| Event {
            item: number(name),
            timestamp: 0,
            weight,
        };
        let history: Vec<Event> = history.iter().map(event).collect();
        let query = Query {
            history: &history,
            item: None,
            now: 0,
            limit: 9,
        };
        let answer = model.recommend(&query, |_| true);
        assert!(answer.iter().all(|one| one.score > 0.0 && one.score < 1.0));
        assert_eq!(answer.len(), 3);
        answer
            .iter()
            .find(|one| one.item == number(action))
            .unwrap()
            .score
    }

    #[test]
    fn somebody_new_takes_an_action_as_often_as_all() {
        let model = shop();
        assert!((likelihood(&model, "join", &[]) - 0.5).abs() < 0.02);
        assert!(likelihood(&model, "call", &[]) < 0.05);
        let unknown = [("unheard of", 1.0), ("join", 0.0), ("join", f32::NAN)];
        assert_eq!(
            likelihood(&model, "join", &unknown),
            likelihood(&model, "join", &[])
        );
    }

    #[test]
    fn what_users_like_them_did_counts() {
        let model = shop();
        assert!(likelihood(&model, "rate", &[("join", 1.0)]) > 0.8);
        assert!(likelihood(&model, "rate", &[("join", -1.0)]) < 0.2);
    }

    #[test]
    fn what_they_did_themselves_counts_and_a_view_says_little() {
        let model = shop();
        let join = |weights: &[f32]| {
            let history: Vec<_> = weights.iter().map(|&weight| ("join", weight)).collect();
            likelihood(&model, "join", &history)
        };
        let order = [
            join(&[-1.0, -1.0]),
            join(&[-1.0]),
            join(&[-0.25]),
            join(&[]),
            join(&[1.0]),
        ];
        assert!(order.is_sorted_by(|a, b| a < b), "{order:?}");
    }

    #[test]
    fn parts_that_point_outside_do_not_fit() {
        let mut actions = Actions {
            rates: vec![0.5, 0.5],
            shifts: vec![Vec::new(), vec![(1, 0.5)], Vec::new(), Vec::new()],
        };
        assert!(actions.fits(2) && !actions.fits(1) && !actions.fits(0));
        actions.shifts[0].push((2, 0.1));
        assert!(!actions.fits(2));
    }
}
