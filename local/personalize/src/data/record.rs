//! What came one by one in the form that is kept: a line of a file each, so that a restart can take
//! it again.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{context::same_field, schema::DatasetType};

/// One event, item, user or action as it was accepted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Record {
    /// From PutEvents.
    Event(EventRecord),
    /// From PutActionInteractions; its item is an action.
    ActionInteraction(EventRecord),
    /// From PutItems, PutUsers or PutActions.
    Row(RowRecord),
}

impl Record {
    /// Whether it is about one of these users.
    #[must_use]
    pub(crate) fn is_of(&self, users: &BTreeSet<String>) -> bool {
        match self {
            Self::Event(event) | Self::ActionInteraction(event) => event
                .user_id
                .as_ref()
                .is_some_and(|user| users.contains(user)),
            Self::Row(row) => {
                row.dataset_type == DatasetType::Users.name() && users.contains(&row.id)
            }
        }
    }
}

/// Something that happened.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct EventRecord {
    /// Absent for an anonymous visitor.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) user_id: Option<String>,
    /// The visit.
    pub(crate) session_id: String,
    /// For telling repetitions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) event_id: Option<String>,
    /// What happened.
    pub(crate) event_type: String,
    /// To what.
    pub(crate) item_id: String,
    /// When, in epoch seconds.
    pub(crate) sent_at: i64,
    /// With what value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) event_value: Option<f32>,
    /// The properties as they came: a JSON object in a string.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) properties: Option<String>,
    /// The answer in which the item was recommended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) recommendation_id: Option<String>,
    /// What else the visitor was shown.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) impression: Vec<String>,
    /// What a metric attribution counts the event for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) event_attribution_source: Option<String>,
}

impl EventRecord {
    /// The number in a column of interactions: EVENT_VALUE, or a property of that name.
    #[must_use]
    pub(crate) fn number(&self, column: &str) -> Option<f64> {
        if column.eq_ignore_ascii_case("EVENT_VALUE") {
            return self.event_value.map(f64::from);
        }
        let properties: Map<String, Value> =
            serde_json::from_str(self.properties.as_deref()?).ok()?;
        let mut properties = properties.iter();
        let (_, value) = properties.find(|(key, _)| same_field(key, column))?;
        value.as_f64()
    }
}

/// Something that has an id, described.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RowRecord {
    /// `ITEMS`, `USERS` or `ACTIONS`.
    pub(crate) dataset_type: String,
    /// Its id.
    pub(crate) id: String,
    /// The properties as they came: a JSON object in a string.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) properties: Option<String>,
    /// When it came, in epoch seconds.
    pub(crate) received: f64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_the_value_or_a_property() {
        let event = EventRecord {
            event_value: Some(2.5),
            properties: Some(r#"{"amountPaid": 7, "device": "phone"}"#.to_owned()),
            ..EventRecord::default()
        };
        assert_eq!(event.number("EVENT_VALUE"), Some(2.5));
        assert_eq!(event.number("AMOUNT_PAID"), Some(7.0));
        assert_eq!(event.number("DEVICE"), None);
        assert_eq!(EventRecord::default().number("AMOUNT_PAID"), None);
    }
}
