//! New weights of a Thompson experiment.

use experiment::{
    bandit::{FLOOR, chances, weights},
    definition::Experiment,
    statistics::moments::Moments,
};

/// Smaller moves are not worth a writing: one per cent of the traffic.
const MOVE_MIN: u32 = 100;

/// The weights by what is known of the primary metric; none when hardly anything would move. Arms that
/// were stopped stay so.
pub(super) fn renewed(experiment: &Experiment, primary: &[Moments]) -> Option<Vec<u32>> {
    let arms = experiment.arms.iter().zip(primary);
    let running: Vec<Moments> = arms
        .filter(|(arm, _)| arm.is_open())
        .map(|(_, moments)| *moments)
        .collect();
    let metric = &experiment.primary;
    let chances = chances(&running, metric.measure, metric.direction);
    let mut shares = weights(&chances, FLOOR).into_iter();
    let new: Vec<u32> = experiment
        .arms
        .iter()
        .map(|arm| match arm.is_open() {
            true => shares.next().unwrap_or(0),
            false => 0,
        })
        .collect();
    let before = experiment.arm_buckets();
    let moved = new.iter().zip(before).map(|(new, old)| new.abs_diff(old));
    (moved.max()? >= MOVE_MIN).then_some(new)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::ledger::tests::running;

    fn rate(conversions: u64) -> Moments {
        let mut moments = Moments::default();
        (0..1_000).for_each(|n| moments.add(f64::from(u8::from(n < conversions)), 0.0));
        moments
    }

    #[test]
    fn traffic_follows_the_better_arm_and_stopped_ones_stay_stopped() {
        let mut experiment = running().experiments.remove(0);
        let weights = renewed(&experiment, &[rate(40), rate(90)]).unwrap();
        assert!(weights[1] > 9_000, "{weights:?}");
        experiment.arms[0].weight = weights[0];
        experiment.arms[1].weight = weights[1];
        assert_eq!(renewed(&experiment, &[rate(40), rate(90)]), None);
        experiment.arms[1].stopped = true;
        let rest = renewed(&experiment, &[rate(40), rate(90)]);
        assert_eq!(
            rest,
            Some(vec![10_000, 0]),
            "the stopped arm's go to the others"
        );
        experiment.arms[0].weight = 10_000;
        experiment.arms[1].weight = 0;
        assert_eq!(renewed(&experiment, &[rate(40), rate(90)]), None);
    }
}
