//! Measures the next best action: do users take the actions that they are expected to take?
//!
//! One user in ten is kept out of the training. For each the newest tenth of the events with actions is
//! the truth, and what came before is what is known. Over the actions that these users were then offered,
//!
//! ```text
//! precision  of the users to whom an action was recommended, those who took it; mean over actions
//! recall     of the users who took an action, those to whom it was recommended; mean over actions
//! AUC        how often an action that was taken had a higher score than one that was not
//! ```
//!
//! An action is recommended when it is among the first five of those that the user was or was not
//! offered. The definitions are those of the Amazon Personalize developer guide for
//! `PERSONALIZED_ACTIONS` recipes.

use crate::evaluate::asked;
use crate::metrics::{DEPTH, Metrics};
use crate::training::Training;
use crate::{Catalogue, Error, Event, Interactions, Model, Options, Query, Recipe};

/// How many actions an answer recommends; the length of Personalize's answers unless asked otherwise.
const RECOMMENDED: usize = 5;

/// How well propensities foresee what users do.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct ActionMetrics {
    /// The part of all actions that are recommended to somebody.
    pub coverage: f64,
    /// Normalised discounted cumulative gain of the first 5.
    pub ndcg_at_5: f64,
    /// Normalised discounted cumulative gain of the first 10.
    pub ndcg_at_10: f64,
    /// Normalised discounted cumulative gain of the first 25.
    pub ndcg_at_25: f64,
    /// Mean over the actions recommended.
    pub precision: f64,
    /// Mean over the actions taken.
    pub recall: f64,
    /// Area under the receiver operating characteristic; 0.5 where nothing is told apart.
    pub area_under_curve: f64,
}

/// What one action came to.
#[derive(Clone, Default)]
struct Count {
    recommended: f64,
    taken: f64,
    both: f64,
}

/// Trains on a hold-out split of interactions with actions and measures the answers.
///
/// # Errors
/// [`Error::NoInteractions`] for empty data, [`Error::NothingHeldOut`] when no user but one has two
/// interactions, and what [`Model::train`] refuses.
pub fn evaluate_actions(data: &Interactions, options: &Options) -> Result<ActionMetrics, Error> {
    let asked = asked(data, options.seed)?;
    let whole = |&user: &u32| (user, data.history(user).len());
    let hidden: Vec<(u32, usize)> = asked.iter().map(whole).collect();
    let training = Training::without(data, &hidden);
    let model = Model::learn(
        Recipe::NextBestAction,
        &training,
        &Catalogue::default(),
        options,
    )?;

    let mut counts = vec![Count::default(); data.items().len()];
    let mut scores: Vec<(f32, bool)> = Vec::new();
    let mut lists = Vec::new();
    for user in asked {
        let history = data.history(user);
        let (known, truth) = history.split_at(history.len() - (history.len() / 10).max(1));
        let query = Query {
            history: known,
            item: None,
            now: truth[0].timestamp,
            limit: data.items().len(),
        };
        let answer = model.recommend(&query, |_| true);
        let taken = |item: u32| {
            truth
                .iter()
                .any(|event| event.item == item && is_taken(event))
        };
        let offered = |item: u32| truth.iter().any(|event| event.item == item);
        for (place, scored) in answer.iter().enumerate() {
            let (count, taken) = (&mut counts[scored.item as usize], taken(scored.item));
            let recommended = place < RECOMMENDED;
            count.recommended += f64::from(u8::from(recommended));
            count.taken += f64::from(u8::from(taken));
            count.both += f64::from(u8::from(taken && recommended));
            if offered(scored.item) {
                scores.push((scored.score, taken));
            }
        }
        let items: Vec<u32> = answer
            .iter()
            .take(DEPTH)
            .map(|scored| scored.item)
            .collect();
        let mut targets: Vec<u32> = truth.iter().map(|event| event.item).collect();
        targets.sort_unstable();
        targets.dedup();
        targets.retain(|&item| taken(item));
        if !targets.is_empty() {
            lists.push(Metrics::of(&items, &targets));
        }
    }
    let lists = Metrics::mean(&lists, 0.0);
    let recommended = counts
        .iter()
        .filter(|count| count.recommended > 0.0)
        .count();
    Ok(ActionMetrics {
        coverage: recommended as f64 / counts.len() as f64,
        ndcg_at_5: lists.ndcg_at_5,
        ndcg_at_10: lists.ndcg_at_10,
        ndcg_at_25: lists.ndcg_at_25,
        precision: mean(counts.iter().map(|count| (count.both, count.recommended))),
        recall: mean(counts.iter().map(|count| (count.both, count.taken))),
        area_under_curve: area_under_curve(scores),
    })
}

/// Whether an event says that the action was taken.
fn is_taken(event: &Event) -> bool {
    event.usable_weight() > 0.0
}

/// The mean of the quotients that there are.
fn mean(quotients: impl Iterator<Item = (f64, f64)>) -> f64 {
    let some = quotients.filter(|&(_, below)| below > 0.0);
    let (sum, count) = some.fold((0.0, 0.0), |(sum, count), (above, below)| {
        (sum + above / below, count + 1.0)
    });
    if count > 0.0 { sum / count } else { 0.0 }
}

/// How often a score of what is true is higher than one of what is not; ties count half.
fn area_under_curve(mut scores: Vec<(f32, bool)>) -> f64 {
    scores.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (mut below, mut won, mut all) = (0.0, 0.0, 0.0);
    for ties in scores.chunk_by(|a, b| a.0 == b.0) {
        let right = ties.iter().filter(|one| one.1).count() as f64;
        let wrong = ties.len() as f64 - right;
        won += right * (below + wrong / 2.0);
        below += wrong;
        all += right;
    }
    if all * below > 0.0 {
        won / (all * below)
    } else {
        0.5
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::InteractionsBuilder;

    #[test]
    fn the_area_is_one_when_told_apart_and_a_half_when_not() {
        assert_eq!(
            area_under_curve(vec![(0.9, true), (0.1, false), (0.2, false)]),
            1.0
        );
        assert_eq!(area_under_curve(vec![(0.5, true), (0.5, false)]), 0.5);
        assert_eq!(area_under_curve(vec![(0.1, true), (0.9, false)]), 0.0);
        assert_eq!(area_under_curve(vec![(0.1, true)]), 0.5);
    }

    #[test]
    fn users_of_habits_are_foreseen_and_those_of_chance_are_not() {
        let measure = |habit: bool| {
            let mut builder = InteractionsBuilder::new();
            for user in 0..400_usize {
                for day in 0..10 {
                    let kind = if habit {
                        user % 2
                    } else {
                        (user * 7 + day * day) % 3 / 2
                    };
                    let action = format!("{}", (user / 2 + day) % 4);
                    let weight = if kind == 0 { 1.0 } else { -1.0 };
                    builder.push(&user.to_string(), &action, day as i64 * 10 * 86_400, weight);
                }
            }
            evaluate_actions(&builder.build(), &Options::default()).unwrap()
        };
        let (habit, chance) = (measure(true), measure(false));
        assert!(habit.area_under_curve > 0.95, "{habit:?}");
        assert!(chance.area_under_curve < 0.8, "{chance:?}");
        assert!(habit.recall > 0.9 && habit.coverage == 1.0);
    }
}
