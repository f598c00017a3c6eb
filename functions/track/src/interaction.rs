//! One interaction: what the shop sends, and what of it is sound enough to learn from.
//!
//! Limits: Personalize's API reference, data type `Event`, and its quota of 10 KB an event.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

const MAX_ID: usize = 256;
const MAX_RECOMMENDATION_ID: usize = 40;
const MAX_IMPRESSION: usize = 25;
const MAX_BYTES: usize = 10 * 1024;

/// How far a shop's clock may be ahead of ours, in seconds.
const MAX_AHEAD: i64 = 300;

/// GraphQL's `InteractionInput`, as it comes.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct InteractionInput {
    event_id: Option<String>,
    event_type: String,
    item_id: String,
    sent_at: Option<i64>,
    event_value: Option<f64>,
    recommendation_id: Option<String>,
    impression: Option<Vec<String>>,
}

/// A sound interaction; its JSON is what the event log and the dead-letter queue hold.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Interaction {
    /// Unique: an interaction that comes twice counts once.
    pub(crate) event_id: String,
    /// `view`, `purchase`, ...
    pub(crate) event_type: String,
    /// The product.
    pub(crate) item_id: String,
    /// Epoch seconds, never in the future.
    pub(crate) sent_at: i64,
    /// A price, a rating, seconds watched; finite.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) event_value: Option<f32>,
    /// The answer it follows from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) recommendation_id: Option<String>,
    /// What was shown together with the product: none, or at most 25.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) impression: Vec<String>,
}

impl Interaction {
    /// The interaction, received at `now` (epoch seconds), or why it cannot be taken.
    pub(crate) fn new(input: InteractionInput, now: i64) -> Result<Self, String> {
        let event_id = match input.event_id {
            Some(id) => text("eventId", id, MAX_ID)?,
            None => Uuid::now_v7().to_string(),
        };
        let recommendation_id = input
            .recommendation_id
            .map(|id| text("recommendationId", id, MAX_RECOMMENDATION_ID))
            .transpose()?;
        let interaction = Self {
            event_id,
            event_type: text("eventType", input.event_type, MAX_ID)?,
            item_id: text("itemId", input.item_id, MAX_ID)?,
            sent_at: sent_at(input.sent_at, now)?,
            event_value: input.event_value.map(event_value).transpose()?,
            recommendation_id,
            impression: impression(input.impression.unwrap_or_default())?,
        };
        interaction.within_size()
    }

    fn within_size(self) -> Result<Self, String> {
        let bytes = serde_json::to_vec(&self).map_or(0, |json| json.len());
        if bytes > MAX_BYTES {
            return Err(format!(
                "it has {bytes} bytes; Personalize takes {MAX_BYTES}: send a shorter impression"
            ));
        }
        Ok(self)
    }
}

fn text(name: &str, value: String, most: usize) -> Result<String, String> {
    match value.chars().count() {
        0 => Err(format!("{name} is empty")),
        n if n > most => Err(format!(
            "{name} has {n} characters; at most {most} are taken"
        )),
        _ => Ok(value),
    }
}

fn sent_at(sent_at: Option<i64>, now: i64) -> Result<i64, String> {
    let sent_at = sent_at.unwrap_or(now);
    if sent_at <= 0 {
        return Err(format!("sentAt {sent_at} is before 1970"));
    }
    if sent_at > now + MAX_AHEAD {
        return Err(format!(
            "sentAt {sent_at} is in the future; it is seconds since 1970, not milliseconds"
        ));
    }
    Ok(sent_at.min(now))
}

/// Personalize keeps values in single precision.
fn event_value(value: f64) -> Result<f32, String> {
    #[allow(clippy::cast_possible_truncation)]
    let single = value as f32;
    if single.is_finite() {
        Ok(single)
    } else {
        Err(format!(
            "eventValue {value} is no number Personalize can keep"
        ))
    }
}

fn impression(items: Vec<String>) -> Result<Vec<String>, String> {
    if items.len() > MAX_IMPRESSION {
        let n = items.len();
        return Err(format!(
            "impression has {n} items; at most {MAX_IMPRESSION} are taken"
        ));
    }
    let entry = |(index, id)| text(&format!("impression[{index}]"), id, MAX_ID);
    items.into_iter().enumerate().map(entry).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const NOW: i64 = 1_800_000_000;

    /// A sound view of `a`, changed by `changes`.
    fn check(changes: Value) -> Result<Interaction, String> {
        let mut input = json!({"eventType": "view", "itemId": "a"});
        let Value::Object(changes) = changes else {
            panic!("changes are an object")
        };
        input.as_object_mut().unwrap().extend(changes);
        Interaction::new(serde_json::from_value(input).unwrap(), NOW)
    }

    #[test]
    fn what_is_left_out_is_filled_in() {
        let first = check(json!({})).unwrap();
        assert_eq!(first.sent_at, NOW);
        assert_ne!(first.event_id, check(json!({})).unwrap().event_id);
    }

    #[test]
    fn times_are_checked_and_a_fast_clock_is_set_back() {
        let sent_at = |sent_at: i64| check(json!({ "sentAt": sent_at }));
        assert_eq!(sent_at(1).unwrap().sent_at, 1);
        assert_eq!(sent_at(NOW + MAX_AHEAD).unwrap().sent_at, NOW);
        assert!(sent_at(0).unwrap_err().contains("before 1970"));
        let milliseconds = sent_at(NOW * 1_000).unwrap_err();
        assert!(milliseconds.contains("not milliseconds"), "{milliseconds}");
    }

    #[test]
    fn every_text_is_measured_in_characters() {
        assert!(check(json!({"itemId": "é".repeat(256)})).is_ok());
        for (changes, reason) in [
            (json!({"itemId": "a".repeat(257)}), "itemId has 257"),
            (json!({"itemId": ""}), "itemId is empty"),
            (json!({"eventType": ""}), "eventType is empty"),
            (json!({"eventId": ""}), "eventId is empty"),
            (json!({"recommendationId": "r".repeat(41)}), "at most 40"),
            (json!({"impression": ["a", ""]}), "impression[1] is empty"),
            (json!({"impression": vec!["a"; 26]}), "has 26 items"),
        ] {
            let rejected = check(changes).unwrap_err();
            assert!(rejected.contains(reason), "{rejected}");
        }
    }

    #[test]
    fn a_value_too_large_for_single_precision_is_refused() {
        assert_eq!(
            check(json!({"eventValue": 12.75})).unwrap().event_value,
            Some(12.75)
        );
        assert!(check(json!({"eventValue": 1e39})).is_err());
    }

    #[test]
    fn an_event_over_ten_kilobytes_is_refused() {
        let wide = "\u{1F3EE}".repeat(256);
        let rejected = check(json!({"impression": vec![wide; 25]})).unwrap_err();
        assert!(rejected.contains("bytes"), "{rejected}");
    }
}
