//! Who answers: Personalize or what it said before; when it cannot, the list made ready for the user
//! or the product, the popular list of their segment, the popular list of everybody, the items
//! declared; when there are none, nothing. A shop always gets an answer, in time, and the answer says
//! where it came from.

mod fall_back;
mod gather;
mod shelf;

use std::{collections::HashSet, time::Duration};

use experiment::definition::Definitions;
use shared::config::Strategy;

use crate::{
    answer::{Recommendations, Source},
    candidate::{Candidate, Why},
    deadline::Deadline,
    estate::EstateView,
    experiments::Draft,
    kept::Kept,
    ladder::{fall_back::fall_back, shelf::Shelf},
    request::Request,
    rules::{Dropped, Hidden, Placed},
    services::{Cause, Services},
};

pub(crate) use gather::{Gathered, gather};

/// An answer, and what operators want to know about it.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// For the shop.
    pub(crate) answer: Recommendations,
    /// How long Personalize took, when it was asked.
    pub(crate) latency: Option<Duration>,
    /// The rungs that gave nothing, and why.
    pub(crate) tried: Vec<(Source, Cause)>,
    /// Popular items that Personalize put in place of what a filter removed.
    pub(crate) placeholders: usize,
    /// The items in their places.
    pub(crate) placed: Vec<Placed>,
    /// What is not shown.
    pub(crate) dropped: Vec<Dropped>,
    /// Personalize's answers to be kept.
    pub(crate) new: Vec<Kept>,
    /// Whose item is whose, when arms were blended.
    pub(crate) draft: Option<Draft>,
}

/// What requests are answered with.
#[derive(Debug)]
pub(crate) struct House<'a, S> {
    /// What is declared, and there.
    pub(crate) estate: &'a EstateView,
    /// The experiments.
    pub(crate) definitions: &'a Definitions,
    /// The outside world.
    pub(crate) services: &'a S,
    /// When the answer is due.
    pub(crate) deadline: Deadline,
}

/// Answers what was gathered, from the first rung of the ladder that has something to show. What is
/// in `elsewhere` is shown on the page already.
pub(crate) async fn climb<S: Services>(
    gathered: Gathered,
    elsewhere: &HashSet<String>,
    house: &House<'_, S>,
) -> (Request, Outcome) {
    let request = gathered.request;
    let memory = gathered.memory.unwrap_or_default();
    let shelf = Shelf {
        request: &request,
        hidden: Hidden {
            bought: &memory.bought(),
            elsewhere,
        },
        services: house.services,
        deadline: &house.deadline,
    };
    let mut outcome = Outcome::nothing(&request.name, gathered.latency);
    let mut id = None;
    match gathered.proposal {
        Ok(proposal) => {
            outcome.placeholders = placeholders(&request, &proposal.candidates);
            outcome.new = proposal.new;
            if shelf
                .fill(&mut outcome, proposal.source, &proposal.candidates)
                .await
            {
                id = Some(proposal.recommendation_id.unwrap_or(gathered.id.clone()));
                outcome.draft = gathered.draft;
            }
        }
        Err(Cause::Unasked) => {}
        Err(cause) => outcome.tried.push((Source::Personalize, cause)),
    }
    if id.is_none() {
        fall_back(&shelf, &mut outcome).await;
    }
    if outcome.answer.source != Source::None {
        outcome.answer.recommendation_id = Some(id.unwrap_or(gathered.id));
    }
    outcome.answer.experiments = gathered.participations;
    (request, outcome)
}

/// Only where popular items were not what was asked for.
fn placeholders(request: &Request, candidates: &[Candidate]) -> usize {
    if request.placement.strategy == Strategy::Popular {
        return 0;
    }
    let popular = |candidate: &&Candidate| candidate.why == Why::Popular;
    candidates.iter().filter(popular).count()
}

impl Outcome {
    /// Whether it is what Personalize said before, under Personalize's own id.
    pub(crate) fn is_kept(&self) -> bool {
        let id = self.answer.recommendation_id.as_deref();
        self.answer.source == Source::Cache && id.is_some_and(|id| !id.starts_with(gather::OUR_ID))
    }

    fn nothing(placement: &str, latency: Option<Duration>) -> Self {
        Self {
            answer: Recommendations {
                placement: placement.to_owned(),
                recommendation_id: None,
                source: Source::None,
                experiments: Vec::new(),
                items: Vec::new(),
            },
            latency,
            tried: Vec::new(),
            placeholders: 0,
            placed: Vec::new(),
            dropped: Vec::new(),
            new: Vec::new(),
            draft: None,
        }
    }
}

#[cfg(test)]
mod tests;
