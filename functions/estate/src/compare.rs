//! In what a found resource differs from what is declared, and whether somebody changed it by hand.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use shared::arn::Kind;

use crate::resource::{Declared, Found, Record, TAG};

/// One field that is not as declared.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Difference {
    /// Its name in the configuration.
    pub(crate) field: String,
    /// As it is.
    pub(crate) from: Value,
    /// As it is to be.
    pub(crate) to: Value,
    /// Since it was applied last, somebody changed it by hand.
    pub(crate) by_hand: bool,
}

/// What it takes to change a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// A call changes it.
    InPlace,
    /// A new generation takes over, and the old one goes.
    Replacement,
    /// Only a resource of another name can have it otherwise.
    NewName,
}

/// What it takes to change `field` of a resource of `kind`.
pub(crate) fn way(kind: Kind, field: &str) -> Way {
    match (kind, field) {
        _ if field.starts_with(TAG) => Way::InPlace,
        (Kind::Schema, "avro") | (Kind::Filter, "expression") => Way::Replacement,
        (Kind::Dataset, "schema")
        | (
            Kind::Solution,
            "performAutoTraining" | "autoTrainingSchedule" | "events" | "performIncrementalUpdate",
        )
        | (Kind::MetricAttribution | Kind::Schedule, _) => Way::InPlace,
        (Kind::Campaign, field) if field != "solution" => Way::InPlace,
        (Kind::Recommender, field) if field != "recipe" => Way::InPlace,
        _ => Way::NewName,
    }
}

/// Every field of `found` that is not as it is to be.
///
/// What the file says is to be. What has left the file goes back to Personalize's default. A field it
/// was always silent about is to stay as it was when it was applied, so that a change by hand is seen
/// there too. Without a record nobody knows what was: what is not as declared was then made by hand.
pub(crate) fn differences(
    declared: &Declared,
    found: &Found,
    record: Option<&Record>,
) -> Vec<Difference> {
    let is = |field: &str| found.fields.get(field).cloned().unwrap_or_default();
    let was = |field: &str| record.and_then(|record| record.found.get(field));
    let mut all: Vec<Difference> = declared
        .fields
        .iter()
        .filter(|(field, to)| is(field) != **to)
        .map(|(field, to)| Difference {
            by_hand: record.is_none() || was(field).is_some_and(|was| *was != is(field)),
            field: field.clone(),
            from: is(field),
            to: to.clone(),
        })
        .collect();
    if let Some(record) = record {
        all.extend(silent(declared, found, record));
    }
    all
}

/// Differences in what the file does not say.
fn silent(declared: &Declared, found: &Found, record: &Record) -> Vec<Difference> {
    if !record.seen {
        return Vec::new();
    }
    let mut fields: Vec<&String> = record.found.keys().chain(found.fields.keys()).collect();
    fields.sort();
    fields.dedup();
    let is_silent = |field: &&String| {
        let left_alone = declared.left_alone.contains(&field.as_str());
        // Whether a recommender runs is, where the file does not say, a matter of its hours.
        !declared.fields.contains_key(*field) && !left_alone && *field != "running"
    };
    fields
        .into_iter()
        .filter(is_silent)
        .filter_map(|field| silent_field(field, found, record))
        .collect()
}

fn silent_field(field: &str, found: &Found, record: &Record) -> Option<Difference> {
    let is = found.fields.get(field).cloned().unwrap_or_default();
    let left_the_file = record.declared.contains_key(field);
    let (to, by_hand) = match record.found.get(field) {
        _ if left_the_file => (default(field), false),
        Some(was) => (was.clone(), true),
        None => (default(field), true),
    };
    let is_default = is.is_null() && to == default(field);
    (is != to && !is_default).then(|| Difference {
        field: field.to_owned(),
        from: is,
        to,
        by_hand,
    })
}

