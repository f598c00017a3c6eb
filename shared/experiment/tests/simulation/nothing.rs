//! A/A tests: how often a difference is seen that is not there.

use crate::shop::{Outcome, Scenario};
use crate::trial::Tally;
use experiment::definition::Method;

const EXPERIMENTS: u32 = 2_000;

/// At the default alpha of 5 %, and for the sample ratio 1 %.
#[track_caller]
fn rarely_wrong(scenario: &Scenario) {
    let tally = Tally::of(scenario, EXPERIMENTS, 11);
    let [significant, missed, stopped, mismatched] = [
        tally.significant,
        tally.missed,
        tally.stopped,
        tally.mismatched,
    ]
    .map(|n| tally.share(n));
    let name = scenario.name;
    assert!(significant <= 0.05, "{name}: significant {significant}");
    assert!(missed <= 0.05, "{name}: missed {missed}");
    assert!(stopped <= 0.05, "{name}: stopped {stopped}");
    assert!(mismatched <= 0.01, "{name}: mismatched {mismatched}");
    let spoke = tally.share(tally.spoke);
    assert!(spoke > 0.8, "{name}: spoke {spoke}");
}

#[test]
fn rates() {
    rarely_wrong(&Scenario::even("rates", Outcome::Rate, 0.04, 1_000.0));
}

#[test]
fn rates_of_few_units() {
    rarely_wrong(&Scenario {
        looks: 60,
        ..Scenario::even("few rates", Outcome::Rate, 0.05, 50.0)
    });
}

#[test]
fn revenue() {
    rarely_wrong(&Scenario::even(
        "revenue",
        Outcome::Revenue(1.2),
        0.04,
        1_000.0,
    ));
}

#[test]
fn revenue_of_few_units() {
    rarely_wrong(&Scenario::even(
        "few revenue",
        Outcome::Revenue(1.0),
        0.05,
        200.0,
    ));
}

#[test]
fn revenue_with_a_covariate() {
    rarely_wrong(&Scenario::even(
        "covariate",
        Outcome::Habit(1.0),
        0.05,
        500.0,
    ));
}

#[test]
fn revenue_of_units_that_come_back() {
    rarely_wrong(&Scenario::even(
        "coming back",
        Outcome::Returning(1.0),
        0.03,
        300.0,
    ));
}

#[test]
fn four_arms() {
    rarely_wrong(&Scenario {
        weights: vec![1; 4],
        effects: vec![0.0; 4],
        ..Scenario::even("four arms", Outcome::Rate, 0.04, 1_000.0)
    });
}

#[test]
fn a_small_arm_of_heavy_tailed_revenue() {
    rarely_wrong(&Scenario {
        weights: vec![9, 1],
        ..Scenario::even("small arm", Outcome::Revenue(1.2), 0.04, 2_000.0)
    });
}

#[test]
fn a_bandit() {
    rarely_wrong(&Scenario {
        method: Method::Thompson,
        ..Scenario::even("bandit", Outcome::Rate, 0.05, 500.0)
    });
}
