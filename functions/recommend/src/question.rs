//! What is asked of Personalize for a request: one question, or one for each product of a cart.

use std::collections::{BTreeMap, HashMap};

use sha2::{Digest, Sha256};
use shared::{
    config::{Filter, Strategy},
    lists::NOBODY,
};

use crate::{estate::EstateView, request::Request};

/// The most results one question may ask for, and the most items it may rank.
pub(crate) const MAX_RESULTS: usize = 500;

/// Who is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Asked {
    /// A campaign, by ARN.
    Campaign(String),
    /// A recommender, by ARN.
    Recommender(String),
}

/// One GetRecommendations or, with a list, GetPersonalizedRanking call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Question {
    /// Who is asked.
    pub(crate) of: Asked,
    /// The filter's ARN.
    pub(crate) filter: Option<String>,
    /// What its placeholders are filled with.
    pub(crate) filter_values: BTreeMap<String, String>,
    /// The situation, by columns of the interactions' schema.
    pub(crate) context: BTreeMap<String, String>,
    /// Whose taste counts; none where the answer is the same for everybody.
    pub(crate) user: Option<String>,
    /// What the answer has to go with.
    pub(crate) item: Option<String>,
    /// What is to be put in order; else nothing.
    pub(crate) list: Vec<String>,
    /// How many results, 1 to 500.
    pub(crate) results: usize,
}

/// Why Personalize cannot be asked.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Unasked {
    /// The placement asks nobody.
    Static,
    /// The placement is for someone, and the shop does not say for whom.
    NobodyNamed,
    /// What the placement refers to is declared but does not exist yet.
    NotThere {
        /// `campaign`, `recommender` or `filter`.
        kind: &'static str,
        /// Its name.
        name: String,
    },
}

impl Asked {
    /// The ARN.
    pub(crate) fn arn(&self) -> &str {
        match self {
            Self::Campaign(arn) | Self::Recommender(arn) => arn,
        }
    }
}

impl Question {
    /// The name under which its answer is kept: the same for all who ask the same. It hides who asks.
    pub(crate) fn key(&self) -> String {
        let mut digest = Sha256::new();
        // Every part is preceded by its length: no two questions run into each other.
        let mut part = |text: &str| {
            digest.update(text.len().to_be_bytes());
            digest.update(text);
        };
        part(self.of.arn());
        for optional in [&self.filter, &self.user, &self.item] {
            part(if optional.is_some() { "+" } else { "-" });
            part(optional.as_deref().unwrap_or_default());
        }
        for map in [&self.filter_values, &self.context] {
            part(&map.len().to_string());
            for (name, value) in map {
                part(name);
                part(value);
            }
        }
        self.list.iter().for_each(|item| part(item));
        let hash = digest.finalize();
        let half = hash.first_chunk().copied().map(u128::from_be_bytes);
        format!("answer#{:032x}", half.unwrap_or_default())
    }

    /// Whether the answer is for one visitor, and stale when their taste has changed.
    pub(crate) fn is_personal(&self) -> bool {
        self.user.as_deref().is_some_and(|user| user != NOBODY)
    }
}

/// The questions for `request`, in the order of its products; never none. `spare` is how many more
/// results are asked for than are wanted.
pub(crate) fn questions(
    request: &Request,
    estate: &EstateView,
    spare: usize,
) -> Result<Vec<Question>, Unasked> {
    let placement = &request.placement;
    let of = match (&placement.campaign, &placement.recommender) {
        (Some(name), _) => Asked::Campaign(there("campaign", name, &estate.campaigns)?),
        (None, Some(name)) => Asked::Recommender(there("recommender", name, &estate.recommenders)?),
        (None, None) => return Err(Unasked::Static),
    };
    let filter = placement.filter.as_ref();
    let declared = filter.and_then(|name| estate.config.filter(name));
    let question = Question {
        of,
        // Without its filter a placement would show what it must not: it is not asked at all.
        filter: filter
            .map(|name| there("filter", name, &estate.filters))
            .transpose()?,
        filter_values: request.filter_values.clone(),
        context: context(request),
        user: user(request, declared),
        item: None,
        list: Vec::new(),
        results: (request.limit + request.items.len() + spare).min(MAX_RESULTS),
    };
    match placement.strategy {
        Strategy::ForYou | Strategy::Rank if !question.is_personal() => Err(Unasked::NobodyNamed),
        Strategy::Similar => {
            let about = |item: &String| Question {
                item: Some(item.clone()),
                ..question.clone()
            };
            Ok(request.items.iter().map(about).collect())
        }
        Strategy::Rank => Ok(vec![Question {
            list: request.items.clone(),
            ..question
        }]),
        Strategy::Static => Err(Unasked::Static),
        Strategy::ForYou | Strategy::Popular | Strategy::Trending => Ok(vec![question]),
    }
}

/// The question that puts `list` in the order of the visitor's taste, when the placement asks for it
/// and it can be asked.
pub(crate) fn ranking(
    request: &Request,
    estate: &EstateView,
    mut list: Vec<String>,
) -> Option<Question> {
    let name = request.placement.ranked_by.as_ref()?;
    list.truncate(MAX_RESULTS);
    Some(Question {
        of: Asked::Campaign(estate.campaigns.get(name)?.clone()),
        filter: None,
        filter_values: BTreeMap::new(),
        context: context(request),
        user: Some(request.visitor.name()?),
        item: None,
        results: list.len(),
        list,
    })
}

