//! What is proposed for a request: the answers kept from before, Personalize's to the other
//! questions within their time, and one list of candidates out of them.

use std::{sync::Arc, time::Instant};

use futures::{StreamExt, stream};
use jiff::Timestamp;
use shared::{config::Strategy, visitor::Visitor};

use crate::{
    answer::Source,
    candidate::{Candidate, Why},
    deadline::Deadline,
    kept::Kept,
    merge::merge,
    question::{MAX_RESULTS, Question},
    request::Request,
    services::{Cause, Keep, PredictedItem, Prediction, Recalled, Services},
};

/// Questions of one cart that are asked at once.
const QUESTIONS_AT_ONCE: usize = 8;

/// What is proposed.
#[derive(Debug)]
pub(crate) struct Proposal {
    /// Kept answers alone, or Personalize.
    pub(crate) source: Source,
    /// Personalize's id of the answer; none when it is made of several.
    pub(crate) recommendation_id: Option<String>,
    /// Best first.
    pub(crate) candidates: Vec<Candidate>,
    /// Answers to be kept.
    pub(crate) new: Vec<Kept>,
}

impl Default for Proposal {
    fn default() -> Self {
        Self {
            source: Source::Cache,
            recommendation_id: None,
            candidates: Vec::new(),
            new: Vec::new(),
        }
    }
}

/// An answer, and whether Personalize gave it just now.
type Answer = Result<(Prediction, bool), Cause>;

/// Finds answers to `questions`. Of a cart, those that came are enough.
pub(crate) async fn propose(
    request: &Request,
    questions: &[Question],
    recalled: &Recalled,
    life: i64,
    services: &impl Services,
    deadline: &Deadline,
) -> Result<Proposal, Cause> {
    let answers = answers(questions, recalled, life, services, deadline).await;
    let now = Timestamp::now().as_second();
    let mut proposal = Proposal::default();
    let mut cause = Cause::Timeout;
    let mut lists = Vec::with_capacity(answers.len());
    for (place, answer) in answers {
        let question = &questions[place];
        let (prediction, is_new) = match answer {
            Ok(answered) => answered,
            Err(failed) => {
                cause = failed;
                continue;
            }
        };
        if questions.len() == 1 {
            proposal.recommendation_id = prediction.recommendation_id.clone();
        }
        lists.push(candidates(request, question, &prediction.items));
        if is_new {
            proposal.source = Source::Personalize;
            if let Some(keep) = keep(question, recalled, life) {
                proposal
                    .new
                    .push(Kept::new(question, prediction, keep, now));
            }
        }
    }
    proposal.candidates = match lists.len() {
        0 => return Err(cause),
        1 => lists.swap_remove(0),
        _ => merge(lists),
    };
    proposal.candidates.truncate(MAX_RESULTS);
    Ok(proposal)
}

/// The answers that are there in time, by the places of their questions.
async fn answers(
    questions: &[Question],
    recalled: &Recalled,
    life: i64,
    services: &impl Services,
    deadline: &Deadline,
) -> Vec<(usize, Answer)> {
    let now = Timestamp::now().as_second();
    let memory = recalled.memory.as_ref().filter(|_| recalled.is_current);
    let (mut answers, mut open): (Vec<(usize, Answer)>, Vec<usize>) = (Vec::new(), Vec::new());
    for (place, question) in questions.iter().enumerate() {
        let kept: Option<&Arc<Kept>> = recalled.answers.get(&question.key());
        match kept.filter(|kept| kept.answers(question, memory, now)) {
            Some(kept) => answers.push((place, Ok((kept.prediction.clone(), false)))),
            None => open.push(place),
        }
    }
    let until = Instant::now() + deadline.for_personalize();
    let ask = async |place: usize| {
        let question = &questions[place];
        // Of a large cart the last questions have less time, and when it is up they are not asked.
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return (place, Err(Cause::Timeout));
        }
        let keep = keep(question, recalled, life);
        let answer = services.predict(question, keep, left).await;
        (place, answer.map(|prediction| (prediction, true)))
    };
    let asked: Vec<(usize, Answer)> = stream::iter(open)
        .map(ask)
        .buffer_unordered(QUESTIONS_AT_ONCE)
        .collect()
        .await;
    answers.extend(asked);
    answers.sort_by_key(|(place, _)| *place);
    answers
}

/// How an answer to `question` is kept, for `life` seconds. Of a visitor whose memory cannot be read
/// nobody knows when it goes stale.
fn keep(question: &Question, recalled: &Recalled, life: i64) -> Option<Keep> {
    let may_be_kept = life > 0 && (recalled.is_current || !question.is_personal());
    let memory = recalled.memory.as_ref();
    may_be_kept.then(|| Keep {
        generation: memory.map_or(0, |memory| memory.generation),
        life,
    })
}

