//! The runtime API: recommendations, rankings and actions from a campaign.

mod actions;
mod answer;
mod availability;
mod chance;
mod choice;
mod exploration;
mod metadata;
mod promotion;
mod ranking;
mod recommendations;
mod request_filter;
mod serving;
mod visitor;

pub(crate) use actions::get_action_recommendations;
pub(crate) use answer::shares;
pub(crate) use exploration::Fresh;
pub(crate) use ranking::get_personalized_ranking;
pub(crate) use recommendations::get_recommendations;
pub(crate) use visitor::Visitor;
