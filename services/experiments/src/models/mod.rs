//! Models of arms: trains a solution version, makes a campaign of it, warms it, and deletes it when its
//! arm has lost. Every step finds what an earlier try of it has made, so that a restart resumes.

mod personalize;
mod step;

pub(crate) use personalize::Personalize;
pub(crate) use step::{Progress, advance, retire};
