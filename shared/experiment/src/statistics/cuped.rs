//! CUPED: noise that was there before the experiment is taken out of the outcome.
//!
//! Deng, Xu, Kohavi and Walker 2013 ("Improving the sensitivity of online controlled experiments by
//! utilizing pre-experiment data"): `y - theta (x - mean of all x)` has the same mean as `y`, because
//! arms do not differ before they start, and the variance `var(y) (1 - correlation²)` with
//! `theta = cov(y, x) / var(x)`. One theta for all arms, or a difference of thetas would look like an
//! effect. Units without a past have x = 0; without any covariate nothing changes.

use super::estimate::{Estimate, UNITS_MIN, events};
use super::moments::Moments;

/// The adjusted estimates of all arms.
#[derive(Debug, Clone, PartialEq)]
pub struct Adjusted {
    /// In the order of the arms.
    pub arms: Vec<Estimate>,
    /// How much of the outcome is taken out per unit of the covariate.
    pub theta: f64,
    /// How much of the variance within arms is gone: the squared correlation, 0 to 1.
    pub variance_reduction: f64,
}

/// Adjusts all arms of an experiment by their covariate.
#[must_use]
pub fn adjust(arms: &[Moments]) -> Adjusted {
    let sum = |of: fn(&Moments) -> f64| arms.iter().map(of).sum::<f64>();
    let products = sum(|arm| arm.comoment);
    let covariate_squares = sum(|arm| arm.covariate_m2);
    let squares = sum(|arm| arm.m2);
    let mut all = Moments::default();
    arms.iter().for_each(|arm| all.merge(arm));
    // Theta is estimated from the same units: of few it would follow the noise.
    let theta = if all.units >= UNITS_MIN && covariate_squares > 0.0 {
        products / covariate_squares
    } else {
        0.0
    };
    Adjusted {
        arms: arms
            .iter()
            .map(|arm| Estimate {
                units: arm.units,
                mean: arm.mean - theta * (arm.covariate_mean - all.covariate_mean),
                variance: (arm.variance() - 2.0 * theta * arm.covariance()
                    + theta * theta * arm.covariate_variance())
                .max(0.0),
                events: events(arm),
            })
            .collect(),
        theta,
        variance_reduction: if squares > 0.0 {
            theta * products / squares
        } else {
            0.0
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arm(units: impl Iterator<Item = (f64, f64)>) -> Moments {
        let mut moments = Moments::default();
        moments.extend(units);
        moments
    }

    #[test]
    fn a_perfect_covariate_leaves_only_the_effect() {
        let control = arm((0..200).map(|i| (f64::from(i), f64::from(i))));
        let test = arm((50..300).map(|i| (f64::from(i) + 3.0, f64::from(i))));
        let adjusted = adjust(&[control, test]);
        assert!((adjusted.theta - 1.0).abs() < 1e-9);
        assert!((adjusted.variance_reduction - 1.0).abs() < 1e-9);
        assert!((adjusted.arms[1].mean - adjusted.arms[0].mean - 3.0).abs() < 1e-9);
        assert!(adjusted.arms[0].variance < 1e-9);
    }

    #[test]
    fn without_a_covariate_nothing_changes() {
        let arms = [
            arm((0..200).map(|i| (f64::from(i % 7), 0.0))),
            arm((0..200).map(|i| (f64::from(i % 5), 0.0))),
        ];
        let adjusted = adjust(&arms);
        assert_eq!(adjusted.arms, arms.each_ref().map(Estimate::from));
        assert_eq!(adjusted.variance_reduction, 0.0);
    }

    #[test]
    fn few_units_are_not_adjusted() {
        let arms = [arm((0..99).map(|i| (f64::from(i), f64::from(i))))];
        assert_eq!(adjust(&arms).theta, 0.0);
    }
}
