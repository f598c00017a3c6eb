//! What clicks on blended lists say of the arms: wins and losses per unit.
//!
//! A unit's clicks are points of the teams that placed the items. The unit is a win for the arm with more
//! points than the control, a loss for one with fewer, else a tie (Radlinski, Kurup and Joachims 2008).
//! Per unit, not per request, because clicks of one person are not independent.

use crate::interleave::Pick;
use crate::statistics::estimate::UNITS_MIN;
use crate::statistics::interval::Interval;
use crate::statistics::sequential::Boundary;
use crate::statistics::special::normal_cdf;
use serde::{Deserialize, Serialize};

/// The points of each team from the clicked positions, counted from 0. A position clicked twice is one
/// point; one that was not in the list is none.
#[must_use]
pub fn points<T>(blended: &[Pick<T>], clicked: &[usize], teams: usize) -> Vec<u32> {
    let mut points = vec![0; teams];
    for (position, pick) in blended.iter().enumerate() {
        if clicked.contains(&position)
            && let Some(points) = points.get_mut(pick.team)
        {
            *points += 1;
        }
    }
    points
}

/// How units decided between an arm and the control.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Preference {
    /// Units with more points for the arm.
    pub wins: u64,
    /// Units with more points for the control.
    pub losses: u64,
    /// Units with as many, none included.
    pub ties: u64,
}

/// What a [`Preference`] amounts to.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Preferred {
    /// The share of deciding units that prefer the arm, with bounds that hold at all times together;
    /// half is indifference. `None` below a hundred deciding units.
    pub share: Option<Interval>,
    /// The always-valid p-value of indifference.
    pub p_value: f64,
    /// The sign test's p-value, valid only if this is the only look.
    pub fixed_p_value: f64,
}

impl Preference {
    /// Counts a unit by the points of the arm and of the control.
    pub fn count(&mut self, arm: u32, control: u32) {
        match arm.cmp(&control) {
            std::cmp::Ordering::Greater => self.wins += 1,
            std::cmp::Ordering::Less => self.losses += 1,
            std::cmp::Ordering::Equal => self.ties += 1,
        }
    }

    /// What it amounts to, at a level `alpha`, tuned to `planned` deciding units.
    ///
    /// Ties tell nothing of the direction and are left out, as in the sign test. Its p-value is the normal
    /// approximation with a correction for continuity.
    #[must_use]
    pub fn evaluate(&self, planned: f64, alpha: f64) -> Preferred {
        let (wins, losses) = (self.wins as f64, self.losses as f64);
        let units = wins + losses;
        let difference = (wins - losses).abs();
        let fixed_p_value = if units > 0.0 {
            2.0 * normal_cdf(-(difference - 1.0).max(0.0) / units.sqrt())
        } else {
            1.0
        };
        if self.wins + self.losses < UNITS_MIN {
            return Preferred {
                share: None,
                p_value: 1.0,
                fixed_p_value,
            };
        }
        let boundary = Boundary::tightest_at(planned, alpha);
        let estimate = wins / units;
        // The deviation of indifference, the largest that there is: wins and losses of a few units
        // may all be on one side.
        let error = 0.5 / units.sqrt();
        let half = boundary.radius(units, alpha) * error;
        Preferred {
            share: Some(Interval {
                lower: (estimate - half).max(0.0),
                estimate,
                upper: (estimate + half).min(1.0),
            }),
            p_value: boundary.p_value(units, (estimate - 0.5) / error),
            fixed_p_value,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pick(team: usize) -> Pick<&'static str> {
        Pick { item: "i", team }
    }

    #[test]
    fn clicks_are_points_of_the_team_that_placed_the_item() {
        let blended = [pick(0), pick(1), pick(1), pick(0)];
        assert_eq!(points(&blended, &[1, 2, 2, 3, 9], 2), [1, 2]);
        assert_eq!(points(&blended, &[], 3), [0, 0, 0]);
    }

    #[test]
    fn units_are_counted_by_who_has_more() {
        let mut preference = Preference::default();
        for (arm, control) in [(2, 1), (1, 0), (0, 3), (0, 0), (2, 2)] {
            preference.count(arm, control);
        }
        let counted = (preference.wins, preference.losses, preference.ties);
        assert_eq!(counted, (2, 1, 2));
    }

    #[test]
    fn a_clear_preference_is_found_and_a_small_one_is_not() {
        let of = |wins, losses| {
            let ties = 5_000;
            Preference { wins, losses, ties }.evaluate(1_000.0, 0.05)
        };
        let clear = of(600, 400);
        assert!(clear.p_value < 0.001 && clear.share.unwrap().lower > 0.5);
        let small = of(520, 480);
        assert!(small.p_value > 0.05 && small.share.unwrap().contains(0.5));
        // (520 - 480 - 1) / sqrt(1000) standard errors
        assert!((small.fixed_p_value - 0.217_476_9).abs() < 1e-5);
        assert_eq!(of(60, 20).share, None);
        assert_eq!(of(0, 0).fixed_p_value, 1.0);
    }
}
