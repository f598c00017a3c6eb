//! Thompson sampling: traffic follows the chance of each arm to be the best.
//!
//! Thompson 1933 ("On the likelihood that one unknown probability exceeds another"): give each arm the share
//! of units that is its posterior chance to be the best (Scott 2010 calls this randomised probability
//! matching). Weights are renewed now and then, and in between assignment stays a hash.
//! The posterior of a conversion rate is Beta with a uniform prior; that of any other mean is
//! normal. The chance is integrated on a grid, so there is nothing random in it.

mod posterior;

use crate::definition::{Direction, Measure};
use crate::hash::BUCKETS;
use crate::statistics::estimate::UNITS_MIN;
use crate::statistics::moments::Moments;
use posterior::Posterior;

/// The floor that keeps every arm measured: one per cent.
pub const FLOOR: u32 = 100;

/// The chance of each arm to have the best mean, in their order; they sum to 1. Leave out arms that were
/// stopped: among the others here, the floor would bring them back.
///
/// All the same while an arm has fewer than a hundred units, because a normal posterior needs a variance.
#[must_use]
pub fn chances(arms: &[Moments], measure: Measure, direction: Direction) -> Vec<f64> {
    if arms.iter().any(|arm| arm.units < UNITS_MIN) {
        return vec![1.0 / arms.len() as f64; arms.len()];
    }
    let posteriors: Vec<Posterior> = arms
        .iter()
        .map(|arm| match measure {
            Measure::Conversion => Posterior::beta(arm.total(), arm.units as f64),
            Measure::Count | Measure::Value => {
                Posterior::normal(arm.mean, arm.variance() / arm.units as f64)
            }
        })
        .collect();
    let chances: Vec<f64> = (0..arms.len())
        .map(|arm| {
            posteriors[arm].expect(|x| {
                let others = posteriors
                    .iter()
                    .enumerate()
                    .filter(|(other, _)| *other != arm);
                others
                    .map(|(_, posterior)| match direction {
                        Direction::Increase => posterior.below(x),
                        Direction::Decrease => 1.0 - posterior.below(x),
                    })
                    .product()
            })
        })
        .collect();
    let sum: f64 = chances.iter().sum();
    chances.iter().map(|chance| chance / sum).collect()
}

/// Weights of 10,000 in proportion to chances, each at least `floor` (as far as that leaves room).
#[must_use]
pub fn weights(chances: &[f64], floor: u32) -> Vec<u32> {
    let arms = chances.len().max(1) as u32;
    let floor = floor.min(BUCKETS / arms);
    let free = f64::from(BUCKETS - floor * arms);
    let mut weights: Vec<u32> = chances
        .iter()
        .map(|chance| floor + (chance * free) as u32)
        .collect();
    // What rounding down left goes to the largest remainders.
    let mut order: Vec<usize> = (0..chances.len()).collect();
    let remainder = |arm: &usize| (chances[*arm] * free).fract();
    order.sort_by(|a, b| remainder(b).total_cmp(&remainder(a)));
    let left = BUCKETS.saturating_sub(weights.iter().sum()) as usize;
    for arm in order.into_iter().cycle().take(left) {
        weights[arm] += 1;
    }
    weights
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::special::normal_cdf;
    use rand::{Rng, SeedableRng, rngs::SmallRng};

    fn rate(units: u64, conversions: u64) -> Moments {
        let mean = conversions as f64 / units as f64;
        Moments {
            units,
            mean,
            m2: conversions as f64 * (1.0 - mean),
            ..Moments::default()
        }
    }

    fn conversion(arms: &[Moments]) -> Vec<f64> {
        chances(arms, Measure::Conversion, Direction::Increase)
    }

    /// P(B > A) for Beta posteriors: Miller 2015's sum over ln Beta, exact.
    fn exact(a: (f64, f64), b: (f64, f64)) -> f64 {
        let ln_beta = |x: f64, y: f64| libm::lgamma(x) + libm::lgamma(y) - libm::lgamma(x + y);
        (0..b.0 as u32)
            .map(f64::from)
            .map(|i| {
                (ln_beta(a.0 + i, b.1 + a.1)
                    - (b.1 + i).ln()
                    - ln_beta(1.0 + i, b.1)
                    - ln_beta(a.0, a.1))
                .exp()
            })
            .sum()
    }

    #[test]
    fn two_rates_agree_with_the_exact_sum() {
        for (n1, s1, n2, s2) in [
            (200, 10, 200, 15),
            (150, 0, 300, 3),
            (100, 50, 20_000, 9_000),
        ] {
            let found = conversion(&[rate(n1, s1), rate(n2, s2)])[1];
            let shape = |n: u64, s: u64| (s as f64 + 1.0, (n - s) as f64 + 1.0);
            let exact = exact(shape(n1, s1), shape(n2, s2));
            assert!((found - exact).abs() < 1e-4, "{found} is not {exact}");
        }
    }

    #[test]
    fn two_means_agree_with_the_normal_distribution() {
        let arm = |mean: f64, variance: f64, units: u64| Moments {
            units,
            mean,
            m2: variance * (units - 1) as f64,
            ..Moments::default()
        };
        let arms = [arm(2.0, 100.0, 10_000), arm(2.2, 400.0, 1_000)];
        let better = normal_cdf(0.2 / (0.01_f64 + 0.4).sqrt());
        let found = chances(&arms, Measure::Value, Direction::Increase);
        assert!(
            (found[1] - better).abs() < 1e-4,
            "{found:?} is not {better}"
        );
        let lower = chances(&arms, Measure::Value, Direction::Decrease);
        assert!((lower[0] - better).abs() < 1e-4);
    }

    #[test]
    fn equal_arms_have_equal_chances_at_any_size() {
        for units in [100, 10_000, 10_000_000] {
            let found = conversion(&[rate(units, units / 20); 5]);
            assert!(found.iter().all(|p| (p - 0.2).abs() < 1e-6), "{found:?}");
        }
        assert_eq!(conversion(&[rate(99, 90), rate(5_000, 1)]), [0.5, 0.5]);
    }

    #[test]
    fn weights_sum_up_and_keep_the_floor() {
        assert_eq!(weights(&[1.0, 0.0, 0.0], FLOOR), [9_800, 100, 100]);
        assert_eq!(weights(&[1.0 / 3.0; 3], FLOOR).iter().sum::<u32>(), 10_000);
        assert_eq!(weights(&[0.999, 0.001], 9_000), [5_000, 5_000]);
        assert!(weights(&[], FLOOR).is_empty());
    }

    #[test]
    fn traffic_converges_on_the_better_arm() {
        let mut rng = SmallRng::seed_from_u64(7);
        let rates = [0.04, 0.05, 0.03];
        let mut arms = [Moments::default(); 3];
        let mut shares = vec![3_333, 3_333, 3_334];
        for _day in 0..60 {
            for (arm, (rate, share)) in arms.iter_mut().zip(rates.iter().zip(&shares)) {
                for _ in 0..share / 10 {
                    arm.add(f64::from(u8::from(rng.random_bool(*rate))), 0.0);
                }
            }
            shares = weights(&conversion(&arms), FLOOR);
            assert!(shares.iter().all(|share| *share >= FLOOR));
        }
        assert!(shares[1] > 9_000, "{shares:?}");
    }
}
