//! Two arms: the interval of their difference, of the lift, and the p-value, valid at any time.
//!
//! Of arms with `n1` and `n2` units the difference of means has the squared error `s² = v1/n1 + v2/n2`.
//! It is an average of the influence of every unit, `±(y - mean) / share of its arm`, so that the boundary
//! of a single mean applies with `s` as its error. Time is counted in effective units
//! `n = 4 n1 n2 / (n1 + n2)`: those of an even split with the same information, which is what Robbins'
//! boundary is about. With fixed weights `n` grows in proportion to `n1 + n2`.
//!
//! When weights follow the outcomes ([`Allocation::Adaptive`]) the difference is no longer such an average,
//! but each arm's mean still is one over its own units. So each arm gets an interval at `alpha / 2`, and
//! the difference is bounded by both (a union bound), which is about 1.5 times as wide.

use super::estimate::Estimate;
use super::interval::{Errors, Interval};
use super::sequential::Boundary;
use serde::Serialize;

/// How units were shared among arms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Allocation {
    /// By weights that do not depend on outcomes.
    Fixed,
    /// By weights that follow earlier outcomes, as a bandit's do.
    Adaptive,
}

/// What is fixed about a comparison before the start.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Design {
    /// The level of this one comparison, after any division among several.
    pub alpha: f64,
    /// The planned [effective units](effective_units) of the two arms.
    pub planned: f64,
    /// How units are shared.
    pub allocation: Allocation,
}

/// An arm compared with the control.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Comparison {
    /// The difference of the means, in the metric's unit.
    pub difference: Interval,
    /// The difference relative to the control: 0.05 is five per cent more. `None` while the control's
    /// mean is not told from zero.
    pub lift: Option<Interval>,
    /// The always-valid p-value of no difference.
    pub p_value: f64,
}

/// The units of an even split that would tell as much: `4 n1 n2 / (n1 + n2)`.
#[must_use]
pub fn effective_units(n1: f64, n2: f64) -> f64 {
    if n1 + n2 > 0.0 {
        4.0 * n1 * n2 / (n1 + n2)
    } else {
        0.0
    }
}

/// Compares an arm with the control; `None` before both have [enough](Estimate::is_enough).
#[must_use]
pub fn compare(test: &Estimate, control: &Estimate, design: &Design) -> Option<Comparison> {
    if !(test.is_enough() && control.is_enough()) {
        return None;
    }
    let (test, control) = (test.steadied_by(control), control.steadied_by(test));
    let difference = test.mean - control.mean;
    let (errors, p_value) = match design.allocation {
        Allocation::Fixed => together(&test, &control, design),
        Allocation::Adaptive => apart(&test, &control, design),
    };
    let half = errors.half_width(1.0);
    Some(Comparison {
        difference: Interval {
            lower: difference - half,
            estimate: difference,
            upper: difference + half,
        },
        lift: errors.ratio(test.mean, control.mean).map(|ratio| Interval {
            lower: ratio.lower - 1.0,
            estimate: ratio.estimate - 1.0,
            upper: ratio.upper - 1.0,
        }),
        p_value,
    })
}

fn together(test: &Estimate, control: &Estimate, design: &Design) -> (Errors, f64) {
    let boundary = Boundary::tightest_at(design.planned, design.alpha);
    let units = effective_units(test.units as f64, control.units as f64);
    let radius = boundary.radius(units, design.alpha);
    let errors = Errors::Squared {
        test: radius * radius * test.squared_error(),
        control: radius * radius * control.squared_error(),
    };
    let z = (test.mean - control.mean) / (test.squared_error() + control.squared_error()).sqrt();
    (errors, boundary.p_value(units, z))
}

fn apart(test: &Estimate, control: &Estimate, design: &Design) -> (Errors, f64) {
    // An even split of n units has n / 2 in each arm.
    let boundary = Boundary::tightest_at(design.planned / 2.0, design.alpha / 2.0);
    let half = |arm: &Estimate, alpha: f64| {
        boundary.radius(arm.units as f64, alpha / 2.0) * arm.squared_error().sqrt()
    };
    let errors = Errors::Added {
        test: half(test, design.alpha),
        control: half(control, design.alpha),
    };
    let difference = (test.mean - control.mean).abs();
    // The smallest alpha that tells them apart, on a logarithmic scale.
    let (mut told, mut untold) = (0.0, -700.0);
    for _ in 0..60 {
        let middle = f64::midpoint(told, untold);
        let alpha = f64::exp(middle);
        if half(test, alpha) + half(control, alpha) < difference {
            told = middle;
        } else {
            untold = middle;
        }
    }
    (errors, told.exp())
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

    fn design(allocation: Allocation) -> Design {
        Design {
            alpha: 0.05,
            planned: 20_000.0,
            allocation,
        }
    }

    #[test]
    fn the_width_is_the_radius_times_the_standard_error() {
        let (test, control) = (rate(10_000, 0.05), rate(10_000, 0.04));
        let found = compare(&test, &control, &design(Allocation::Fixed)).unwrap();
        // 3.035 standard errors at the plan; the control's variance is steadied by the arm's.
        let (high, low) = (0.05 * 0.95, 0.04 * 0.96_f64);
        let error = ((high + f64::midpoint(high, low)) / 1e4).sqrt();
        assert!((found.difference.upper - 0.01 - 3.035_122 * error).abs() < 1e-7);
        assert!((found.lift.unwrap().estimate - 0.25).abs() < 1e-12);
    }

    #[test]
    fn difference_lift_and_p_value_agree_on_significance() {
        for allocation in [Allocation::Fixed, Allocation::Adaptive] {
            let mut answers = [false; 2];
            for step in 0..60 {
                let test = rate(10_000, 0.04 + f64::from(step) * 0.0005);
                let found = compare(&test, &rate(10_000, 0.04), &design(allocation)).unwrap();
                let told = !found.difference.contains(0.0);
                assert_eq!(told, !found.lift.unwrap().contains(0.0), "{found:?}");
                assert_eq!(told, found.p_value < 0.05, "{found:?}");
                answers[usize::from(told)] = true;
            }
            assert_eq!(answers, [true, true]);
        }
    }

    #[test]
    fn adaptive_weights_cost_width() {
        let (test, control) = (rate(10_000, 0.05), rate(10_000, 0.04));
        let width = |allocation| {
            let found = compare(&test, &control, &design(allocation)).unwrap();
            found.difference.upper - found.difference.lower
        };
        let ratio = width(Allocation::Adaptive) / width(Allocation::Fixed);
        assert!((1.4..1.6).contains(&ratio), "{ratio}");
    }

    #[test]
    fn little_data_says_nothing() {
        let plan = design(Allocation::Fixed);
        assert_eq!(compare(&rate(99, 0.5), &rate(10_000, 0.5), &plan), None);
        assert_eq!(
            compare(&rate(10_000, 0.002), &rate(10_000, 0.5), &plan),
            None
        );
    }

    #[test]
    fn a_control_near_zero_has_no_lift() {
        let noisy = |mean| Estimate {
            units: 10_000,
            mean,
            variance: 100.0,
            events: 50.0,
        };
        let found = compare(&noisy(0.2), &noisy(0.1), &design(Allocation::Fixed)).unwrap();
        assert_eq!(found.lift, None);
    }
}