/// What Personalize takes when a field is not said (API reference, CampaignConfig, AutoTrainingConfig).
fn default(field: &str) -> Value {
    match field {
        "exploration.weight" => json!(0.3),
        "exploration.itemAgeCutOff" => json!(30.0),
        "autoTrainingSchedule" => json!("rate(7 days)"),
        "events" => json!([]),
        "performIncrementalUpdate" => json!(false),
        _ => Value::Null,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::Fields;

    fn fields(pairs: &[(&str, Value)]) -> Fields {
        pairs
            .iter()
            .map(|(field, value)| ((*field).to_owned(), value.clone()))
            .collect()
    }

    fn declared(pairs: &[(&str, Value)]) -> Declared {
        Declared {
            kind: Kind::Campaign,
            name: "home".to_owned(),
            fields: fields(pairs),
            left_alone: &[],
        }
    }

    fn found(pairs: &[(&str, Value)]) -> Found {
        Found {
            fields: fields(pairs),
            ..Found::new(Kind::Campaign, "home".to_owned(), "arn".to_owned())
        }
    }

    fn record(declared: &[(&str, Value)], found: &[(&str, Value)]) -> Record {
        Record {
            declared: fields(declared),
            found: fields(found),
            seen: true,
            solution_version: None,
        }
    }

    fn short(all: &[Difference]) -> Vec<(&str, Value, bool)> {
        all.iter()
            .map(|one| (one.field.as_str(), one.to.clone(), one.by_hand))
            .collect()
    }

    #[test]
    fn a_change_in_the_file_is_told_from_one_by_hand() {
        let tps = |n: u32| [("minProvisionedTPS", json!(n))];
        let record = record(&tps(1), &tps(1));
        let in_file = differences(&declared(&tps(2)), &found(&tps(1)), Some(&record));
        assert_eq!(short(&in_file), [("minProvisionedTPS", json!(2), false)]);
        let by_hand = differences(&declared(&tps(1)), &found(&tps(5)), Some(&record));
        assert_eq!(short(&by_hand), [("minProvisionedTPS", json!(1), true)]);
        assert_eq!(
            differences(&declared(&tps(5)), &found(&tps(5)), Some(&record)),
            []
        );
    }

    #[test]
    fn a_field_the_file_is_silent_about_stays_as_it_was_applied() {
        let now = [("exploration.weight", json!(0.9))];
        let then = record(&[], &[("exploration.weight", json!(0.3))]);
        let found = found(&now);
        let seen = differences(&declared(&[]), &found, Some(&then));
        assert_eq!(short(&seen), [("exploration.weight", json!(0.3), true)]);
        assert_eq!(differences(&declared(&[]), &found, None), []);
        let added = record(&[], &[("minProvisionedTPS", json!(1))]);
        let seen = differences(&declared(&[]), &found, Some(&added));
        assert!(seen.contains(&Difference {
            field: "exploration.weight".to_owned(),
            from: json!(0.9),
            to: json!(0.3),
            by_hand: true,
        }));
        let mut left = declared(&[]);
        left.left_alone = &["exploration.weight"];
        assert_eq!(differences(&left, &found, Some(&then)), []);
    }

    #[test]
    fn what_leaves_the_file_goes_back_to_the_default() {
        let weight = |weight: f64| [("exploration.weight", json!(weight))];
        let then = record(&weight(0.9), &weight(0.9));
        let seen = differences(&declared(&[]), &found(&weight(0.9)), Some(&then));
        assert_eq!(short(&seen), [("exploration.weight", json!(0.3), false)]);
        for done in [found(&weight(0.3)), found(&[])] {
            assert_eq!(differences(&declared(&[]), &done, Some(&then)), []);
        }
    }

    #[test]
    fn what_nobody_remembers_was_made_by_hand() {
        let tps = |n: u32| [("minProvisionedTPS", json!(n))];
        let seen = differences(&declared(&tps(1)), &found(&tps(5)), None);
        assert_eq!(short(&seen), [("minProvisionedTPS", json!(1), true)]);
    }

    #[test]
    fn tags_that_left_the_file_go_and_those_of_others_stay() {
        let now = [("tags.team", json!("a")), ("tags.bill", json!("x"))];
        let then = record(&[("tags.team", json!("a"))], &now);
        let seen = differences(&declared(&[]), &found(&now), Some(&then));
        assert_eq!(short(&seen), [("tags.team", Value::Null, false)]);
        let hand = [("tags.bill", json!("x")), ("tags.new", json!("y"))];
        let then = record(&[], &[("tags.bill", json!("x"))]);
        let seen = differences(&declared(&[]), &found(&hand), Some(&then));
        assert_eq!(short(&seen), [("tags.new", Value::Null, true)]);
    }

    #[test]
    fn what_personalize_cannot_change_needs_another_name() {
        assert_eq!(way(Kind::Solution, "recipe"), Way::NewName);
        assert_eq!(way(Kind::Solution, "tags.team"), Way::InPlace);
        assert_eq!(way(Kind::Filter, "expression"), Way::Replacement);
        assert_eq!(way(Kind::Campaign, "solution"), Way::NewName);
        assert_eq!(way(Kind::Campaign, "exploration.weight"), Way::InPlace);
    }
}
