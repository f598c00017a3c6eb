//! From GraphQL arguments to a sound request. Nothing is asked of any service here.

use serde::Deserialize;
use shared::config::{EstateConfig, Placement};

use crate::error::RequestError;

const MAX_LIMIT: i64 = 500;
const MAX_ID_CHARACTERS: usize = 256;
const MAX_ITEMS: usize = 25;

/// AppSync's event, as far as it matters here.
#[derive(Debug, Deserialize)]
pub(crate) struct Event {
    /// The field's arguments.
    pub(crate) arguments: Arguments,
}

/// The arguments of `Query.recommendations`, as they come.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Arguments {
    placement: String,
    user_id: Option<String>,
    session_id: Option<String>,
    item_id: Option<String>,
    item_ids: Option<Vec<String>>,
    limit: Option<i64>,
}

/// Who looks at the shop, as far as the shop says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Visitor {
    /// Signed in, by user id.
    Customer(String),
    /// Not signed in, by session id: Personalize knows such visitors by it.
    Session(String),
    /// The shop does not say.
    Nobody,
}

impl Visitor {
    /// The name Personalize knows them by.
    pub(crate) fn id(&self) -> Option<&str> {
        match self {
            Self::Customer(id) | Self::Session(id) => Some(id),
            Self::Nobody => None,
        }
    }
}

/// A sound request.
#[derive(Debug)]
pub(crate) struct Request {
    /// The placement's name: one of the declared, so it can be a metric's dimension.
    pub(crate) name: String,
    /// What is declared for it.
    pub(crate) placement: Placement,
    /// Who asks.
    pub(crate) visitor: Visitor,
    /// The product looked at, or the cart; distinct, in the order sent. Never in the answer.
    pub(crate) context: Vec<String>,
    /// How many items are wanted: 1 to 500.
    pub(crate) limit: usize,
}

impl Request {
    /// Checks `arguments` against what `config` declares.
    pub(crate) fn new(arguments: Arguments, config: &EstateConfig) -> Result<Self, RequestError> {
        let placement = config
            .placements
            .get(&arguments.placement)
            .ok_or_else(|| unknown_placement(&arguments.placement, config))?;
        let limit = limit(arguments.limit, placement)?;
        let visitor = visitor(arguments.user_id, arguments.session_id)?;
        let context = context(arguments.item_id, arguments.item_ids.unwrap_or_default())?;
        if placement.strategy == shared::config::Strategy::Similar && context.is_empty() {
            return Err(RequestError::NoItem(arguments.placement));
        }
        Ok(Self {
            name: arguments.placement,
            placement: placement.clone(),
            visitor,
            context,
            limit,
        })
    }
}

fn unknown_placement(asked: &str, config: &EstateConfig) -> RequestError {
    let known: Vec<&str> = config.placements.keys().map(String::as_str).collect();
    RequestError::UnknownPlacement {
        asked: asked.chars().take(64).collect(),
        known: known.join(", "),
    }
}

fn limit(asked: Option<i64>, placement: &Placement) -> Result<usize, RequestError> {
    let limit = asked.unwrap_or_else(|| i64::from(placement.limit));
    if !(1..=MAX_LIMIT).contains(&limit) {
        return Err(RequestError::Limit(limit));
    }
    usize::try_from(limit).map_err(|_| RequestError::Limit(limit))
}

fn visitor(user: Option<String>, session: Option<String>) -> Result<Visitor, RequestError> {
    let user = user.map(|id| id_named("userId", id)).transpose()?;
    let session = session.map(|id| id_named("sessionId", id)).transpose()?;
    Ok(match (user, session) {
        (Some(user), _) => Visitor::Customer(user),
        (None, Some(session)) => Visitor::Session(session),
        (None, None) => Visitor::Nobody,
    })
}

fn context(item: Option<String>, items: Vec<String>) -> Result<Vec<String>, RequestError> {
    if items.len() > MAX_ITEMS {
        return Err(RequestError::TooManyItems(items.len()));
    }
    let mut context = Vec::with_capacity(items.len() + 1);
    if let Some(item) = item {
        context.push(id_named("itemId", item)?);
    }
    for (index, item) in items.into_iter().enumerate() {
        let item = id_named(&format!("itemIds[{index}]"), item)?;
        if !context.contains(&item) {
            context.push(item);
        }
    }
    Ok(context)
}

fn id_named(argument: &str, id: String) -> Result<String, RequestError> {
    let characters = id.chars().count();
    if (1..=MAX_ID_CHARACTERS).contains(&characters) {
        Ok(id)
    } else {
        Err(RequestError::Id {
            argument: argument.to_owned(),
            characters,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn request(arguments: Value) -> Result<Request, RequestError> {
        let shipped = include_str!("../../../config/personalization.yaml");
        let config = shared::config::parse("test.yaml", shipped).unwrap();
        Request::new(serde_json::from_value(arguments).unwrap(), &config)
    }

    fn refused(arguments: Value) -> String {
        request(arguments).unwrap_err().to_string()
    }

    #[test]
    fn the_placement_decides_what_is_left_out() {
        let request = request(json!({"placement": "home", "limit": null, "userId": "u"})).unwrap();
        assert_eq!(request.limit, 10);
        assert_eq!(request.visitor, Visitor::Customer("u".into()));
    }

    #[test]
    fn an_unknown_placement_lists_the_known_ones() {
        assert_eq!(
            refused(json!({"placement": "hom"})),
            "there is no placement `hom`; the placements are: cart, home, popular, product-detail"
        );
    }

    #[test]
    fn limits_end_at_1_and_500() {
        for limit in [0, -1, 501] {
            let message = refused(json!({"placement": "home", "limit": limit}));
            assert_eq!(message, format!("limit is {limit}; it has to be 1 to 500"));
        }
        for limit in [1, 500] {
            assert!(request(json!({"placement": "home", "limit": limit})).is_ok());
        }
    }

    #[test]
    fn ids_are_counted_in_characters_and_never_repeated() {
        assert!(request(json!({"placement": "home", "userId": "é".repeat(256)})).is_ok());
        assert_eq!(
            refused(json!({"placement": "home", "userId": "é".repeat(257)})),
            "userId has 257 characters; an id has 1 to 256"
        );
        let message = refused(json!({"placement": "cart", "itemIds": ["a", ""]}));
        assert!(message.starts_with("itemIds[1] has 0"), "{message}");
    }

    #[test]
    fn a_session_stands_in_for_a_user() {
        let visitor = |arguments| request(arguments).unwrap().visitor;
        assert_eq!(
            visitor(json!({"placement": "home", "sessionId": "s"})),
            Visitor::Session("s".into())
        );
        assert_eq!(visitor(json!({"placement": "home"})), Visitor::Nobody);
    }

    #[test]
    fn similar_needs_items_by_either_name_each_once() {
        let message = refused(json!({"placement": "cart", "itemIds": []}));
        assert!(message.contains("send its itemId"), "{message}");
        let both = json!({"placement": "cart", "itemId": "b", "itemIds": ["a", "b", "a"]});
        assert_eq!(request(both).unwrap().context, ["b", "a"]);
        let many: Vec<String> = (0..26).map(|n| n.to_string()).collect();
        let message = refused(json!({"placement": "cart", "itemIds": many}));
        assert!(message.contains("26 items"), "{message}");
    }
}
