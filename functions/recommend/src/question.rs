//! What is asked of Personalize for a request: one question, or one for each product of a cart.

use shared::{config::Strategy, lists::NOBODY};

use crate::{estate::EstateView, request::Request};

/// The most results one question may ask for.
const MAX_RESULTS: usize = 500;

/// One GetRecommendations call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Question {
    /// The campaign's ARN.
    pub(crate) campaign: String,
    /// The filter's ARN.
    pub(crate) filter: Option<String>,
    /// Whose taste counts.
    pub(crate) user: Option<String>,
    /// What the answer has to go with.
    pub(crate) item: Option<String>,
    /// How many results, 1 to 500.
    pub(crate) results: usize,
}

/// Why Personalize cannot be asked.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Unasked {
    /// The placement is for someone, and the shop does not say for whom.
    NobodyNamed,
    /// What the placement refers to is declared but does not exist yet.
    NotThere {
        /// `campaign` or `filter`.
        kind: &'static str,
        /// Its name.
        name: String,
    },
}

/// The questions for `request`, in the order of its products; never none.
pub(crate) fn questions(request: &Request, estate: &EstateView) -> Result<Vec<Question>, Unasked> {
    let placement = &request.placement;
    let there = |kind, name: &String, arns: &std::collections::HashMap<String, String>| {
        let missing = || Unasked::NotThere {
            kind,
            name: name.clone(),
        };
        arns.get(name).cloned().ok_or_else(missing)
    };
    let filter = placement.filter.as_ref();
    let question = Question {
        campaign: there("campaign", &placement.campaign, &estate.campaigns)?,
        // Without its filter a placement would show what it must not: it is not asked at all.
        filter: filter
            .map(|name| there("filter", name, &estate.filters))
            .transpose()?,
        user: request.visitor.id().map(str::to_owned),
        item: None,
        results: results(request),
    };
    match placement.strategy {
        Strategy::ForYou if question.user.is_none() => Err(Unasked::NobodyNamed),
        Strategy::ForYou => Ok(vec![question]),
        Strategy::Popular => Ok(vec![Question {
            user: question.user.or_else(|| Some(NOBODY.to_owned())),
            ..question
        }]),
        Strategy::Similar => {
            let about = |item: &String| Question {
                item: Some(item.clone()),
                ..question.clone()
            };
            Ok(request.context.iter().map(about).collect())
        }
    }
}

/// Somewhat more than wanted, for products that turn out to be sold out, withdrawn or in the cart.
fn results(request: &Request) -> usize {
    let spare = (request.limit / 4).clamp(5, 50) + request.context.len();
    (request.limit + spare).min(MAX_RESULTS)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn estate() -> EstateView {
        let shipped = include_str!("../../../config/personalization.yaml");
        EstateView::complete(shared::config::parse("test.yaml", shipped).unwrap())
    }

    fn ask(arguments: Value, estate: &EstateView) -> Result<Vec<Question>, Unasked> {
        let arguments = serde_json::from_value(arguments).unwrap();
        questions(&Request::new(arguments, &estate.config).unwrap(), estate)
    }

    #[test]
    fn a_visitor_is_asked_about_by_session_and_with_the_filter() {
        let asked = ask(json!({"placement": "home", "sessionId": "s"}), &estate()).unwrap();
        let expected = Question {
            campaign: "arn:user-personalization".into(),
            filter: Some("arn:not-purchased".into()),
            user: Some("s".into()),
            item: None,
            results: 15,
        };
        assert_eq!(asked, [expected]);
    }

    #[test]
    fn a_cart_is_one_question_an_item() {
        let cart = json!({"placement": "cart", "itemIds": ["a", "b"]});
        let items: Vec<Option<String>> = ask(cart, &estate())
            .unwrap()
            .into_iter()
            .map(|question| question.item)
            .collect();
        assert_eq!(items, [Some("a".into()), Some("b".into())]);
    }

    #[test]
    fn nobody_gets_no_personal_question_but_a_popular_one() {
        let estate = estate();
        assert_eq!(
            ask(json!({"placement": "home"}), &estate),
            Err(Unasked::NobodyNamed)
        );
        let asked = ask(json!({"placement": "popular"}), &estate).unwrap();
        assert_eq!(asked[0].user.as_deref(), Some(NOBODY));
    }

    #[test]
    fn a_placement_is_not_asked_without_its_filter() {
        let mut estate = estate();
        estate.filters.clear();
        let unasked = ask(json!({"placement": "home", "userId": "u"}), &estate).unwrap_err();
        let name = "not-purchased".to_owned();
        assert_eq!(
            unasked,
            Unasked::NotThere {
                kind: "filter",
                name
            }
        );
    }

    #[test]
    fn no_question_asks_for_more_than_500() {
        let asked = ask(json!({"placement": "popular", "limit": 500}), &estate()).unwrap();
        assert_eq!(asked[0].results, 500);
    }
}
