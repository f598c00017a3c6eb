//! The distribution functions that are needed, on top of `libm`'s `erfc`.

use std::f64::consts::{PI, SQRT_2};

/// The standard normal distribution function: `erfc(-x / sqrt 2) / 2`, to about 1e-16 relative.
#[must_use]
pub fn normal_cdf(x: f64) -> f64 {
    0.5 * libm::erfc(-x / SQRT_2)
}

/// The standard normal quantile of a probability between 0 and 1, by bisection, to about 1e-13.
///
/// Infinite at 0 and 1, not a number outside.
#[must_use]
pub fn normal_quantile(p: f64) -> f64 {
    if !(p > 0.0 && p < 1.0) {
        return match p {
            0.0 => f64::NEG_INFINITY,
            1.0 => f64::INFINITY,
            _ => f64::NAN,
        };
    }
    let (mut low, mut high) = (-40.0, 40.0);
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if normal_cdf(middle) < p {
            low = middle;
        } else {
            high = middle;
        }
    }
    f64::midpoint(low, high)
}

/// The chance that a chi-square variable exceeds `statistic`, to about 1e-14.
///
/// By recurrence in the degrees of freedom from the closed forms for one and two
/// (Abramowitz and Stegun 26.4.4 and 26.4.5).
#[must_use]
pub fn chi_square_p(statistic: f64, degrees: u32) -> f64 {
    if degrees == 0 || statistic <= 0.0 {
        return 1.0;
    }
    let half = statistic / 2.0;
    // Terms half^a exp(-half) / gamma(a + 1), from a = 1/2 or a = 0.
    let (mut p, mut a, mut term) = if degrees % 2 == 1 {
        let first = 2.0 * (half / PI).sqrt() * (-half).exp();
        (libm::erfc(half.sqrt()), 0.5, first)
    } else {
        ((-half).exp(), 1.0, half * (-half).exp())
    };
    for _ in 0..(degrees - 1) / 2 {
        p += term;
        a += 1.0;
        term *= half / a;
    }
    p.min(1.0)
}

/// `-W(-alpha² / e)` on the lower branch of Lambert's W, for alpha below 1: the larger solution of
/// `w - ln w = 1 - ln alpha²`, by iteration, which shrinks the error by `1/w` a step.
#[must_use]
pub(crate) fn lambert(alpha: f64) -> f64 {
    let target = 1.0 - 2.0 * alpha.ln();
    (0..60).fold(target, |w, _| target + w.ln())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(a: f64, b: f64, tolerance: f64) {
        assert!((a - b).abs() < tolerance, "{a} is not {b}");
    }

    #[test]
    fn the_normal_distribution_agrees_with_tables() {
        close(normal_cdf(1.959_963_984_540_054), 0.975, 1e-14);
        close(normal_quantile(0.975), 1.959_963_984_540_054, 1e-11);
        close(normal_quantile(0.8), 0.841_621_233_572_914, 1e-11);
        assert_eq!(normal_quantile(0.0), f64::NEG_INFINITY);
        assert!(normal_quantile(1.5).is_nan());
    }

    #[test]
    fn chi_square_agrees_with_tables() {
        for (degrees, statistic) in [
            (1, 3.841_458_820_694),
            (2, 5.991_464_547_108),
            (3, 7.814_727_903_251),
            (4, 9.487_729_036_781),
            (9, 16.918_977_604_620),
        ] {
            close(chi_square_p(statistic, degrees), 0.05, 1e-11);
        }
        close(chi_square_p(0.0, 3), 1.0, 1e-15);
    }

    #[test]
    fn lambert_solves_its_equation() {
        for alpha in [0.5, 0.05, 0.001] {
            let w = lambert(alpha);
            close(w * (-w).exp(), alpha * alpha * (-1.0_f64).exp(), 1e-12);
            assert!(w > 1.0);
        }
    }
}
