//! The formulas, each with its source.
//!
//! [`moments`] is what is stored of an arm; [`cuped`] makes [`estimate::Estimate`]s of it;
//! [`comparison`] and [`guardrail`] compare two of those with the boundary of [`sequential`].
//! [`mismatch`] needs only counts, [`power`] only a plan.

pub mod comparison;
pub mod cuped;
pub mod estimate;
pub mod guardrail;
pub mod interval;
pub mod mismatch;
pub mod moments;
pub mod power;
pub mod sequential;
pub mod special;
