//! What is asked of Personalize for a person, under what experiments make of the placement.

use std::collections::BTreeMap;

use shared::{
    config::{EstateConfig, Filter, FilterValue, Placement, Strategy},
    lists::NOBODY,
};

use crate::{campaign::Campaign, error::SendError};

/// The most results one question may ask for.
const MAX_RESULTS: usize = 500;

/// One GetRecommendations call.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Question {
    /// The campaign's or recommender's ARN.
    pub(crate) of: String,
    /// Whether it is a recommender's.
    pub(crate) is_recommender: bool,
    /// The filter's ARN.
    pub(crate) filter: Option<String>,
    /// What its placeholders are filled with.
    pub(crate) filter_values: BTreeMap<String, String>,
    /// Whose taste counts.
    pub(crate) user: Option<String>,
    /// What the answer has to go with.
    pub(crate) item: Option<String>,
    /// How many results, 1 to 500.
    pub(crate) results: usize,
}

impl Question {
    /// Whether the answer is the same for everybody.
    pub(crate) fn is_for_all(&self) -> bool {
        self.user.as_deref().is_none_or(|user| user == NOBODY)
    }
}

/// The question of `placement` for `user`, about `item` if they have one in their cart; none where nobody
/// can be asked: the placement is static, has nothing to go with, or what it names is not there yet.
pub(crate) fn question(
    campaign: &Campaign,
    placement: &Placement,
    user: &str,
    item: Option<&str>,
    results: usize,
) -> Option<Question> {
    let (of, is_recommender) = match (&placement.campaign, &placement.recommender) {
        (Some(name), _) => (campaign.campaigns.get(name)?.clone(), false),
        (None, Some(name)) => (campaign.recommenders.get(name)?.clone(), true),
        (None, None) => return None,
    };
    let item = match placement.strategy {
        Strategy::Similar => Some(item?.to_owned()),
        Strategy::ForYou | Strategy::Popular | Strategy::Trending => None,
        Strategy::Rank | Strategy::Static => return None,
    };
    let filter = placement.filter.as_ref();
    let declared = filter.and_then(|name| campaign.config.filter(name));
    Some(Question {
        of,
        is_recommender,
        // Without its filter a placement would show what it must not: it is not asked at all.
        filter: match filter {
            Some(name) => Some(campaign.filters.get(name)?.clone()),
            None => None,
        },
        filter_values: values(placement),
        user: whose(placement.strategy, declared, user),
        item,
        results: results.min(MAX_RESULTS),
    })
}

/// The user, where it matters who they are; the recipes of popular items want somebody all the same.
fn whose(strategy: Strategy, filter: Option<&Filter>, user: &str) -> Option<String> {
    let about_them = filter.is_some_and(|filter| {
        let expression = filter.expression.to_ascii_lowercase();
        expression.contains("interactions.") || expression.contains("currentuser")
    });
    match strategy {
        Strategy::ForYou => Some(user.to_owned()),
        Strategy::Similar => about_them.then(|| user.to_owned()),
        _ if about_them => Some(user.to_owned()),
        _ => Some(NOBODY.to_owned()),
    }
}

/// What the configuration itself fills placeholders with, each value in quotes.
fn values(placement: &Placement) -> BTreeMap<String, String> {
    let declared = placement.filter_values.iter();
    let fixed = declared.filter_map(|(name, from)| match from {
        FilterValue::Values(values) => {
            let quoted: Vec<String> = values.iter().map(|value| format!("\"{value}\"")).collect();
            Some((name.clone(), quoted.join(",")))
        }
        FilterValue::Argument(_) | FilterValue::Context(_) => None,
    });
    fixed.collect()
}

/// Whether the filter of `placement` can be asked without a request that fills it: only an EXCLUDE goes
/// without its values.
pub(crate) fn fits(
    config: &EstateConfig,
    name: &str,
    placement: &Placement,
) -> Result<(), SendError> {
    let filter = placement.filter.as_ref();
    let filter = filter.and_then(|filter| config.filter(filter));
    let includes =
        filter.is_some_and(|filter| filter.expression.to_ascii_uppercase().contains("INCLUDE"));
    let asks = placement
        .filter_values
        .iter()
        .find(|(_, from)| !matches!(from, FilterValue::Values(_)));
    match asks {
        Some((value, _)) if includes => Err(SendError::Placement {
            placement: name.to_owned(),
            why: format!("its filter's ${value} is filled by requests, and a message is none"),
        }),
        _ => Ok(()),
    }
}