fn there(
    kind: &'static str,
    name: &String,
    arns: &HashMap<String, String>,
) -> Result<String, Unasked> {
    let missing = || Unasked::NotThere {
        kind,
        name: name.clone(),
    };
    arns.get(name).cloned().ok_or_else(missing)
}

/// The visitor, where it matters who they are. Where it does not nobody is named, and everybody
/// shares one kept answer; the recipes of popular items want somebody all the same.
fn user(request: &Request, filter: Option<&Filter>) -> Option<String> {
    let about_them = filter.is_some_and(|filter| {
        let expression = filter.expression.to_ascii_lowercase();
        expression.contains("interactions.") || expression.contains("currentuser")
    });
    let visitor = request.visitor.name();
    match request.placement.strategy {
        Strategy::ForYou | Strategy::Rank => visitor,
        Strategy::Similar => visitor.filter(|_| about_them),
        _ => visitor
            .filter(|_| about_them)
            .or_else(|| Some(NOBODY.to_owned())),
    }
}

fn context(request: &Request) -> BTreeMap<String, String> {
    let columns = request.placement.context.iter();
    columns
        .filter_map(|(column, key)| Some((column.clone(), request.situation.get(*key)?.to_owned())))
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use shared::visitor::Visitor;

    use super::*;
    use crate::{fake::request_of, situation::Situation};

    fn estate() -> EstateView {
        let shipped = include_str!("../../../config/personalization.yaml");
        EstateView::complete(shared::config::parse("test.yaml", shipped).unwrap())
    }

    fn ask(visitor: Visitor, arguments: Value) -> Result<Vec<Question>, Unasked> {
        questions(&request_of(visitor, arguments), &estate(), 5)
    }

    fn session() -> Visitor {
        Visitor::Session("s".into())
    }

    #[test]
    fn a_visitor_is_asked_about_by_session_and_with_the_filter() {
        let asked = ask(session(), json!({"placement": "home"})).unwrap();
        let expected = Question {
            of: Asked::Campaign("arn:user-personalization".into()),
            filter: Some("arn:not-purchased".into()),
            filter_values: BTreeMap::new(),
            context: BTreeMap::new(),
            user: Some("s~s".into()),
            item: None,
            list: Vec::new(),
            results: 15,
        };
        assert_eq!(asked, [expected]);
    }

    #[test]
    fn a_cart_is_one_question_an_item_and_the_same_for_everybody() {
        let cart = json!({"placement": "cart", "itemIds": ["a", "b"]});
        let asked = ask(session(), cart.clone()).unwrap();
        let items: Vec<Option<&str>> = asked.iter().map(|one| one.item.as_deref()).collect();
        assert_eq!(items, [Some("a"), Some("b")]);
        let other = ask(Visitor::User("u".into()), cart).unwrap();
        assert_eq!(asked[0].key(), other[0].key());
        assert_ne!(asked[0].key(), asked[1].key());
        assert!(!asked[0].is_personal());
    }

    #[test]
    fn a_session_is_not_the_user_of_the_same_id() {
        let home = |visitor| {
            ask(visitor, json!({"placement": "home"}))
                .unwrap()
                .swap_remove(0)
        };
        let (session, user) = (home(session()), home(Visitor::User("s".into())));
        assert_ne!(session.user, user.user);
        assert_ne!(session.key(), user.key());
    }

    #[test]
    fn nobody_gets_no_personal_question_but_a_popular_one() {
        let nobody = |placement| ask(Visitor::Nobody, json!({ "placement": placement }));
        assert_eq!(nobody("home"), Err(Unasked::NobodyNamed));
        let popular = nobody("popular").unwrap();
        assert_eq!(popular[0].user.as_deref(), Some(NOBODY));
        assert!(!popular[0].is_personal());
    }

    #[test]
    fn a_placement_is_not_asked_without_its_filter() {
        let mut estate = estate();
        estate.filters.clear();
        let request = request_of(session(), json!({"placement": "home"}));
        let unasked = questions(&request, &estate, 5).unwrap_err();
        let (kind, name) = ("filter", "not-purchased".to_owned());
        assert_eq!(unasked, Unasked::NotThere { kind, name });
    }

    #[test]
    fn no_question_asks_for_more_than_500() {
        let popular = json!({"placement": "popular", "limit": 500});
        assert_eq!(ask(session(), popular).unwrap()[0].results, 500);
    }

    #[test]
    fn a_filter_about_the_visitor_makes_an_answer_theirs() {
        let mut request = request_of(session(), json!({"placement": "cart", "itemId": "a"}));
        request.placement.filter = Some("not-purchased".into());
        let asked = questions(&request, &estate(), 5).unwrap();
        assert!(asked[0].is_personal());
    }

    #[test]
    fn the_situation_is_told_in_the_columns_declared() {
        use shared::config::ContextKey;
        let mut request = request_of(session(), json!({"placement": "home"}));
        request.situation = Situation::from([(ContextKey::Device, "mobile")]);
        request.placement.context = BTreeMap::from([
            ("DEVICE".to_owned(), ContextKey::Device),
            ("COUNTRY".to_owned(), ContextKey::Country),
        ]);
        let asked = questions(&request, &estate(), 5).unwrap();
        let expected = BTreeMap::from([("DEVICE".to_owned(), "mobile".to_owned())]);
        assert_eq!(asked[0].context, expected);
    }
}
