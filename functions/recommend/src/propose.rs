//! What Personalize proposes for a request: its questions asked within one time, the answers made
//! one list of candidates.

use std::time::Duration;

use futures::{StreamExt, stream};
use shared::config::Strategy;

use crate::{
    candidate::{Candidate, Why},
    merge::merge,
    question::Question,
    request::{Request, Visitor},
    services::{Cause, PredictedItem, Prediction, Services},
};

/// Personalize's time for all questions of a request. What has come by then is used.
/// Tests that wait for its end wait less.
const PERSONALIZE_TIME: Duration = Duration::from_millis(if cfg!(test) { 30 } else { 1_500 });

/// Questions of one cart that are asked at once.
const QUESTIONS_AT_ONCE: usize = 8;

/// What Personalize proposes.
#[derive(Debug)]
pub(crate) struct Proposal {
    /// Personalize's id of the answer; none when it is made of several.
    pub(crate) recommendation_id: Option<String>,
    /// Best first.
    pub(crate) candidates: Vec<Candidate>,
}

/// Asks Personalize. Of a cart, the answers that came are enough.
pub(crate) async fn propose(
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
                if questions.len() == 1 {
                    recommendation_id = prediction.recommendation_id.clone();
                }
                lists.push(candidates(request, &questions[place], prediction));
            }
            Err(failed) => cause = failed,
        }
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
    let candidate = |item: PredictedItem| Candidate {
        why: Why::said_by_personalize(&item.reasons).unwrap_or_else(|| usual.clone()),
        id: item.id,
        score: item.score,
    };
    prediction.items.into_iter().map(candidate).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use serde_json::json;

    use super::*;
    use crate::fake::{Fake, Reply, sound};

    /// What is proposed for a cart of a lantern, a mug and a bag, as (item, because of).
    async fn cart(replies: [Reply; 3]) -> Result<Vec<(String, Why)>, Cause> {
        let (request, asked) =
            sound(json!({"placement": "cart", "itemIds": ["lantern", "mug", "bag"]}));
        let fake = Fake {
            personalize: HashMap::from_iter(["lantern", "mug", "bag"].into_iter().zip(replies)),
            ..Fake::default()
        };
        let proposal = propose(&request, &asked.unwrap(), &fake).await?;
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
}
