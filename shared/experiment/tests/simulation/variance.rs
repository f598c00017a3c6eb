//! CUPED: the variance that goes is the squared correlation, and the power that comes is its due.

use crate::covariate::correlated;
use crate::shop::{Outcome, Scenario};
use crate::trial::Tally;
use experiment::statistics::cuped::adjust;
use experiment::statistics::moments::Moments;
use rand::{SeedableRng, rngs::SmallRng};

const UNITS: u32 = 20_000;

#[test]
fn the_reduction_is_the_squared_correlation() {
    let mut rng = SmallRng::seed_from_u64(41);
    for rho in [0.0, 0.3, 0.5, 0.7, 0.9] {
        let adjusted = adjust(&correlated(rho, UNITS, &mut rng));
        // The squared correlation's standard error is 2 rho (1 - rho²) / sqrt n.
        let error = 2.0 * rho * (1.0 - rho * rho) / f64::from(2 * UNITS).sqrt();
        let found = adjusted.variance_reduction;
        assert!(
            (found - rho * rho).abs() < 4.0 * error + 5e-4,
            "{found} for {rho}"
        );
    }
}

#[test]
fn the_estimates_vary_as_much_less_as_is_said() {
    let mut rng = SmallRng::seed_from_u64(43);
    let rho = 0.8;
    let (mut raw, mut adjusted) = (Moments::default(), Moments::default());
    for _ in 0..300 {
        let arms = correlated(rho, UNITS, &mut rng);
        let estimates = adjust(&arms).arms;
        raw.add(arms[1].mean - arms[0].mean, 0.0);
        adjusted.add(estimates[1].mean - estimates[0].mean, 0.0);
    }
    // The ratio of two variances of 300 draws has an error of about 12 %.
    let ratio = adjusted.variance() / raw.variance();
    assert!((ratio / (1.0 - rho * rho) - 1.0).abs() < 0.35, "{ratio}");
    let error = (adjusted.variance() / 300.0).sqrt();
    assert!(
        (adjusted.mean - 0.1).abs() < 4.0 * error,
        "biased: {}",
        adjusted.mean
    );
}

#[test]
fn a_covariate_finds_more() {
    let found = |outcome| {
        let scenario = Scenario {
            effects: vec![0.0, 0.25],
            ..Scenario::even("covariate", outcome, 0.04, 500.0)
        };
        let tally = Tally::of(&scenario, 400, 47);
        (
            tally.share(tally.significant),
            tally.variance_reduction / 400.0,
        )
    };
    // The same payments, with and without a past.
    let (with, reduction) = found(Outcome::Habit(0.7));
    let (without, none) = found(Outcome::Revenue(0.7));
    assert!(reduction > 0.15 && none == 0.0, "{reduction}, {none}");
    assert!(with > without + 0.05, "{with} after {without}");
}
