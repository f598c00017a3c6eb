//! Intervals of a difference and of a ratio, from the half widths of two arms.
//!
//! The lift `test / control - 1` follows Fieller 1954 ("Some problems in interval estimation"): all `k` for
//! which `test - k control` is not told from zero. Unlike the delta method it needs no control far from
//! zero, and it excludes "no lift" exactly when the difference excludes zero.

use serde::Serialize;

/// An estimate between bounds that hold at all times together.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Interval {
    /// At least this.
    pub lower: f64,
    /// The estimate.
    pub estimate: f64,
    /// At most this.
    pub upper: f64,
}

impl Interval {
    /// Whether a value is between the bounds.
    #[must_use]
    pub fn contains(&self, value: f64) -> bool {
        (self.lower..=self.upper).contains(&value)
    }
}

/// The half widths of two arms' intervals and how they combine.
pub(super) enum Errors {
    /// Squares add up: the interval of a difference is made directly.
    Squared { test: f64, control: f64 },
    /// Widths add up: both arms have their own interval.
    Added { test: f64, control: f64 },
}

impl Errors {
    /// The half width of `test - factor * control`.
    pub(super) fn half_width(&self, factor: f64) -> f64 {
        match self {
            Self::Squared { test, control } => (test + factor * factor * control).sqrt(),
            Self::Added { test, control } => test + factor.abs() * control,
        }
    }

    /// All `k` with `|test - k control|` within the half width at `k`, if they are an interval.
    pub(super) fn ratio(&self, test_mean: f64, control_mean: f64) -> Option<Interval> {
        let (lower, upper) = match *self {
            Self::Squared { test, control } => {
                // (test - k control)² <= width², solved for k.
                let a = control_mean * control_mean - control;
                let c = test_mean * test_mean - test;
                let b = test_mean * control_mean;
                let root = (a > 0.0).then(|| (b * b - a * c).max(0.0).sqrt())?;
                ((b - root) / a, (b + root) / a)
            }
            Self::Added { test, control } => {
                // Mirrored so that the control is positive.
                let numerator = test_mean * control_mean.signum();
                let denominator = control_mean.abs();
                let farthest = (denominator > control).then_some(denominator - control)?;
                let nearest = denominator + control;
                let (low, high) = (numerator - test, numerator + test);
                (
                    low / if low < 0.0 { farthest } else { nearest },
                    high / if high < 0.0 { nearest } else { farthest },
                )
            }
        };
        Some(Interval {
            lower,
            estimate: test_mean / control_mean,
            upper,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ratio_holds_exactly_what_its_widths_do_not_exclude() {
        for errors in [
            Errors::Squared {
                test: 0.5,
                control: 0.2,
            },
            Errors::Added {
                test: 0.7,
                control: 0.4,
            },
        ] {
            for (test, control) in [
                (2.0, 1.5),
                (0.3, 1.5),
                (-2.0, 1.5),
                (2.0, -1.5),
                (-2.0, -1.5),
            ] {
                let ratio = errors.ratio(test, control).unwrap();
                assert!(ratio.contains(ratio.estimate));
                for step in -600..600 {
                    let k = f64::from(step) / 100.0 + 0.001;
                    let kept = f64::abs(test - k * control) <= errors.half_width(k);
                    assert_eq!(
                        ratio.contains(k),
                        kept,
                        "{k} in {ratio:?} of {test}/{control}"
                    );
                }
            }
            assert_eq!(errors.ratio(2.0, 0.3), None);
        }
    }
}
