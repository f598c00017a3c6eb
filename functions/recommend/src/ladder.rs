//! Who answers: Personalize; when it cannot, the list of popular products; when there is none,
//! nothing. A shop always gets an answer, and the answer says where it came from.

use std::time::{Duration, Instant};

use shared::config::Strategy;

use crate::{
    answer::{Recommendations, RecommendedItem, Source, shown},
    candidate::{Candidate, Why},
    propose::{Proposal, propose},
    question::{Question, Unasked},
    request::Request,
    services::{Cause, Services},
};

/// An answer, and what operators want to know about it.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// For the shop.
    pub(crate) answer: Recommendations,
    /// How long Personalize took, when it was asked.
    pub(crate) latency: Option<Duration>,
    /// Why Personalize did not answer, when it did not.
    pub(crate) fallback: Option<Cause>,
    /// Popular items that Personalize put in place of what a filter removed.
    pub(crate) placeholders: usize,
}

/// Answers `request`; `asked` are its questions, or why there are none.
pub(crate) async fn answer(
    request: &Request,
    asked: Result<Vec<Question>, Unasked>,
    services: &impl Services,
) -> Outcome {
    let mut outcome = Outcome::nothing(&request.name);
    let proposal = match asked {
        Ok(questions) => {
            let started = Instant::now();
            let proposal = propose(request, &questions, services).await;
            outcome.latency = Some(started.elapsed());
            proposal
        }
        Err(unasked) => Err(cause_of(&unasked)),
    };
    match fill(request, proposal, services).await {
        Ok((proposal, items)) => {
            outcome.placeholders = placeholders(request, &proposal.candidates);
            outcome.answer.recommendation_id = proposal.recommendation_id;
            outcome.answer.source = Source::Personalize;
            outcome.answer.items = items;
        }
        Err(cause) => {
            outcome.fallback = Some(cause);
            outcome.answer.items = popular(request, services).await;
            if !outcome.answer.items.is_empty() {
                outcome.answer.source = Source::PopularList;
            }
        }
    }
    outcome
}

impl Outcome {
    fn nothing(placement: &str) -> Self {
        Self {
            answer: Recommendations {
                placement: placement.to_owned(),
                recommendation_id: None,
                source: Source::None,
                items: Vec::new(),
            },
            latency: None,
            fallback: None,
            placeholders: 0,
        }
    }
}

/// A proposal of which nothing may be shown is no answer.
async fn fill(
    request: &Request,
    proposal: Result<Proposal, Cause>,
    services: &impl Services,
) -> Result<(Proposal, Vec<RecommendedItem>), Cause> {
    let proposal = proposal?;
    let items = shelf(request, &proposal.candidates, services).await;
    if items.is_empty() {
        return Err(Cause::Empty);
    }
    Ok((proposal, items))
}

fn cause_of(unasked: &Unasked) -> Cause {
    match unasked {
        Unasked::NobodyNamed => Cause::NobodyNamed,
        Unasked::NotThere { kind, name } => {
            tracing::warn!(
                kind,
                name,
                "declared, but not there yet: run apply-estate and retrain"
            );
            Cause::NotThere
        }
    }
}

/// Only where popular items were not what was asked for.
fn placeholders(request: &Request, candidates: &[Candidate]) -> usize {
    if request.placement.strategy == Strategy::Popular {
        return 0;
    }
    let popular = |candidate: &&Candidate| candidate.why == Why::Popular;
    candidates.iter().filter(popular).count()
}

async fn popular(request: &Request, services: &impl Services) -> Vec<RecommendedItem> {
    let listed = services.popular().await.unwrap_or_default();
    let candidate = |id| Candidate {
        id,
        score: None,
        why: Why::Popular,
    };
    let candidates: Vec<Candidate> = listed.into_iter().map(candidate).collect();
    shelf(request, &candidates, services).await
}

/// The products of `candidates` that are shown, with what the catalogue knows of them.
async fn shelf(
    request: &Request,
    candidates: &[Candidate],
    services: &impl Services,
) -> Vec<RecommendedItem> {
    if candidates.is_empty() {
        return Vec::new();
    }
    let ids = candidates.iter().map(|candidate| candidate.id.as_str());
    let ids: Vec<&str> = ids
        .chain(request.context.iter().map(String::as_str))
        .collect();
    let products = services.products(&ids).await;
    shown(candidates, &products, &request.context, request.limit)
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use serde_json::{Value, json};

    use super::*;
    use crate::fake::{Fake, Reply, sound};

    async fn ask(arguments: Value, fake: Fake) -> Outcome {
        let (request, asked) = sound(arguments);
        answer(&request, asked, &fake).await
    }

    fn ids(outcome: &Outcome) -> Vec<&str> {
        let items = outcome.answer.items.iter();
        items.map(|item| item.id.as_str()).collect()
    }

    #[tokio::test]
    async fn personalize_answers_with_reasons_and_its_id() {
        let fake = Fake {
            personalize: HashMap::from([("", Reply::Items(&["a", "popular-b", "c"]))]),
            ..Fake::default()
        };
        let outcome = ask(
            json!({"placement": "home", "userId": "u", "limit": 2}),
            fake,
        )
        .await;
        assert_eq!(outcome.answer.source, Source::Personalize);
        assert_eq!(outcome.answer.recommendation_id.as_deref(), Some("rid-"));
        assert_eq!(ids(&outcome), ["a", "popular-b"]);
        assert_eq!(outcome.answer.items[1].reason, "Popular right now");
        assert_eq!((outcome.placeholders, outcome.fallback), (1, None));
    }

    #[tokio::test]
    async fn a_personalize_that_never_answers_is_left_for_the_popular_list() {
        let fake = Fake {
            personalize: HashMap::from([("", Reply::NeverComes)]),
            popular: vec!["a".into(), "b".into()],
            sold_out: vec!["a"],
        };
        let outcome = ask(json!({"placement": "home", "sessionId": "s"}), fake).await;
        assert_eq!(outcome.fallback, Some(Cause::Timeout));
        assert_eq!(outcome.answer.source, Source::PopularList);
        assert_eq!(ids(&outcome), ["b"]);
        assert_eq!(outcome.answer.recommendation_id, None);
    }

    #[tokio::test]
    async fn an_answer_of_which_all_is_sold_out_is_no_answer() {
        let fake = Fake {
            personalize: HashMap::from([("", Reply::Items(&["a"]))]),
            popular: vec!["b".into()],
            sold_out: vec!["a"],
        };
        let outcome = ask(json!({"placement": "home", "userId": "u"}), fake).await;
        assert_eq!(outcome.fallback, Some(Cause::Empty));
        assert_eq!(ids(&outcome), ["b"]);
    }

    #[tokio::test]
    async fn without_any_list_the_answer_is_empty_but_an_answer() {
        let outcome = ask(json!({"placement": "home"}), Fake::default()).await;
        assert_eq!(outcome.fallback, Some(Cause::NobodyNamed));
        assert_eq!(outcome.answer.source, Source::None);
        assert_eq!(outcome.latency, None);
    }
}
