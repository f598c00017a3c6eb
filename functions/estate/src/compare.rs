//! In what a found resource differs from what is declared, and whether somebody changed it by hand.

use serde::{Deserialize, Serialize};
use serde_json::Value;
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
        | (Kind::Solution, "performAutoTraining" | "autoTrainingSchedule" | "events")
        | (Kind::MetricAttribution | Kind::Schedule, _) => Way::InPlace,
        (Kind::Campaign, field) if field != "solution" => Way::InPlace,
        (Kind::Recommender, field) if field != "recipe" => Way::InPlace,
        _ => Way::NewName,
    }
}

/// Every field of `found` that is not as it is to be.
///
/// What the file says is to be. A field it is silent about is to stay as it was when it was applied,
/// so that a change by hand is seen there too; a tag that has left the file is to go.
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
            by_hand: was(field).is_some_and(|was| *was != is(field)),
            field: field.clone(),
            from: is(field),
            to: to.clone(),
        })
        .collect();
    let Some(record) = record else { return all };
    let silent = |field: &&String| !declared.fields.contains_key(*field);
    let gone = record.declared.keys().filter(silent);
    for field in gone.filter(|field| field.starts_with(TAG)) {
        if found.fields.contains_key(field) {
            all.push(Difference {
                field: field.clone(),
                from: is(field),
                to: Value::Null,
                by_hand: false,
            });
        }
    }
    for (field, was) in record.found.iter().filter(|(field, _)| silent(field)) {
        let left_alone = declared.left_alone.contains(&field.as_str());
        if !left_alone && !field.starts_with(TAG) && is(field) != *was {
            all.push(Difference {
                field: field.clone(),
                from: is(field),
                to: was.clone(),
                by_hand: true,
            });
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use serde_json::json;

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
        let mut left = declared(&[]);
        left.left_alone = &["exploration.weight"];
        assert_eq!(differences(&left, &found, Some(&then)), []);
    }

    #[test]
    fn tags_that_left_the_file_go_and_those_of_others_stay() {
        let now = [("tags.team", json!("a")), ("tags.bill", json!("x"))];
        let then = record(&[("tags.team", json!("a"))], &now);
        let seen = differences(&declared(&[]), &found(&now), Some(&then));
        assert_eq!(short(&seen), [("tags.team", Value::Null, false)]);
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
