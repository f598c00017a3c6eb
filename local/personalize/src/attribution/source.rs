//! Whom an event is attributed to: the source that it names, or the campaign or recommender whose
//! answer it names. The ids of answers carry a mark of who gave them, so none has to be remembered.

use std::hash::{Hash, Hasher};

use rustc_hash::{FxHashMap, FxHasher};
use uuid::Uuid;

use crate::estate::Estate;

/// What reports call the source of an event that names none.
const UNDEFINED: &str = "SOURCE_NAME_UNDEFINED";
/// The part of an id that is the mark.
const MARK: u128 = (1 << 48) - 1;

/// The id of an answer of a campaign or recommender: at most 40 characters, as PutEvents takes them.
#[must_use]
pub(crate) fn recommendation_id(arn: &str) -> String {
    let id = Uuid::new_v4().as_u128() & !MARK | u128::from(mark(arn));
    format!("RID-{}", Uuid::from_u128(id))
}

fn mark(arn: &str) -> u64 {
    let mut hasher = FxHasher::default();
    arn.hash(&mut hasher);
    hasher.finish() >> 16
}

/// Campaigns and recommenders by their marks.
#[derive(Debug, Default)]
pub(super) struct Sources(FxHashMap<u64, String>);

impl Sources {
    /// All that there are.
    pub(super) fn of(estate: &Estate) -> Self {
        let arns = estate.campaigns.keys().chain(estate.recommenders.keys());
        Self(arns.map(|arn| (mark(arn), arn.clone())).collect())
    }

    /// The source of an event that names itself a source, an answer, both or nothing.
    pub(super) fn of_event<'a>(
        &'a self,
        source: Option<&'a str>,
        recommendation_id: Option<&str>,
    ) -> &'a str {
        let answer = || {
            let id = Uuid::try_parse(recommendation_id?.strip_prefix("RID-")?).ok()?;
            let mark = u64::try_from(id.as_u128() & MARK).ok()?;
            self.0.get(&mark).map(String::as_str)
        };
        let source = source.filter(|source| !source.is_empty());
        source.or_else(answer).unwrap_or(UNDEFINED)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_leads_to_its_campaign_and_a_named_source_goes_before() {
        let sources = Sources(FxHashMap::from_iter([(
            mark("campaign"),
            "campaign".to_owned(),
        )]));
        let id = recommendation_id("campaign");
        assert_eq!(id.len(), 40);
        assert_ne!(id, recommendation_id("campaign"));
        assert_eq!(sources.of_event(None, Some(&id)), "campaign");
        assert_eq!(sources.of_event(Some("mail"), Some(&id)), "mail");
        let other = recommendation_id("other");
        for unknown in [None, Some("RID-1"), Some(other.as_str())] {
            assert_eq!(sources.of_event(None, unknown), UNDEFINED);
        }
    }
}
