//! Which campaign fills the list, and what is made of its answer.

use serde::{Deserialize, Serialize};
use shared::{
    config::{EstateConfig, Placement, Strategy},
    lists::{POPULAR, ReadyMadeList},
};

/// How long a list holds when it is not renewed: an old one is better than none, for a while.
const LIST_SECONDS: i64 = 30 * 24 * 3_600;

/// Which list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ListName {
    /// The same for everybody.
    Popular,
}

/// What the workflow asks for.
#[derive(Debug, Deserialize)]
pub(crate) struct Event {
    /// The list to fill.
    pub(crate) list: ListName,
}

/// What the workflow gets.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Answer {
    /// As asked for.
    list: ListName,
    /// Items written; 0 when the list stayed as it was.
    pub(crate) items: usize,
    /// Why it stayed as it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
}

impl Answer {
    /// `items` were written.
    pub(crate) fn loaded(list: ListName, items: usize) -> Self {
        Self {
            list,
            items,
            reason: None,
        }
    }

    /// Nothing was written.
    pub(crate) fn unchanged(list: ListName, reason: String) -> Self {
        Self {
            list,
            items: 0,
            reason: Some(reason),
        }
    }
}

/// The placement whose campaign fills the popular list: the first by name with that strategy.
pub(crate) fn popular_placement(config: &EstateConfig) -> Result<&Placement, String> {
    config
        .placements
        .values()
        .find(|placement| placement.strategy == Strategy::Popular)
        .ok_or_else(|| {
            "no placement has the strategy popular; declare one in the configuration".to_owned()
        })
}

/// The list of `items`, made by `campaign` at `now` (epoch seconds). Without items there is none: an
/// empty list would replace a good one.
pub(crate) fn popular_list(
    campaign: &str,
    items: Vec<String>,
    now: i64,
) -> Result<ReadyMadeList, String> {
    if items.is_empty() {
        return Err(format!("campaign `{campaign}` answered without items"));
    }
    Ok(ReadyMadeList {
        list_key: POPULAR.to_owned(),
        items,
        source: campaign.to_owned(),
        updated_at: now,
        expires_at: Some(now + LIST_SECONDS),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const SHIPPED: &str = include_str!("../../../config/personalization.yaml");

    #[test]
    fn the_popular_placement_gives_the_campaign() {
        let config = shared::config::parse("test.yaml", SHIPPED).unwrap();
        assert_eq!(popular_placement(&config).unwrap().campaign, "popularity");
    }

    #[test]
    fn without_a_popular_placement_it_says_what_to_do() {
        let mut config = shared::config::parse("test.yaml", SHIPPED).unwrap();
        config.placements.remove("popular");
        let reason = popular_placement(&config).unwrap_err();
        assert!(reason.contains("declare one"), "{reason}");
    }

    #[test]
    fn an_empty_answer_replaces_no_list() {
        assert!(popular_list("popularity", Vec::new(), 1).is_err());
        let list = popular_list("popularity", vec!["a".into()], 1).unwrap();
        assert_eq!((list.list_key.as_str(), list.updated_at), ("popular", 1));
        assert!(list.expires_at > Some(1));
    }

    #[test]
    fn answers_are_as_the_workflow_reads_them() {
        let loaded = serde_json::to_value(Answer::loaded(ListName::Popular, 3)).unwrap();
        assert_eq!(loaded, json!({"list": "popular", "items": 3}));
        let unchanged = Answer::unchanged(ListName::Popular, "why".into());
        let expected = json!({"list": "popular", "items": 0, "reason": "why"});
        assert_eq!(serde_json::to_value(unchanged).unwrap(), expected);
        assert!(serde_json::from_value::<Event>(json!({"list": "season"})).is_err());
    }
}
