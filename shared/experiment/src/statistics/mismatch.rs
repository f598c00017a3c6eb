//! Sample ratio mismatch: units per arm that the weights do not explain. Whatever causes it (lost
//! exposures, bots, a slow arm that is left) probably biases the outcomes too, so it goes before them.
//!
//! Lindon and Malek 2022 ("Anytime-valid inference for multinomial count data", NeurIPS; arXiv:2011.03567): the
//! Bayes factor of "some other ratio", with a Dirichlet prior around the expected one, against "the
//! expected ratio" is a martingale if the latter is true, so it ever exceeds `1 / alpha` with probability
//! `alpha` at most (Ville 1939). A mixture of such factors is one too. Nine parts of ten have a prior
//! that is tightest for 100,000 units, where shares of 51 and 49 % must be seen; one part a wide prior,
//! for assignment that is plainly broken, within hundreds of units.

use super::special::{chi_square_p, lambert};
use serde::Serialize;

/// The level of the alarm. It holds over the whole life of an experiment, unlike that of a daily
/// chi-square test, which is why it need not be as strict as the customary 0.001.
pub const ALPHA: f64 = 0.01;

const TUNED_UNITS: f64 = 100_000.0;
const WIDE_CONCENTRATION: f64 = 50.0;
const WIDE_PART: f64 = 0.1;

/// Units that were assigned while the weights were the same. A new one begins when they change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Period {
    /// The weights of the arms: see [`Experiment::arm_buckets`](crate::Experiment::arm_buckets).
    pub weights: Vec<u32>,
    /// How many units each arm got, counted once each, at their first exposure.
    pub units: Vec<u64>,
}

/// Whether the ratio of the arms is what it should be.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Mismatch {
    /// Whether it is not, so that no result should be believed before the cause is found.
    pub alarm: bool,
    /// The always-valid p-value, the inverse of the Bayes factor.
    pub p_value: f64,
    /// Pearson's chi-square p-value, valid only if this is the only look.
    pub fixed_p_value: f64,
}

/// Checks the ratio over all periods, at a level `alpha` for all looks together.
#[must_use]
pub fn check(periods: &[Period], alpha: f64) -> Mismatch {
    // Tightest at the units tuned for, with Boundary's formula: concentration = 1 / rho².
    let tight_concentration = TUNED_UNITS / (lambert(ALPHA) - 1.0);
    let factor = |concentration: f64| -> f64 {
        periods
            .iter()
            .map(|period| log_bayes_factor(period, concentration))
            .sum()
    };
    let tight = factor(tight_concentration) + (1.0 - WIDE_PART).ln();
    let wide = factor(WIDE_CONCENTRATION) + WIDE_PART.ln();
    let log_factor = log_sum(tight.max(wide), tight.min(wide));
    Mismatch {
        alarm: log_factor >= -alpha.ln(),
        p_value: (-log_factor).exp().min(1.0),
        fixed_p_value: pearson(periods),
    }
}

/// `ln(exp(larger) + exp(smaller))`, without overflow.
fn log_sum(larger: f64, smaller: f64) -> f64 {
    if larger.is_finite() {
        larger + (smaller - larger).exp().ln_1p()
    } else {
        larger
    }
}

/// The logarithm of the Dirichlet-multinomial likelihood over that of the expected shares.
fn log_bayes_factor(period: &Period, concentration: f64) -> f64 {
    let total: f64 = period.weights.iter().map(|&weight| f64::from(weight)).sum();
    let all: f64 = period.units.iter().map(|&units| units as f64).sum();
    let arms = period.weights.iter().zip(&period.units);
    let sum: f64 = arms
        .filter(|(_, units)| **units > 0)
        .map(|(&weight, &units)| {
            let (share, units) = (f64::from(weight) / total, units as f64);
            if share == 0.0 {
                // A unit in an arm that nobody should be in: impossible by chance.
                return f64::INFINITY;
            }
            let prior = concentration * share;
            libm::lgamma(prior + units) - libm::lgamma(prior) - units * share.ln()
        })
        .sum();
    sum + libm::lgamma(concentration) - libm::lgamma(concentration + all)
}

