//! What is asked of a plan, and its bounds.

use serde::{Deserialize, Serialize};

/// What is known of the primary metric.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub enum Baseline {
    /// A conversion rate, above 0 and below 1.
    Rate(f64),
    /// The mean of a unit and its standard deviation, zeros included, in the metric's unit.
    Mean {
        /// The mean, not zero.
        mean: f64,
        /// The standard deviation, above 0.
        deviation: f64,
    },
}

/// What is to be found.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Question {
    /// The control's metric.
    pub baseline: Baseline,
    /// The smallest relative difference that matters: 0.05 or -0.05 is five per cent.
    pub minimum_effect: f64,
    /// The chance to see a difference where there is none; divided among the arms.
    pub alpha: f64,
    /// The chance to see one that is there.
    pub power: f64,
    /// How many arms with the control, with the same weight.
    pub arms: u32,
    /// The squared correlation of outcome and covariate: 0 without CUPED.
    pub variance_reduction: f64,
}

/// A question without an answer.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum PowerError {
    /// A number outside its bounds.
    #[error("{field} is {value}: {remedy}")]
    OutOfBounds {
        /// Which one.
        field: &'static str,
        /// What it is.
        value: f64,
        /// What it should be.
        remedy: &'static str,
    },
}

/// The difference to find and the sum of both arms' variances.
pub(super) fn effect(question: &Question) -> Result<(f64, f64), PowerError> {
    let relative = question.minimum_effect;
    let is_effect = relative != 0.0 && relative.is_finite();
    within(
        "minimumEffect",
        relative,
        is_effect,
        "not 0, such as 0.05 for five per cent",
    )?;
    let reduction = question.variance_reduction;
    within(
        "varianceReduction",
        reduction,
        (0.0..1.0).contains(&reduction),
        "0 to below 1, the squared correlation with the covariate",
    )?;
    let (mean, variances) = match question.baseline {
        Baseline::Rate(rate) => {
            within(
                "rate",
                rate,
                rate > 0.0 && rate < 1.0,
                "above 0 and below 1",
            )?;
            let changed = rate * (1.0 + relative);
            within(
                "minimumEffect",
                relative,
                changed > 0.0 && changed < 1.0,
                "the changed rate must stay between 0 and 1",
            )?;
            (rate, rate * (1.0 - rate) + changed * (1.0 - changed))
        }
        Baseline::Mean { mean, deviation } => {
            within("mean", mean, mean != 0.0 && mean.is_finite(), "not 0")?;
            let is_deviation = deviation > 0.0 && deviation.is_finite();
            within("deviation", deviation, is_deviation, "above 0")?;
            // The more units buy, the more they vary: in proportion, as of counts and revenue.
            (mean, deviation * deviation * (2.0 + relative))
        }
    };
    Ok((mean * relative, variances * (1.0 - reduction)))
}

pub(super) fn within(
    field: &'static str,
    value: f64,
    holds: bool,
    remedy: &'static str,
) -> Result<(), PowerError> {
    if holds {
        Ok(())
    } else {
        Err(PowerError::OutOfBounds {
            field,
            value,
            remedy,
        })
    }
}
