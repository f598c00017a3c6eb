//! Guardrails: an arm that is worse than the control by more than was tolerated, found at any time.
//!
//! With a tolerated relative loss `l`, the margin of an arm is `test - (1 - l) control` for a metric that
//! should be high and `(1 + l) control - test` for one that should be low: negative is too bad. The upper
//! bound of a one-sided sequence on it stops the arm once below zero: of an arm that is within tolerance,
//! at any of all looks, with probability `alpha` at most. A fixed-horizon test, looked at daily, would
//! stop several times as many.

use super::comparison::{Allocation, Design, effective_units};
use super::estimate::{EVENTS_MIN, Estimate, UNITS_MIN};
use super::sequential::Boundary;
use crate::definition::Direction;
use serde::Serialize;

/// What a guardrail says of an arm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Verdict {
    /// It looks tolerable.
    Fine,
    /// It looks worse than tolerated, which may still be chance.
    Watch,
    /// It is worse than tolerated: stop it.
    Stop,
}

/// A guardrail's verdict and what it rests on.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Margin {
    /// What follows.
    pub verdict: Verdict,
    /// How far the arm is from being too bad, in the metric's unit.
    pub estimate: f64,
    /// What that is at most, at all times together; `None` before there is enough data.
    pub upper: Option<f64>,
}

/// Holds an arm against a guardrail. The design's `alpha` is for one side.
#[must_use]
pub fn margin(
    test: &Estimate,
    control: &Estimate,
    direction: Direction,
    tolerated_loss: f64,
    design: &Design,
) -> Margin {
    let (sign, factor) = match direction {
        Direction::Increase => (1.0, 1.0 - tolerated_loss),
        Direction::Decrease => (-1.0, 1.0 + tolerated_loss),
    };
    let estimate = sign * (test.mean - factor * control.mean);
    let upper = is_enough(test, control).then(|| estimate + width(test, control, factor, design));
    let verdict = match upper {
        Some(upper) if upper < 0.0 => Verdict::Stop,
        _ if estimate < 0.0 => Verdict::Watch,
        _ => Verdict::Fine,
    };
    Margin {
        verdict,
        estimate,
        upper,
    }
}

/// Too few events of an arm may be the harm itself, as a broken arm sells nothing: it has enough units once
/// the control's rate would have made enough events of them.
fn is_enough(test: &Estimate, control: &Estimate) -> bool {
    let expected = control.events * test.units as f64 / control.units.max(1) as f64;
    control.is_enough() && test.units >= UNITS_MIN && expected >= EVENTS_MIN
}

fn width(test: &Estimate, control: &Estimate, factor: f64, design: &Design) -> f64 {
    let first = test.steadied_by(control).squared_error();
    let second = factor * factor * control.steadied_by(test).squared_error();
    match design.allocation {
        Allocation::Fixed => {
            let units = effective_units(test.units as f64, control.units as f64);
            let boundary = Boundary::tightest_at(design.planned, design.alpha);
            boundary.one_sided_radius(units, design.alpha) * (first + second).sqrt()
        }
        Allocation::Adaptive => {
            let alpha = design.alpha / 2.0;
            let boundary = Boundary::tightest_at(design.planned / 2.0, alpha);
            boundary.one_sided_radius(test.units as f64, alpha) * first.sqrt()
                + boundary.one_sided_radius(control.units as f64, alpha) * second.sqrt()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(units: u64, rate: f64) -> Estimate {
        Estimate {
            units,
            mean: rate,
            variance: rate * (1.0 - rate),
            events: units as f64 * rate,
        }
    }

    fn verdict(test: f64, direction: Direction, allocation: Allocation) -> Verdict {
        let design = Design {
            alpha: 0.05,
            planned: 20_000.0,
            allocation,
        };
        margin(
            &rate(10_000, test),
            &rate(10_000, 0.05),
            direction,
            0.02,
            &design,
        )
        .verdict
    }

    #[test]
    fn more_harm_is_a_harder_verdict() {
        for allocation in [Allocation::Fixed, Allocation::Adaptive] {
            let up = |test| verdict(test, Direction::Increase, allocation);
            assert_eq!(up(0.0495), Verdict::Fine);
            assert_eq!(up(0.048), Verdict::Watch);
            assert_eq!(up(0.030), Verdict::Stop);
            let down = |test| verdict(test, Direction::Decrease, allocation);
            assert_eq!(down(0.0505), Verdict::Fine);
            assert_eq!(down(0.052), Verdict::Watch);
            assert_eq!(down(0.075), Verdict::Stop);
        }
    }

    #[test]
    fn an_arm_that_sells_nothing_is_stopped_and_a_few_units_are_not() {
        let design = Design {
            alpha: 0.05,
            planned: 20_000.0,
            allocation: Allocation::Fixed,
        };
        let of = |units| {
            margin(
                &rate(units, 0.0),
                &rate(units, 0.05),
                Direction::Increase,
                0.02,
                &design,
            )
        };
        assert_eq!(of(2_000).verdict, Verdict::Stop);
        assert_eq!(of(400).verdict, Verdict::Watch);
        assert_eq!(of(400).upper, None);
    }
}
