//! Measures trending now: do the items that grow now still grow in the next interval?
//!
//! The newest interval is kept out of the training. The accuracy is what the 25 items recommended
//! before it gained in it, against the interval before, by what the 25 that gained most did:
//!
//! ```text
//! accuracy = Σ_recommended max(0, now − before) / Σ_most max(0, now − before)
//! ```
//!
//! The definition is that of *trend prediction accuracy* in the Amazon Personalize developer guide.

use crate::metrics::DEPTH;
use crate::training::Training;
use crate::{Interactions, Options, trending};

/// From 0 to 1; 0 when nothing grew, or nothing is older than the newest interval.
pub(crate) fn accuracy(data: &Interactions, options: &Options) -> f64 {
    let all = Training::all(data);
    let newest = all.events().map(|event| event.timestamp).max();
    let begin = newest
        .unwrap_or(0)
        .saturating_sub(options.trend_interval.seconds());
    let hidden: Vec<(u32, usize)> = (0..all.users())
        .map(|user| {
            let history = data.history(user);
            let known = history.partition_point(|event| event.timestamp <= begin);
            (user, history.len() - known)
        })
        .collect();
    let known = Training::without(data, &hidden);
    let mut gains: Vec<f64> = trending::changes(&all, options.trend_interval)
        .into_iter()
        .map(|(now, before)| (now - before).max(0.0))
        .collect();
    let expected = trending::learn(&known, options);
    let first = expected.order().iter().take(DEPTH);
    let gained: f64 = first.map(|&item| gains[item as usize]).sum();
    gains.sort_by(|a, b| b.total_cmp(a));
    let most: f64 = gains.iter().take(DEPTH).sum();
    if most > 0.0 { gained / most } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{InteractionsBuilder, Recipe, evaluate};

    /// Sixty items in three hours; those of which `rises` is true double every hour.
    fn shop(rises: impl Fn(usize, usize) -> bool) -> Interactions {
        let mut builder = InteractionsBuilder::new();
        for item in 0..60 {
            for hour in 0..3 {
                let count = if rises(item, hour) { 10 << hour } else { 10 };
                for user in 0..count {
                    let time = hour as i64 * 3_600 + 1_800;
                    builder.push(&format!("{user}"), &format!("item {item}"), time, 1.0);
                }
            }
        }
        builder.push("clock", "clock", 3 * 3_600 - 1, 1.0);
        builder.build()
    }

    fn accuracy_of(data: &Interactions) -> f64 {
        let options = Options {
            trend_interval: "1 hour".parse().unwrap(),
            ..Options::default()
        };
        let metrics = evaluate(Recipe::TrendingNow, data, &options).unwrap();
        metrics.trend_prediction_accuracy.unwrap()
    }

    #[test]
    fn trends_that_go_on_are_foreseen_and_new_ones_are_not() {
        let goes_on = accuracy_of(&shop(|item, _| item % 3 == 0));
        assert!(goes_on > 0.9, "{goes_on}");
        let turns = accuracy_of(&shop(|item, hour| (item % 2 == 0) == (hour == 2)));
        assert!(turns < 0.2, "{turns}");
    }

    #[test]
    fn without_growth_there_is_nothing_to_foresee() {
        assert!(accuracy_of(&shop(|_, _| false)) <= 1.0);
        let data = InteractionsBuilder::new().build();
        assert_eq!(accuracy(&data, &Options::default()), 0.0);
    }
}
