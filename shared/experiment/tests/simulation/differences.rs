//! A/B tests with an effect: whether intervals cover it at all looks, and whether it is found.

use crate::shop::{Outcome, Scenario};
use crate::trial::Tally;
use experiment::statistics::power::{Baseline, Question, SampleSize, sample_size};

const EXPERIMENTS: u32 = 500;

fn size(baseline: Baseline, minimum_effect: f64) -> SampleSize {
    let question = Question {
        baseline,
        minimum_effect,
        alpha: 0.05,
        power: 0.8,
        arms: 2,
        variance_reduction: 0.0,
    };
    sample_size(&question).unwrap()
}

fn with_effect(outcome: Outcome, rate: f64, effect: f64, units: u64) -> Scenario {
    Scenario {
        effects: vec![0.0, effect],
        ..Scenario::even("effect", outcome, rate, units as f64 / 30.0)
    }
}

#[track_caller]
fn covered_and_found(scenario: &Scenario) {
    let tally = Tally::of(scenario, EXPERIMENTS, 23);
    let [missed, found] = [tally.missed, tally.significant].map(|n| tally.share(n));
    assert!(missed <= 0.05, "missed {missed}");
    // The planned power, less the luck of this many experiments.
    assert!(found >= 0.8 - 0.03, "found {found}");
}

#[test]
fn a_higher_rate() {
    let units = size(Baseline::Rate(0.05), 0.15).sequential_units;
    covered_and_found(&with_effect(Outcome::Rate, 0.05, 0.15, units));
}

#[test]
fn more_revenue() {
    let (rate, sigma) = (0.05, 0.8_f64);
    let mean = rate * (sigma * sigma / 2.0).exp();
    let squares = rate * (2.0 * sigma * sigma).exp();
    let deviation = (squares - mean * mean).sqrt();
    let units = size(Baseline::Mean { mean, deviation }, 0.2).sequential_units;
    covered_and_found(&with_effect(Outcome::Revenue(sigma), rate, 0.2, units));
}

#[test]
fn the_best_of_four_arms_is_covered_too() {
    let scenario = Scenario {
        weights: vec![1; 4],
        effects: vec![0.0, 0.1, -0.1, 0.3],
        ..Scenario::even("effect", Outcome::Rate, 0.05, 2_000.0)
    };
    covered_and_found(&scenario);
}
