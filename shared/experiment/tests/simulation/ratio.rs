//! Sample ratios alone: many more units than outcomes need.

use experiment::statistics::mismatch::{ALPHA, Period, check};
use rand::{Rng, SeedableRng, rngs::SmallRng};

/// The share of experiments in which the alarm ever goes off, looked at daily, when the first arm of two
/// gets `share` of the units instead of half.
pub(crate) fn alarms(share: f64, units: u32, looks: u32, experiments: u32, seed: u64) -> f64 {
    let mut alarms = 0;
    for trial in 0..experiments {
        let mut rng = SmallRng::seed_from_u64(seed.wrapping_add(u64::from(trial) << 20));
        let mut period = Period {
            weights: vec![5_000, 5_000],
            units: vec![0, 0],
        };
        let alarmed = (0..looks).any(|_| {
            let arrivals = u64::from(units / looks);
            let first = (0..arrivals)
                .filter(|_| rng.random::<f64>() < share)
                .count() as u64;
            period.units[0] += first;
            period.units[1] += arrivals - first;
            check(std::slice::from_ref(&period), ALPHA).alarm
        });
        alarms += u32::from(alarmed);
    }
    f64::from(alarms) / f64::from(experiments)
}

#[cfg(test)]
mod tests {
    use super::alarms;

    #[test]
    fn one_per_cent_more_in_one_arm_is_found() {
        let found = alarms(0.51, 100_000, 30, 600, 1);
        assert!(found >= 0.99, "{found}");
    }

    #[test]
    fn half_a_per_cent_is_found_in_more_units() {
        // A chi-square test at this level, with a single look, finds 72 % in 100,000.
        let found = alarms(0.505, 100_000, 30, 600, 2);
        assert!(found >= 0.25, "{found}");
        let found = alarms(0.505, 400_000, 30, 200, 3);
        assert!(found >= 0.99, "{found}");
    }

    #[test]
    fn a_right_ratio_rarely_alarms() {
        let wrong = alarms(0.5, 100_000, 100, 1_000, 4);
        assert!(wrong <= 0.01, "{wrong}");
    }
}
