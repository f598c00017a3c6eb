//! Who answers: Personalize; when it cannot, the list of popular products; when there is none,
//! nothing. A shop always gets an answer, and the answer says where it came from.

use std::time::{Duration, Instant};

use futures::{StreamExt, stream};
use shared::config::Strategy;

use crate::{
    answer::{Recommendations, RecommendedItem, Source, shown},
    candidate::{Candidate, Why},
    merge::merge,
    question::{Question, Unasked},
    request::{Request, Visitor},
    services::{Cause, Prediction, Services},
};

/// Personalize's time for all questions of a request. What has come by then is used.
/// Tests that wait for its end wait less.
const PERSONALIZE_TIME: Duration = Duration::from_millis(if cfg!(test) { 30 } else { 1_500 });

/// Questions of one cart that are asked at once.
const QUESTIONS_AT_ONCE: usize = 8;

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

/// What Personalize proposes.
struct Proposal {
    recommendation_id: Option<String>,
    candidates: Vec<Candidate>,
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

/// Asks Personalize. Of a cart, the answers that came are enough.
async fn propose(
    request: &Request,
    questions: &[Question],
    services: &impl Services,
) -> Result<Proposal, Cause> {
    let ask = async |(place, question)| (place, services.predict(question).await);
    let mut answers: Vec<(usize, Result<Prediction, Cause>)> =
        stream::iter(questions.iter().enumerate())
            .map(ask)
            .buffer_unordered(QUESTIONS_AT_ONCE)
            .take_until(tokio::time::sleep(PERSONALIZE_TIME))
            .collect()
            .await;
    answers.sort_by_key(|(place, _)| *place);
    let mut cause = Cause::Timeout;
    let mut recommendation_id = None;
    let mut lists = Vec::with_capacity(answers.len());
    for (place, answer) in answers {
        match answer {
            Ok(prediction) => {
                recommendation_id = prediction.recommendation_id.clone();
                lists.push(candidates(request, &questions[place], prediction));
            }
            Err(failed) => cause = failed,
        }
    }
    if questions.len() > 1 {
        recommendation_id = None;
    }
    let candidates = match lists.len() {
        0 => return Err(cause),
        1 => lists.swap_remove(0),
        _ => merge(lists),
    };
    Ok(Proposal {
        recommendation_id,
        candidates,
    })
}

fn candidates(request: &Request, question: &Question, prediction: Prediction) -> Vec<Candidate> {
    let usual = match (request.placement.strategy, &question.item, &request.visitor) {
        (Strategy::Similar, Some(item), _) => Why::GoesWith(item.clone()),
        (Strategy::ForYou, _, Visitor::Customer(_)) => Why::Taste,
        (Strategy::ForYou, _, Visitor::Session(_)) => Why::Visit,
        _ => Why::Popular,
    };
    let candidate = |item: crate::services::PredictedItem| Candidate {
        why: Why::said_by_personalize(&item.reasons).unwrap_or_else(|| usual.clone()),
        id: item.id,
        score: item.score,
    };
    prediction.items.into_iter().map(candidate).collect()
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
    use std::{collections::HashMap, sync::Arc};

    use serde_json::{Value, json};

    use super::*;
    use crate::{
        answer::Products, estate::EstateView, question::questions, services::PredictedItem,
    };

    /// What Personalize does about one product of the context, or about the user (key "").
    enum Reply {
        Items(&'static [&'static str]),
        Fails(Cause),
        NeverComes,
    }

    #[derive(Default)]
    struct Fake {
        personalize: HashMap<&'static str, Reply>,
        popular: Vec<String>,
        sold_out: Vec<&'static str>,
    }

    impl Services for Fake {
        async fn predict(&self, question: &Question) -> Result<Prediction, Cause> {
            let about = question.item.as_deref().unwrap_or_default();
            match &self.personalize[about] {
                Reply::Items(ids) => Ok(Prediction {
                    recommendation_id: Some(format!("rid-{about}")),
                    items: ids.iter().map(|id| predicted(id)).collect(),
                }),
                Reply::Fails(cause) => Err(*cause),
                Reply::NeverComes => std::future::pending().await,
            }
        }

        async fn popular(&self) -> Result<Vec<String>, Cause> {
            Ok(self.popular.clone())
        }

        async fn products(&self, ids: &[&str]) -> Products {
            let product = |id: &&str| {
                let item = json!({
                    "itemId": id, "title": format!("THE {id}"), "price": 1.0,
                    "available": !self.sold_out.contains(id), "contentHash": "", "updatedAt": 0,
                });
                (
                    (*id).to_owned(),
                    Arc::new(serde_json::from_value(item).unwrap()),
                )
            };
            ids.iter().map(product).collect()
        }
    }

    /// Ids that begin with `popular` are placeholders.
    fn predicted(id: &str) -> PredictedItem {
        PredictedItem {
            id: id.to_owned(),
            score: Some(0.5),
            reasons: match id.starts_with("popular") {
                true => vec!["Popular item".to_owned()],
                false => Vec::new(),
            },
        }
    }

    async fn ask(arguments: Value, fake: Fake) -> Outcome {
        let shipped = include_str!("../../../config/personalization.yaml");
        let estate = EstateView::complete(shared::config::parse("test.yaml", shipped).unwrap());
        let arguments = serde_json::from_value(arguments).unwrap();
        let request = Request::new(arguments, &estate.config).unwrap();
        answer(&request, questions(&request, &estate), &fake).await
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

    #[tokio::test]
    async fn of_a_cart_the_answers_that_came_are_enough() {
        let fake = Fake {
            personalize: HashMap::from([
                ("lantern", Reply::Items(&["x", "mug", "y"])),
                ("mug", Reply::Fails(Cause::Busy)),
                ("bag", Reply::NeverComes),
            ]),
            ..Fake::default()
        };
        let cart = json!({"placement": "cart", "itemIds": ["lantern", "mug", "bag"]});
        let outcome = ask(cart, fake).await;
        assert_eq!(ids(&outcome), ["x", "y"]);
        assert_eq!(outcome.answer.items[0].reason, "Goes with THE lantern");
        assert_eq!(outcome.answer.recommendation_id, None);
    }
}
