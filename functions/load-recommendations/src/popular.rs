//! The popular list: which campaign fills it, and what is made of its answer.

use crate::request::LIST_SECONDS;
use shared::{
    config::{EstateConfig, Placement, Strategy},
    lists::ReadyMadeList,
};

/// The placement whose campaign fills the popular list, and the campaign's name: the first by name
/// with that strategy and a campaign.
pub(crate) fn popular_placement(config: &EstateConfig) -> Result<(&Placement, &str), String> {
    config
        .placements
        .values()
        .filter(|placement| placement.strategy == Strategy::Popular)
        .find_map(|placement| Some((placement, placement.campaign.as_deref()?)))
        .ok_or_else(|| {
            "no placement has the strategy popular and a campaign; declare one in the configuration"
                .to_owned()
        })
}

/// The list `list_key` of `items`, made by `campaign` at `now` (epoch seconds). Without items there is
/// none: an empty list would replace a good one.
pub(crate) fn popular_list(
    list_key: String,
    campaign: &str,
    items: Vec<String>,
    now: i64,
) -> Result<ReadyMadeList, String> {
    if items.is_empty() {
        return Err(format!("campaign `{campaign}` answered without items"));
    }
    Ok(ReadyMadeList {
        list_key,
        items,
        source: campaign.to_owned(),
        updated_at: now,
        expires_at: Some(now + LIST_SECONDS),
        parts: None,
    })
}

#[cfg(test)]
mod tests {
    use shared::lists::POPULAR;

    use super::*;

    const SHIPPED: &str = include_str!("../../../config/personalization.yaml");

    #[test]
    fn the_popular_placement_gives_the_campaign() {
        let config = shared::config::parse("test.yaml", SHIPPED).unwrap();
        assert_eq!(popular_placement(&config).unwrap().1, "popularity");
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
        assert!(popular_list(POPULAR.to_owned(), "popularity", Vec::new(), 1).is_err());
        let list = popular_list(POPULAR.to_owned(), "popularity", vec!["a".into()], 1).unwrap();
        assert_eq!((list.list_key.as_str(), list.updated_at), ("popular", 1));
        assert!(list.expires_at > Some(1));
    }
}
