//! From GraphQL arguments to a sound request. Nothing is asked of any service here.

use std::collections::BTreeMap;

use serde::Deserialize;
use shared::{
    config::{EstateConfig, Placement, Strategy},
    visitor::{Visitor, sound_id},
};

use crate::{
    error::RequestError,
    filter_values::{FilterValueInput, filter_values},
    situation::{ContextInput, Situation},
};

const MAX_LIMIT: i64 = 500;
/// A cart is one question an item; Personalize ranks at most 500 at once.
const MAX_CART: usize = 25;
const MAX_RANKED: usize = 500;

/// The arguments of `Query.recommendations`, as they come.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Arguments {
    pub(crate) placement: String,
    pub(crate) user_id: Option<String>,
    pub(crate) session_id: Option<String>,
    item_id: Option<String>,
    item_ids: Option<Vec<String>>,
    limit: Option<i64>,
    pub(crate) context: Option<ContextInput>,
    filter_values: Option<Vec<FilterValueInput>>,
}

/// The arguments of `Query.page`: those of its placements, and what they share.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct PageArguments {
    /// In the order they choose.
    pub(crate) placements: Vec<String>,
    /// The rest.
    #[serde(flatten)]
    pub(crate) shared: Arguments,
}

impl PageArguments {
    /// The arguments of each placement.
    pub(crate) fn each(&self) -> impl Iterator<Item = Arguments> {
        self.placements.iter().map(|placement| Arguments {
            placement: placement.clone(),
            ..self.shared.clone()
        })
    }

    /// A page of one placement.
    pub(crate) fn of_one(arguments: Arguments) -> Self {
        Self {
            placements: vec![arguments.placement.clone()],
            shared: arguments,
        }
    }
}

/// A sound request.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    /// The placement's name: one of the declared, so it can be a metric's dimension.
    pub(crate) name: String,
    /// What is declared for it.
    pub(crate) placement: Placement,
    /// Who asks.
    pub(crate) visitor: Visitor,
    /// The visit, by which experiments of sessions tell who is in which arm.
    pub(crate) session: Option<String>,
    /// The product looked at, the cart, or the list to be ranked; distinct, in the order sent.
    pub(crate) items: Vec<String>,
    /// How many items are wanted: 1 to 500.
    pub(crate) limit: usize,
    /// Where and when.
    pub(crate) situation: Situation,
    /// What the filter's placeholders are filled with, as Personalize takes it.
    pub(crate) filter_values: BTreeMap<String, String>,
}

impl Request {
    /// Checks the arguments of `visitor`'s request against what `config` declares.
    pub(crate) fn new(
        arguments: Arguments,
        visitor: Visitor,
        situation: Situation,
        config: &EstateConfig,
    ) -> Result<Self, RequestError> {
        let placement = config
            .placements
            .get(&arguments.placement)
            .ok_or_else(|| unknown_placement(&arguments.placement, config))?;
        let limit = limit(arguments.limit, placement)?;
        let items = items(
            arguments.item_id,
            arguments.item_ids.unwrap_or_default(),
            placement,
        )?;
        if items.is_empty() {
            match placement.strategy {
                Strategy::Similar => return Err(RequestError::NoItem(arguments.placement)),
                Strategy::Rank => return Err(RequestError::NothingToRank(arguments.placement)),
                _ => {}
            }
        }
        let given = arguments.filter_values.unwrap_or_default();
        let filter_values =
            filter_values(given, &arguments.placement, placement, config, &situation)?;
        Ok(Self {
            name: arguments.placement,
            placement: placement.clone(),
            session: match &visitor {
                Visitor::Session(session) => Some(session.clone()),
                _ => arguments.session_id,
            },
            visitor,
            items,
            limit,
            situation,
            filter_values,
        })
    }

    /// The same request of somebody who is not to be known.
    pub(crate) fn of_nobody(&self) -> Self {
        Self {
            visitor: Visitor::Nobody,
            session: None,
            ..self.clone()
        }
    }

