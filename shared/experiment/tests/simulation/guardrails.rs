//! Guardrails: harm is stopped, and what is tolerable is not.

use crate::shop::{Outcome, Scenario};
use crate::trial::Tally;

const EXPERIMENTS: u32 = 1_000;

fn with_effect(outcome: Outcome, effect: f64, tolerated_loss: f64) -> Scenario {
    Scenario {
        effects: vec![0.0, effect],
        tolerated_loss,
        ..Scenario::even("effect", outcome, 0.05, 1_000.0)
    }
}

fn stopped(scenario: &Scenario) -> f64 {
    let tally = Tally::of(scenario, EXPERIMENTS, 37);
    tally.share(tally.stopped)
}

#[test]
fn a_harmful_arm_is_stopped() {
    let share = stopped(&with_effect(Outcome::Rate, -0.3, 0.02));
    assert!(share >= 0.99, "{share}");
}

#[test]
fn an_arm_at_the_limit_rarely_is() {
    for outcome in [Outcome::Rate, Outcome::Revenue(1.0)] {
        let share = stopped(&with_effect(outcome, -0.05, 0.05));
        assert!(share <= 0.05, "{share}");
    }
}

#[test]
fn a_small_arm_at_the_limit_rarely_is() {
    let share = stopped(&Scenario {
        weights: vec![9, 1],
        ..with_effect(Outcome::Rate, -0.05, 0.05)
    });
    assert!(share <= 0.05, "{share}");
}

#[test]
fn a_better_arm_hardly_ever_is() {
    let share = stopped(&with_effect(Outcome::Revenue(1.0), 0.1, 0.02));
    assert!(share <= 0.005, "{share}");
}
