//! An arm's mean and how far to trust it.

use super::moments::Moments;
use serde::Serialize;

/// Fewer units of an arm say nothing.
pub const UNITS_MIN: u64 = 100;

/// Fewer effective events of an arm say nothing.
pub const EVENTS_MIN: f64 = 30.0;

/// The mean of an arm.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Estimate {
    /// How many units.
    pub units: u64,
    /// The mean of a unit, after adjustment.
    pub mean: f64,
    /// The variance of a unit, after adjustment.
    pub variance: f64,
    /// How many events the mean rests on, in effect: see [`events`].
    pub events: f64,
}

impl Estimate {
    /// The variance of the mean.
    #[must_use]
    pub fn squared_error(&self) -> f64 {
        self.variance / self.units.max(1) as f64
    }

    /// With no less variance than this and another arm have together, by units.
    ///
    /// Of rare, heavy-tailed outcomes a small arm that happened to miss the large ones has too low a mean
    /// and too low a variance at once, which looks significant. The larger arm knows better. Never too
    /// little, the variance can only make intervals wider.
    #[must_use]
    pub fn steadied_by(&self, other: &Self) -> Self {
        let (mine, theirs) = (self.units as f64, other.units as f64);
        let pooled = (mine * self.variance + theirs * other.variance) / (mine + theirs).max(1.0);
        Self {
            variance: self.variance.max(pooled),
            ..*self
        }
    }

    /// Whether there is enough for the central limit theorem that all intervals rest on.
    #[must_use]
    pub fn is_enough(&self) -> bool {
        self.units >= UNITS_MIN && self.events >= EVENTS_MIN && self.variance > 0.0
    }
}

impl From<&Moments> for Estimate {
    /// Without adjustment.
    fn from(moments: &Moments) -> Self {
        Self {
            units: moments.units,
            mean: moments.mean,
            variance: moments.variance(),
            events: events(moments),
        }
    }
}

/// Kish's effective number of outcomes (1965, "Survey sampling"): `(sum y)² / sum y²`.
///
/// Of conversions it is their number; of revenue it is less than the number of purchases, the less the
/// more a few of them dominate. Outcomes of both signs cancel, so that their metric stays silent longer.
#[must_use]
pub fn events(moments: &Moments) -> f64 {
    let squares = moments.m2 + moments.units as f64 * moments.mean * moments.mean;
    if squares > 0.0 {
        moments.total().powi(2) / squares
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_conversions_and_fewer_when_some_dominate() {
        let mut moments = Moments::default();
        moments.extend((0..200).map(|unit| (f64::from(u8::from(unit < 40)), 0.0)));
        assert!((events(&moments) - 40.0).abs() < 1e-9);
        assert!(Estimate::from(&moments).is_enough());
        moments.replace(1.0, 100.0, 0.0);
        assert!(events(&moments) < 2.0);
        assert!(!Estimate::from(&moments).is_enough());
    }
}