fn candidates(request: &Request, question: &Question, items: &[PredictedItem]) -> Vec<Candidate> {
    let usual = match (request.placement.strategy, &question.item, &request.visitor) {
        (Strategy::Similar, Some(item), _) => Why::GoesWith(item.clone()),
        (Strategy::ForYou | Strategy::Rank, _, Visitor::User(_)) => Why::Taste,
        (Strategy::ForYou | Strategy::Rank, _, Visitor::Session(_)) => Why::Visit,
        (Strategy::Trending, _, _) => Why::Trending,
        _ => Why::Popular,
    };
    let candidate = |item: &PredictedItem| Candidate {
        why: Why::said_by_personalize(&item.reasons).unwrap_or_else(|| usual.clone()),
        id: item.id.clone(),
        score: item.score,
    };
    items.iter().map(candidate).collect()
}

/// `candidates` in the order that `ranked` has; what it does not have stays behind, in its order.
pub(crate) fn in_order_of(candidates: Vec<Candidate>, ranked: &Prediction) -> Vec<Candidate> {
    let mut left: Vec<Option<Candidate>> = candidates.into_iter().map(Some).collect();
    let mut ordered = Vec::with_capacity(left.len());
    for item in &ranked.items {
        let known = left
            .iter_mut()
            .find(|one| one.as_ref().is_some_and(|one| one.id == item.id));
        if let Some(candidate) = known.and_then(Option::take) {
            ordered.push(Candidate {
                score: item.score,
                ..candidate
            });
        }
    }
    ordered.extend(left.into_iter().flatten());
    ordered
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use serde_json::json;
    use shared::config::Serving;

    use super::*;
    use crate::fake::{Fake, Reply, candidates as listed, sound};

    /// What is proposed for a cart of a lantern, a mug and a bag, as (item, because of).
    async fn cart(replies: [Reply; 3]) -> Result<Vec<(String, Why)>, Cause> {
        let arguments = json!({"placement": "cart", "itemIds": ["lantern", "mug", "bag"]});
        let (request, asked) = sound(Visitor::Nobody, arguments);
        let fake = Fake {
            personalize: HashMap::from_iter(["lantern", "mug", "bag"].into_iter().zip(replies)),
            ..Fake::default()
        };
        let deadline = Deadline::new(&Serving::default(), Instant::now());
        let recalled = Recalled::default();
        let proposal = propose(&request, &asked.unwrap(), &recalled, 60, &fake, &deadline).await?;
        assert_eq!(proposal.recommendation_id, None);
        let candidates = proposal.candidates.into_iter();
        Ok(candidates.map(|one| (one.id, one.why)).collect())
    }

    fn goes_with(item: &str, because_of: &str) -> (String, Why) {
        (item.to_owned(), Why::GoesWith(because_of.to_owned()))
    }

    #[tokio::test]
    async fn of_a_cart_the_answers_that_came_are_enough() {
        let replies = [
            Reply::Items(&["x", "y"]),
            Reply::Fails(Cause::Busy),
            Reply::NeverComes,
        ];
        let expected = vec![goes_with("x", "lantern"), goes_with("y", "lantern")];
        assert_eq!(cart(replies).await, Ok(expected));
    }

    #[tokio::test]
    async fn a_cart_none_of_whose_questions_is_answered_has_a_cause() {
        let replies = [(), (), ()].map(|()| Reply::NeverComes);
        assert_eq!(cart(replies).await, Err(Cause::Timeout));
        let replies = [(), (), ()].map(|()| Reply::Fails(Cause::Refused));
        assert_eq!(cart(replies).await, Err(Cause::Refused));
    }

    #[tokio::test]
    async fn the_products_of_a_cart_vote() {
        let replies = [
            Reply::Items(&["x", "y"]),
            Reply::Items(&["z", "y"]),
            Reply::Items(&[]),
        ];
        let proposed = cart(replies).await.unwrap();
        assert_eq!(proposed[0], goes_with("y", "lantern"));
        assert_eq!(proposed.len(), 3);
    }

    #[test]
    fn what_a_ranking_leaves_out_stays_behind() {
        let item = |id: &str| PredictedItem {
            id: id.to_owned(),
            score: Some(0.9),
            reasons: Vec::new(),
        };
        let ranked = Prediction {
            recommendation_id: None,
            items: vec![item("c"), item("strange"), item("a")],
        };
        let ordered = in_order_of(listed(&["a", "b", "c"]), &ranked);
        let ids: Vec<&str> = ordered.iter().map(|one| one.id.as_str()).collect();
        assert_eq!(ids, ["c", "a", "b"]);
        assert_eq!(ordered[0].score, Some(0.9));
    }
}
