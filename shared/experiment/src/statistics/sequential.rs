//! The boundary that makes intervals valid at any time, in standard errors.
//!
//! A fixed-horizon interval is `z` standard errors wide each way, and promises to cover at one moment
//! that was chosen beforehand. Look daily, and it fails far more often than it says. A confidence
//! sequence promises to cover at all moments together, so anyone may look and stop at any time.
//!
//! This is the asymptotic confidence sequence of Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas
//! ("Time-uniform central limit theory and asymptotic confidence sequences", Annals of Statistics 2024,
//! arXiv:2103.06476), Robbins' normal mixture with an estimated variance:
//!
//! `mean ± sigma · sqrt(2 (n rho² + 1) / (n² rho²) · ln(sqrt(n rho² + 1) / alpha))`
//!
//! which, with `t = n rho²` and the standard error `sigma / sqrt n`, is `mean ± error · radius(t)` with
//! `radius(t) = sqrt(2 (t + 1) / t · ln(sqrt(t + 1) / alpha))`. Only `t`, time relative to the plan, and
//! the standard error of the day enter. So it serves a difference of two arms as well: see
//! [`comparison`](super::comparison).

use super::special::lambert;

/// The boundary of one interval, tuned to a plan before the start.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Boundary {
    rho_squared: f64,
}

impl Boundary {
    /// The boundary that is tightest when `units` were seen, at a level `alpha` below 1:
    /// `rho² = (-W(-alpha² / e) - 1) / units` on the lower branch of Lambert's W (the paper's
    /// appendix on tuning; the authors' R package `drconfseq` has it as `best_rho2_exact`). It is valid
    /// whatever the units; with ten times as many it is 7 % wider than it could be, with a tenth 26 %.
    #[must_use]
    pub fn tightest_at(units: f64, alpha: f64) -> Self {
        Self {
            rho_squared: (lambert(alpha) - 1.0) / units.max(1.0),
        }
    }

    /// How many standard errors each way cover the mean after `units`, with probability `1 - alpha` at all
    /// times together.
    #[must_use]
    pub fn radius(self, units: f64, alpha: f64) -> f64 {
        let time = units * self.rho_squared;
        (2.0 * (time + 1.0) / time * ((time + 1.0).sqrt() / alpha).ln()).sqrt()
    }

    /// How many standard errors one way bound the mean on that side, with probability `1 - alpha` at all
    /// times together: the paper's one-sided sequence, with `ln(1 + sqrt(t + 1) / (2 alpha))` in the place of
    /// the logarithm.
    ///
    /// Mixing over one half of the normal gives the martingale `2 / sqrt(t + 1) · exp(u² / 2) · cdf(u)`, with `u`
    /// the mean in standard errors times `sqrt(t / (t + 1))`. As `cdf(u) >= 1 - exp(-u² / 2)`, it is above
    /// `1 / alpha` once `exp(u² / 2) - 1` is above `sqrt(t + 1) / (2 alpha)`.
    #[must_use]
    pub fn one_sided_radius(self, units: f64, alpha: f64) -> f64 {
        let time = units * self.rho_squared;
        (2.0 * (time + 1.0) / time * ((time + 1.0).sqrt() / (2.0 * alpha)).ln_1p()).sqrt()
    }

    /// The smallest `alpha` at which a mean `z` standard errors from zero is told from it: the inverse of
    /// [`radius`](Self::radius). Below `alpha` at any time with probability at most `alpha` if the mean
    /// is zero.
    #[must_use]
    pub fn p_value(self, units: f64, z: f64) -> f64 {
        let time = units * self.rho_squared;
        ((time + 1.0).sqrt() * (-z * z * time / (2.0 * (time + 1.0))).exp()).min(1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_radius_is_the_formula_of_the_paper() {
        let boundary = Boundary::tightest_at(10_000.0, 0.05);
        let (n, rho2) = (2_500_f64, boundary.rho_squared);
        let sigma = 3.0;
        let width = sigma
            * (2.0 * (n * rho2 + 1.0) / (n * n * rho2) * ((n * rho2 + 1.0).sqrt() / 0.05).ln())
                .sqrt();
        let error = sigma / n.sqrt();
        assert!((boundary.radius(n, 0.05) * error - width).abs() < 1e-12);
    }

    #[test]
    fn it_is_tightest_at_the_plan() {
        let widths = |planned: f64| Boundary::tightest_at(planned, 0.05).radius(10_000.0, 0.05);
        let best = widths(10_000.0);
        assert!((best - 3.03).abs() < 0.01, "{best}");
        for planned in [1e3, 5e3, 9e3, 1.1e4, 2e4, 1e5] {
            assert!(widths(planned) > best);
        }
        assert!(widths(1e5) < 1.3 * best && widths(1e3) < 1.3 * best);
    }

    #[test]
    fn the_p_value_is_alpha_on_the_boundary() {
        let boundary = Boundary::tightest_at(5_000.0, 0.05);
        for alpha in [0.1, 0.05, 0.001] {
            for units in [100.0, 5_000.0, 1e6] {
                let z = boundary.radius(units, alpha);
                assert!((boundary.p_value(units, z) - alpha).abs() < 1e-12);
            }
        }
        assert_eq!(boundary.p_value(5_000.0, 0.0), 1.0);
    }

    #[test]
    fn one_side_is_tighter_than_two() {
        let boundary = Boundary::tightest_at(5_000.0, 0.05);
        for units in [500.0, 5_000.0, 50_000.0] {
            let one = boundary.one_sided_radius(units, 0.05);
            assert!(one < boundary.radius(units, 0.05));
            assert!(one > 1.644_853);
        }
    }
}
