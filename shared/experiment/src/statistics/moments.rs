//! What is stored of an arm: moments of an outcome and a covariate, which can be merged.
//!
//! The formulas are those of Chan, Golub and LeVeque 1979 ("Updating formulae and a pairwise algorithm
//! for computing sample variances") and, for the co-moment, of Pébay 2008 (SAND2008-6212): sums of
//! squares about the mean, because the textbook's difference of two large sums loses all its digits.

use serde::{Deserialize, Serialize};

/// Moments of the outcome Y of an arm's units and of their covariate X from before the experiment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Moments {
    /// How many units.
    pub units: u64,
    /// The mean of Y.
    pub mean: f64,
    /// The sum of squares of Y about its mean.
    pub m2: f64,
    /// The mean of X; 0 without a covariate.
    pub covariate_mean: f64,
    /// The sum of squares of X about its mean.
    pub covariate_m2: f64,
    /// The sum of products of Y and X about their means.
    pub comoment: f64,
}

impl Moments {
    /// Counts a unit with its outcome and its covariate (0 where there is none).
    pub fn add(&mut self, outcome: f64, covariate: f64) {
        self.merge(&Self {
            units: 1,
            mean: outcome,
            covariate_mean: covariate,
            ..Self::default()
        });
    }

    /// Counts the units of another, which must be other units.
    pub fn merge(&mut self, other: &Self) {
        if other.units == 0 {
            return;
        }
        let (mine, theirs) = (self.units as f64, other.units as f64);
        let all = mine + theirs;
        let delta = other.mean - self.mean;
        let covariate_delta = other.covariate_mean - self.covariate_mean;
        let weight = mine * theirs / all;
        self.units += other.units;
        self.mean += delta * theirs / all;
        self.m2 += other.m2 + delta * delta * weight;
        self.covariate_mean += covariate_delta * theirs / all;
        self.covariate_m2 += other.covariate_m2 + covariate_delta * covariate_delta * weight;
        self.comoment += other.comoment + delta * covariate_delta * weight;
    }

    /// Gives a unit that was counted another outcome, as its events arrive; the covariate must be the one
    /// it was counted with. Without units nothing happens, because none was counted.
    pub fn replace(&mut self, old: f64, new: f64, covariate: f64) {
        if self.units == 0 {
            return;
        }
        let delta = new - old;
        let old_mean = self.mean;
        self.mean += delta / self.units as f64;
        // Rounding must not make a sum of squares negative.
        self.m2 = (self.m2 + delta * ((old - old_mean) + (new - self.mean))).max(0.0);
        self.comoment += delta * (covariate - self.covariate_mean);
    }

    /// The sum of the outcomes.
    #[must_use]
    pub fn total(&self) -> f64 {
        self.mean * self.units as f64
    }

    /// The sample variance of Y; 0 with fewer than two units.
    #[must_use]
    pub fn variance(&self) -> f64 {
        self.per_degree(self.m2)
    }

    /// The sample variance of X; 0 with fewer than two units.
    #[must_use]
    pub fn covariate_variance(&self) -> f64 {
        self.per_degree(self.covariate_m2)
    }

    /// The sample covariance of Y and X; 0 with fewer than two units.
    #[must_use]
    pub fn covariance(&self) -> f64 {
        self.per_degree(self.comoment)
    }

    fn per_degree(&self, sum: f64) -> f64 {
        if self.units < 2 {
            0.0
        } else {
            sum / (self.units - 1) as f64
        }
    }
}

impl Extend<(f64, f64)> for Moments {
    fn extend<I: IntoIterator<Item = (f64, f64)>>(&mut self, units: I) {
        for (outcome, covariate) in units {
            self.add(outcome, covariate);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNITS: [(f64, f64); 6] = [
        (0.0, 1.0),
        (12.5, 3.0),
        (0.0, 0.0),
        (99.0, 40.0),
        (3.0, 2.0),
        (0.0, 7.0),
    ];

    fn of(units: &[(f64, f64)]) -> Moments {
        let mut moments = Moments::default();
        moments.extend(units.iter().copied());
        moments
    }

    fn same(a: &Moments, b: &Moments) {
        assert_eq!(a.units, b.units);
        let pairs = [
            (a.mean, b.mean),
            (a.m2, b.m2),
            (a.covariate_mean, b.covariate_mean),
            (a.covariate_m2, b.covariate_m2),
            (a.comoment, b.comoment),
        ];
        for (a, b) in pairs {
            assert!((a - b).abs() <= 1e-9 * b.abs().max(1.0), "{a} is not {b}");
        }
    }

    #[test]
    fn agree_with_two_passes() {
        let n = UNITS.len() as f64;
        let mean = UNITS.iter().map(|u| u.0).sum::<f64>() / n;
        let covariate_mean = UNITS.iter().map(|u| u.1).sum::<f64>() / n;
        let moments = of(&UNITS);
        same(
            &moments,
            &Moments {
                units: 6,
                mean,
                m2: UNITS.iter().map(|u| (u.0 - mean).powi(2)).sum(),
                covariate_mean,
                covariate_m2: UNITS.iter().map(|u| (u.1 - covariate_mean).powi(2)).sum(),
                comoment: UNITS
                    .iter()
                    .map(|u| (u.0 - mean) * (u.1 - covariate_mean))
                    .sum(),
            },
        );
        assert!((moments.total() - 114.5).abs() < 1e-9);
    }

    #[test]
    fn merge_in_any_split() {
        for split in 0..=UNITS.len() {
            let (left, right) = UNITS.split_at(split);
            let mut merged = of(left);
            merged.merge(&of(right));
            same(&merged, &of(&UNITS));
        }
    }

    #[test]
    fn a_unit_that_grows_is_as_if_it_had_come_so() {
        let mut growing = of(&UNITS.map(|(_, x)| (0.0, x)));
        for (outcome, covariate) in UNITS {
            growing.replace(0.0, outcome / 2.0, covariate);
            growing.replace(outcome / 2.0, outcome, covariate);
        }
        same(&growing, &of(&UNITS));
    }

    #[test]
    fn large_values_keep_their_digits() {
        let mut moments = of(&[(1e9, 0.0); 1_000]);
        for _ in 0..500 {
            moments.replace(1e9, 1e9 + 1.0, 0.0);
        }
        assert!((moments.variance() - 250.0 / 999.0).abs() < 1e-3);
    }

    #[test]
    fn nothing_counted_has_no_variance() {
        let mut none = Moments::default();
        none.replace(0.0, 1.0, 0.0);
        assert_eq!(none, Moments::default());
        assert_eq!(of(&[(5.0, 1.0)]).variance(), 0.0);
    }
}
