//! One interaction as the shop sends it, and what of it is sound enough to learn from.
//!
//! Limits: Personalize's API reference, data type `Event`, and its quota of 10 KB an event.

use std::collections::BTreeSet;

use interactions::{IMPRESSION, Interaction, Participation};
use serde::Deserialize;

const MAX_ID: usize = 256;
const MAX_RECOMMENDATION_ID: usize = 40;
const MAX_IMPRESSION: usize = 25;
/// A visitor is in one experiment of a layer.
const MAX_EXPERIMENTS: usize = 10;
const MAX_BYTES: usize = 10 * 1024;

/// How far a shop's clock may be ahead of ours, in seconds.
const MAX_AHEAD: i64 = 300;

/// GraphQL's `InteractionInput`, as it comes.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct InteractionInput {
    event_id: Option<String>,
    /// What happened.
    pub(crate) event_type: String,
    /// To which product.
    pub(crate) item_id: Option<String>,
    /// Epoch seconds.
    pub(crate) sent_at: Option<i64>,
    /// A price, a rating, ...
    pub(crate) event_value: Option<f64>,
    recommendation_id: Option<String>,
    /// What was shown.
    pub(crate) impression: Option<Vec<String>>,
    placement: Option<String>,
    experiments: Option<Vec<Participation>>,
}

impl InteractionInput {
    /// The interaction, received at `now` (epoch seconds), or why it cannot be taken. `event_id` is
    /// its id when the shop gave none. The placement is checked when `placements` are known.
    pub(crate) fn check(
        self,
        event_id: String,
        placements: Option<&BTreeSet<String>>,
        now: i64,
    ) -> Result<Interaction, String> {
        let event_type = text("eventType", self.event_type, MAX_ID)?;
        let impression = impression(self.impression.unwrap_or_default())?;
        let recommendation_id = self
            .recommendation_id
            .map(|id| text("recommendationId", id, MAX_RECOMMENDATION_ID))
            .transpose()?;
        within_size(Interaction {
            event_id: text("eventId", self.event_id.unwrap_or(event_id), MAX_ID)?,
            item_id: item(self.item_id, &event_type, &impression)?,
            event_type,
            sent_at: sent_at(self.sent_at, now)?,
            event_value: self.event_value.map(event_value).transpose()?,
            recommendation_id,
            impression,
            placement: self
                .placement
                .map(|name| placement(name, placements))
                .transpose()?,
            experiments: experiments(self.experiments.unwrap_or_default())?,
        })
    }
}

fn within_size(interaction: Interaction) -> Result<Interaction, String> {
    let bytes = serde_json::to_vec(&interaction).map_or(0, |json| json.len());
    if bytes > MAX_BYTES {
        return Err(format!(
            "it has {bytes} bytes; Personalize takes {MAX_BYTES}: send a shorter impression"
        ));
    }
    Ok(interaction)
}

/// Only what was merely shown is of no item in particular.
fn item(
    item: Option<String>,
    event_type: &str,
    impression: &[String],
) -> Result<Option<String>, String> {
    match item {
        Some(item) => text("itemId", item, MAX_ID).map(Some),
        None if event_type == IMPRESSION && !impression.is_empty() => Ok(None),
        None if event_type == IMPRESSION => {
            Err("an impression without itemId needs the list of what was shown".to_owned())
        }
        None => Err(format!(
            "itemId is missing; only eventType `{IMPRESSION}` can do without it"
        )),
    }
}

fn placement(name: String, declared: Option<&BTreeSet<String>>) -> Result<String, String> {
    let name = text("placement", name, MAX_ID)?;
    match declared {
        Some(declared) if !declared.contains(&name) => {
            let names: Vec<&str> = declared.iter().map(String::as_str).collect();
            let names = names.join(", ");
            Err(format!(
                "placement `{name}` is not declared; declared are: {names}"
            ))
        }
        _ => Ok(name),
    }
}

fn experiments(told: Vec<Participation>) -> Result<Vec<Participation>, String> {
    if told.len() > MAX_EXPERIMENTS {
        let n = told.len();
        return Err(format!(
            "experiments are {n}; at most {MAX_EXPERIMENTS} are taken: send those of the answer"
        ));
    }
    let entry = |(index, one): (usize, Participation)| {
        let at = |member: &str| format!("experiments[{index}].{member}");
        Ok(Participation {
            experiment: text(&at("experiment"), one.experiment, MAX_ID)?,
            arm: one
                .arm
                .map(|arm| text(&at("arm"), arm, MAX_ID))
                .transpose()?,
        })
    };
    told.into_iter().enumerate().map(entry).collect()
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
        let input: InteractionInput = serde_json::from_value(input).unwrap();
        let declared = BTreeSet::from(["cart".to_owned(), "home".to_owned()]);
        input.check("id".to_owned(), Some(&declared), NOW)
    }

    #[test]
    fn what_is_left_out_is_filled_in() {
        let first = check(json!({})).unwrap();
        assert_eq!((first.sent_at, first.event_id.as_str()), (NOW, "id"));
        assert_eq!(check(json!({"eventId": "e"})).unwrap().event_id, "e");
    }

    #[test]
    fn what_was_shown_needs_no_item_and_anything_else_does() {
        let shown = |changes: Value| {
            let mut input = json!({"itemId": null, "eventType": "impression"});
            input
                .as_object_mut()
                .unwrap()
                .extend(changes.as_object().unwrap().clone());
            check(input)
        };
        assert_eq!(shown(json!({"impression": ["a"]})).unwrap().item_id, None);
        assert!(shown(json!({})).unwrap_err().contains("what was shown"));
        let view = shown(json!({"eventType": "view", "impression": ["a"]}));
        assert!(view.unwrap_err().contains("itemId is missing"));
    }

    #[test]
    fn placements_are_those_that_are_declared() {
        let home = check(json!({"placement": "home"})).unwrap();
        assert_eq!(home.placement.as_deref(), Some("home"));
        let refused = check(json!({"placement": "hom"})).unwrap_err();
        assert!(refused.ends_with("declared are: cart, home"), "{refused}");
    }

    #[test]
    fn experiments_are_kept_as_the_answer_told_them() {
        let told = json!([{"experiment": "a", "arm": "new"}, {"experiment": "b", "arm": null}]);
        let kept = check(json!({ "experiments": told })).unwrap().experiments;
        let kept: Vec<(&str, Option<&str>)> = kept
            .iter()
            .map(|one| (one.experiment.as_str(), one.arm.as_deref()))
            .collect();
        assert_eq!(kept, [("a", Some("new")), ("b", None)]);
        let many = vec![json!({"experiment": "a"}); 11];
        let refused = check(json!({ "experiments": many })).unwrap_err();
        assert!(refused.starts_with("experiments are 11"), "{refused}");
        let empty = json!([{"experiment": "a", "arm": ""}]);
        let refused = check(json!({ "experiments": empty })).unwrap_err();
        assert_eq!(refused, "experiments[0].arm is empty");
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
