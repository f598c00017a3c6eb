//! Outcomes that a covariate explains to a known degree.

use crate::shop::normal;
use experiment::statistics::moments::Moments;
use rand::rngs::SmallRng;

/// Two arms of so many units, whose outcome and covariate correlate by `rho`, and an effect of 0.1.
pub(crate) fn correlated(rho: f64, units: u32, rng: &mut SmallRng) -> [Moments; 2] {
    [0.0, 0.1].map(|effect| {
        let mut arm = Moments::default();
        for _ in 0..units {
            let covariate = normal(rng);
            let noise = (1.0 - rho * rho).sqrt() * normal(rng);
            arm.add(
                5.0 + effect + rho * covariate + noise,
                10.0 + 3.0 * covariate,
            );
        }
        arm
    })
}