    /// How many questions it puts to Personalize at most.
    pub(crate) fn questions(&self) -> usize {
        match self.placement.strategy {
            Strategy::Similar => self.items.len(),
            _ => 1,
        }
    }

    /// The keys of what is remembered of the visitor: that of the user, and that of the visit, in which
    /// they may have bought before they signed in.
    pub(crate) fn visitor_keys(&self) -> Vec<String> {
        let session = match &self.visitor {
            Visitor::Nobody => None,
            _ => self.session.clone().map(Visitor::Session),
        };
        let mut keys: Vec<String> = [Some(self.visitor.clone()), session]
            .into_iter()
            .flatten()
            .filter_map(|visitor| visitor.key())
            .collect();
        keys.dedup();
        keys
    }

    /// The items the visitor has in view already: never in the answer.
    pub(crate) fn in_view(&self) -> &[String] {
        match self.placement.strategy {
            Strategy::Rank => &[],
            _ => &self.items,
        }
    }
}

fn unknown_placement(asked: &str, config: &EstateConfig) -> RequestError {
    let known: Vec<&str> = config.placements.keys().map(String::as_str).collect();
    RequestError::UnknownPlacement {
        asked: asked.chars().take(64).collect(),
        known: known.join(", "),
    }
}

/// Of a list to be ranked all is wanted; else what the placement says.
fn limit(asked: Option<i64>, placement: &Placement) -> Result<usize, RequestError> {
    let usual = match placement.strategy {
        Strategy::Rank => MAX_LIMIT,
        _ => i64::from(placement.limit),
    };
    let limit = asked.unwrap_or(usual);
    if !(1..=MAX_LIMIT).contains(&limit) {
        return Err(RequestError::Limit(limit));
    }
    usize::try_from(limit).map_err(|_| RequestError::Limit(limit))
}

fn items(
    item: Option<String>,
    more: Vec<String>,
    placement: &Placement,
) -> Result<Vec<String>, RequestError> {
    let most = match placement.strategy {
        Strategy::Rank => MAX_RANKED,
        _ => MAX_CART,
    };
    let sent = more.len() + usize::from(item.is_some());
    if sent > most {
        return Err(RequestError::TooManyItems { sent, most });
    }
    let mut items = Vec::with_capacity(more.len() + 1);
    if let Some(item) = item {
        items.push(sound_id("itemId", item)?);
    }
    for (index, item) in more.into_iter().enumerate() {
        let item = sound_id(&format!("itemIds[{index}]"), item)?;
        if !items.contains(&item) {
            items.push(item);
        }
    }
    Ok(items)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn request(arguments: Value) -> Result<Request, RequestError> {
        let shipped = include_str!("../../../config/personalization.yaml");
        let config = shared::config::parse("test.yaml", shipped).unwrap();
        let arguments = serde_json::from_value(arguments).unwrap();
        Request::new(arguments, Visitor::Nobody, Situation::default(), &config)
    }

    fn refused(arguments: Value) -> String {
        request(arguments).unwrap_err().to_string()
    }

    #[test]
    fn the_placement_decides_what_is_left_out() {
        let request = request(json!({"placement": "home", "limit": null})).unwrap();
        assert_eq!(request.limit, 10);
    }

    #[test]
    fn an_unknown_placement_lists_the_known_ones() {
        let message = refused(json!({"placement": "hom"}));
        assert!(message.starts_with("there is no placement `hom`; the placements are: cart, "));
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
    fn similar_needs_items_by_either_name_each_once() {
        let message = refused(json!({"placement": "cart", "itemIds": []}));
        assert!(message.contains("send its itemId"), "{message}");
        let both = json!({"placement": "cart", "itemId": "b", "itemIds": ["a", "b", "a"]});
        assert_eq!(request(both).unwrap().items, ["b", "a"]);
        let many: Vec<String> = (0..26).map(|n| n.to_string()).collect();
        let message = refused(json!({"placement": "cart", "itemIds": many}));
        assert!(message.contains("26 items"), "{message}");
        let message = refused(json!({"placement": "cart", "itemIds": ["a", ""]}));
        assert!(message.starts_with("itemIds[1] has 0"), "{message}");
    }
}
