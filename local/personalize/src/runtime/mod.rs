//! The runtime API: recommendations and rankings from a campaign.

mod ranking;
mod recommendations;
mod serving;

pub(crate) use ranking::get_personalized_ranking;
pub(crate) use recommendations::get_recommendations;