fn pearson(periods: &[Period]) -> f64 {
    let arms = periods
        .iter()
        .map(|period| period.weights.len())
        .max()
        .unwrap_or(0);
    let (mut expected, mut observed) = (vec![0.0; arms], vec![0.0; arms]);
    for period in periods {
        let total: f64 = period.weights.iter().map(|&weight| f64::from(weight)).sum();
        let all: f64 = period.units.iter().map(|&units| units as f64).sum();
        for (arm, (&weight, &units)) in period.weights.iter().zip(&period.units).enumerate() {
            expected[arm] += f64::from(weight) / total * all;
            observed[arm] += units as f64;
        }
    }
    let cells: Vec<_> = expected
        .iter()
        .zip(&observed)
        .filter(|(expected, _)| **expected > 0.0)
        .collect();
    let statistic = cells.iter().map(|(e, o)| (*o - *e).powi(2) / *e).sum();
    chi_square_p(statistic, (cells.len() as u32).saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn period(weights: &[u32], units: &[u64]) -> Period {
        Period {
            weights: weights.to_vec(),
            units: units.to_vec(),
        }
    }

    #[test]
    fn the_bayes_factor_of_one_unit_is_one() {
        for units in [[1, 0], [0, 1]] {
            let factor = log_bayes_factor(&period(&[1, 3], &units), 50.0);
            assert!(factor.abs() < 1e-10, "{factor}");
        }
    }

    #[test]
    fn the_expected_bayes_factor_is_one() {
        // Over all outcomes of 12 units with shares of a quarter and three.
        let n = 12_u64;
        let choose = |k: u64| (0..k).fold(1.0, |c, i| c * (n - i) as f64 / (i + 1) as f64);
        let mean: f64 = (0..=n)
            .map(|k| {
                let chance = choose(k) * 0.25_f64.powi(k as i32) * 0.75_f64.powi((n - k) as i32);
                chance * log_bayes_factor(&period(&[1, 3], &[k, n - k]), 5.0).exp()
            })
            .sum();
        assert!((mean - 1.0).abs() < 1e-10, "{mean}");
    }

    #[test]
    fn gross_and_fine_mismatches_are_found() {
        assert!(check(&[period(&[1, 1], &[150, 50])], ALPHA).alarm);
        assert!(check(&[period(&[1, 1], &[51_000, 49_000])], ALPHA).alarm);
        assert!(!check(&[period(&[1, 1], &[50_200, 49_800])], ALPHA).alarm);
        assert!(!check(&[period(&[1, 3], &[25_000, 75_000])], ALPHA).alarm);
        assert!(check(&[period(&[1, 0], &[100, 1])], ALPHA).alarm);
    }

    #[test]
    fn changed_weights_are_no_mismatch() {
        let periods = [
            period(&[1, 1], &[5_000, 5_000]),
            period(&[1, 9], &[1_000, 9_000]),
        ];
        let found = check(&periods, ALPHA);
        assert!(!found.alarm && found.fixed_p_value > 0.99);
        assert!(check(&[period(&[1, 1], &[6_000, 14_000])], ALPHA).alarm);
    }

    #[test]
    fn nothing_counted_is_no_alarm() {
        let none = check(&[], ALPHA);
        assert!(!none.alarm && none.p_value >= 0.999 && none.fixed_p_value == 1.0);
        assert!(!check(&[period(&[1, 1], &[0, 0])], ALPHA).alarm);
    }

    #[test]
    fn pearson_agrees_with_a_known_value() {
        // (10² + 10²) / 500 = 0.4 with one degree of freedom.
        let found = check(&[period(&[1, 1], &[510, 490])], ALPHA);
        assert!((found.fixed_p_value - 0.527_089_256_865_538_8).abs() < 1e-9);
    }
}
