//! How many units an experiment needs, before it starts.
//!
//! For two arms of `n` units and a difference `d` whose error is `s = sqrt((v1 + v2) / n)`: with a fixed
//! horizon it is found with the wanted power when `d / s = z(1 - alpha/2) + z(power)` (any textbook; e.g.
//! Fleiss 1981). Looking at any time the boundary takes the place of the first quantile:
//! `d / s = radius + z(power)`, with the [radius](super::sequential::Boundary::radius) at the plan,
//! where it is tightest. That counts only what the last look finds; earlier ones find some more, so
//! the power is a little higher than asked, and half of the winners are known well before.
//!
//! CUPED's share of the variance is taken off `v1 + v2` (Deng et al. 2013).

mod question;

pub use question::{Baseline, PowerError, Question};

use super::sequential::Boundary;
use super::special::normal_quantile;
use question::{effect, within};
use serde::Serialize;

/// How many units are needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SampleSize {
    /// Of each arm, if only looked at once, at the end.
    pub fixed_per_arm: u64,
    /// Of each arm, if looked at any time.
    pub sequential_per_arm: u64,
    /// Of all arms, if looked at any time: what to write into an experiment's plan.
    pub sequential_units: u64,
}

/// The units that a question needs.
///
/// # Errors
/// When a number is outside its bounds.
pub fn sample_size(question: &Question) -> Result<SampleSize, PowerError> {
    let (difference, variances) = effect(question)?;
    let Question {
        alpha, power, arms, ..
    } = *question;
    within(
        "alpha",
        alpha,
        alpha > 0.0 && alpha < 0.5,
        "above 0 and below 0.5, such as 0.05",
    )?;
    within(
        "power",
        power,
        (0.5..1.0).contains(&power),
        "0.5 to below 1, such as 0.8",
    )?;
    within(
        "arms",
        arms.into(),
        arms >= 2,
        "2 at least, with the control",
    )?;
    let alpha = alpha / f64::from(arms - 1);
    let per_arm = |errors: f64| (variances * (errors / difference).powi(2)).ceil() as u64;
    // At the plan the radius depends on alpha alone.
    let radius = Boundary::tightest_at(1.0, alpha).radius(1.0, alpha);
    let sequential_per_arm = per_arm(radius + normal_quantile(power));
    Ok(SampleSize {
        fixed_per_arm: per_arm(normal_quantile(1.0 - alpha / 2.0) + normal_quantile(power)),
        sequential_per_arm,
        sequential_units: sequential_per_arm * u64::from(arms),
    })
}

/// How many days it takes until `units` came, at `units_per_day` new ones a day.
///
/// # Errors
/// When nobody comes.
pub fn days(units: u64, units_per_day: f64) -> Result<u32, PowerError> {
    let comes = units_per_day > 0.0 && units_per_day.is_finite();
    within("unitsPerDay", units_per_day, comes, "above 0")?;
    Ok((units as f64 / units_per_day).ceil() as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUESTION: Question = Question {
        baseline: Baseline::Rate(0.04),
        minimum_effect: 0.1,
        alpha: 0.05,
        power: 0.8,
        arms: 2,
        variance_reduction: 0.0,
    };

    #[test]
    fn the_fixed_horizon_agrees_with_the_textbook() {
        // (1.959964 + 0.841621)² (0.04 · 0.96 + 0.044 · 0.956) / 0.004²
        assert_eq!(sample_size(&QUESTION).unwrap().fixed_per_arm, 39_473);
    }

    #[test]
    fn looking_at_any_time_costs_its_price() {
        let size = sample_size(&QUESTION).unwrap();
        let ratio = size.sequential_per_arm as f64 / size.fixed_per_arm as f64;
        assert!((ratio - (3.035_122 + 0.841_621_f64).powi(2) / 7.848_880).abs() < 1e-3);
        assert_eq!(size.sequential_units, 2 * size.sequential_per_arm);
    }

    #[test]
    fn a_covariate_saves_its_share_and_arms_cost() {
        let plain = sample_size(&QUESTION).unwrap();
        let half = Question {
            variance_reduction: 0.5,
            ..QUESTION
        };
        let saved = sample_size(&half).unwrap().sequential_per_arm;
        assert!(saved.abs_diff(plain.sequential_per_arm / 2) <= 1);
        let four = sample_size(&Question {
            arms: 4,
            ..QUESTION
        })
        .unwrap();
        assert!(four.sequential_per_arm > plain.sequential_per_arm);
    }

    #[test]
    fn means_need_their_deviation() {
        let baseline = Baseline::Mean {
            mean: 2.0,
            deviation: 14.0,
        };
        let size = sample_size(&Question {
            baseline,
            ..QUESTION
        })
        .unwrap();
        // 2.1 · 14² · 7.848880 / 0.2²
        assert_eq!(size.fixed_per_arm, 80_765);
        assert_eq!(days(size.sequential_units, 10_000.0).unwrap(), 31);
    }

    #[test]
    fn questions_without_an_answer_say_why() {
        let of = |change: fn(&mut Question)| {
            let mut question = QUESTION;
            change(&mut question);
            sample_size(&question).unwrap_err().to_string()
        };
        assert!(of(|q| q.minimum_effect = 0.0).starts_with("minimumEffect is 0"));
        assert!(of(|q| q.baseline = Baseline::Rate(1.0)).starts_with("rate is 1"));
        assert!(of(|q| q.minimum_effect = 30.0).contains("between 0 and 1"));
        assert!(of(|q| q.power = 0.0).starts_with("power is 0"));
        assert!(of(|q| q.arms = 1).starts_with("arms is 1"));
        assert!(of(|q| q.alpha = 0.7).starts_with("alpha is 0.7"));
        assert!(days(1, 0.0).is_err());
    }
}
