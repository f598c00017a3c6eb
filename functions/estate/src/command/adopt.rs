//! `adopt`: writes the declaration of a dataset group that exists, so that it can be applied without
//! a change and grown from there.

use std::{collections::BTreeMap, process::ExitCode};

use serde_json::{Map, Value, json};
use shared::{arn::Kind, aws};

use super::arguments::Common;
use crate::{
    error::EstateError,
    observe::{World, observe},
    resource::{Declared, Fields, Found},
};

/// `adopt`
pub(super) async fn adopt(_: &Common, group: &str) -> Result<ExitCode, EstateError> {
    let aws = aws::for_workflows().await;
    let personalize = aws_sdk_personalize::Client::new(&aws);
    let declared = [Declared {
        kind: Kind::DatasetGroup,
        name: group.to_owned(),
        fields: Fields::new(),
        left_alone: &[],
    }];
    let world = observe(&personalize, None, &declared, &[]).await?;
    if world.group().is_none() {
        return Err(EstateError::Usage(format!(
            "there is no dataset group `{group}` in this account and region"
        )));
    }
    // The schemas are known by the datasets only.
    let schemas: Vec<(Kind, String)> = world
        .of(Kind::Dataset)
        .filter_map(|dataset| Some((Kind::Schema, text(dataset, "schema")?)))
        .collect();
    let world = observe(&personalize, None, &declared, &schemas).await?;
    anstream::print!("{}", yaml(&declaration(group, &world)));
    Ok(ExitCode::SUCCESS)
}

/// The declaration of everything in `world`.
fn declaration(group: &str, world: &World) -> Value {
    let mut root = Map::new();
    root.insert("version".to_owned(), json!(1));
    root.insert("estate".to_owned(), json!(group));
    let mut dataset_group = json!({ "name": group });
    if let Some(domain) = world.group().and_then(|found| text(found, "domain")) {
        dataset_group["domain"] = json!(domain);
    }
    root.insert("datasetGroup".to_owned(), dataset_group);
    root.insert(
        "schemas".to_owned(),
        list(world, Kind::Schema, &[("avro", "avro")]),
    );
    root.insert("datasets".to_owned(), datasets(world));
    if let Some(tracker) = world.of(Kind::EventTracker).next() {
        root.insert("eventTracker".to_owned(), json!({ "name": tracker.name }));
    }
    root.insert(
        "filters".to_owned(),
        list(world, Kind::Filter, &[("expression", "expression")]),
    );
    let solution = [
        "recipe",
        "eventType",
        "performAutoTraining",
        "autoTrainingSchedule",
        "events",
    ];
    let solution = solution.map(|field| (field, field));
    root.insert(
        "solutions".to_owned(),
        list(world, Kind::Solution, &solution),
    );
    let campaign = [
        ("solution", "solution"),
        ("minProvisionedTPS", "minProvisionedTPS"),
        (
            "syncWithLatestSolutionVersion",
            "syncWithLatestSolutionVersion",
        ),
        ("enableMetadata", "enableMetadata"),
    ];
    root.insert(
        "campaigns".to_owned(),
        list(world, Kind::Campaign, &campaign),
    );
    let recommender = [
        ("recipe", "recipe"),
        (
            "minRecommendationRequestsPerSecond",
            "minRecommendationRequestsPerSecond",
        ),
        ("enableMetadata", "enableMetadata"),
    ];
    root.insert(
        "recommenders".to_owned(),
        list(world, Kind::Recommender, &recommender),
    );
    if let Some(found) = world.of(Kind::MetricAttribution).next() {
        root.insert("metricAttribution".to_owned(), attribution(found));
    }
    root.retain(|_, value| *value != json!([]));
    Value::Object(root)
}

/// The resources of one kind, each with the fields that say something.
fn list(world: &World, kind: Kind, fields: &[(&str, &str)]) -> Value {
    let all = world.of(kind).map(|found| {
        let mut one = Map::from_iter([("name".to_owned(), json!(found.name))]);
        for (field, key) in fields {
            let value = found
                .fields
                .get(*field)
                .filter(|value| says_something(value));
            if let Some(value) = value {
                one.insert((*key).to_owned(), value.clone());
            }
        }
        for group in ["hyperparameters", "exploration"] {
            let nested = nested(found, group);
            if !nested.is_empty() {
                one.insert(group.to_owned(), Value::Object(nested));
            }
        }
        // Said without its own training, the schedule is no declaration.
        if one.get("performAutoTraining").is_none() {
            one.remove("autoTrainingSchedule");
        }
        Value::Object(one)
    });
    all.collect()
}

/// The fields `<group>.<name>` by their names.
fn nested(found: &Found, group: &str) -> Map<String, Value> {
    let prefix = format!("{group}.");
    let fields = found.fields.iter();
    let inside = fields.filter_map(|(field, value)| {
        let name = field.strip_prefix(&prefix)?;
        // Days are whole, and kept as numbers that need not be.
        let whole = value.as_f64().filter(|_| name == "itemAgeCutOff");
        let value = whole.map_or_else(|| value.clone(), |days| json!(days.round() as u64));
        Some((name.to_owned(), value))
    });
    inside.collect()
}

fn attribution(found: &Found) -> Value {
    let metrics = found.fields.get("metrics").and_then(Value::as_object);
    let metrics = metrics.into_iter().flatten().map(|(name, metric)| {
        json!({ "name": name, "eventType": metric["eventType"], "expression": metric["expression"] })
    });
    let mut declared = json!({ "name": found.name, "metrics": metrics.collect::<Value>() });
    if let Some(reports) = text(found, "reports") {
        declared["reports"] = json!(reports);
    }
    declared
}

fn says_something(value: &Value) -> bool {
    !value.is_null() && *value != json!(false)
}

fn datasets(world: &World) -> Value {
    let all = world.of(Kind::Dataset).filter_map(|found| {
        let of = text(found, "type")?;
        let dataset = json!({
            "name": found.name,
            "schema": text(found, "schema")?,
            "location": format!("datasets/full/{of}/"),
        });
        Some((of, dataset))
    });
    json!(all.collect::<BTreeMap<String, Value>>())
}

fn text(found: &Found, field: &str) -> Option<String> {
    Some(found.fields.get(field)?.as_str()?.to_owned())
}

/// JSON is YAML; written so that it reads like the shipped file: one line a resource, the schemas
/// one line a column.
fn yaml(declaration: &Value) -> String {
    let mut out = String::new();
    for (key, value) in declaration.as_object().into_iter().flatten() {
        match value {
            Value::Array(all) => {
                out.push_str(&format!("{key}:\n"));
                for one in all {
                    out.push_str(&format!("  - {one}\n"));
                }
            }
            Value::Object(all) if key == "datasets" => {
                out.push_str(&format!("{key}:\n"));
                for (name, one) in all {
                    out.push_str(&format!("  {name}: {one}\n"));
                }
            }
            other => out.push_str(&format!("{key}: {other}\n")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(kind: Kind, name: &str, fields: &[(&str, Value)]) -> Found {
        let fields = fields.iter();
        Found {
            fields: fields
                .map(|(field, value)| ((*field).to_owned(), value.clone()))
                .collect(),
            ..Found::new(kind, name.to_owned(), format!("arn/{name}"))
        }
    }

    #[test]
    fn what_is_there_is_written_as_a_declaration_that_can_be_read() {
        let columns = ["USER_ID", "ITEM_ID", "TIMESTAMP"]
            .map(|name| json!({ "name": name, "type": "string" }));
        let world = World {
            found: vec![
                found(Kind::DatasetGroup, "old", &[]),
                found(
                    Kind::Schema,
                    "old-interactions",
                    &[("avro", json!({ "type": "record", "fields": columns }))],
                ),
                found(
                    Kind::Dataset,
                    "old-interactions",
                    &[
                        ("type", json!("interactions")),
                        ("schema", json!("old-interactions")),
                    ],
                ),
                found(
                    Kind::Filter,
                    "f",
                    &[(
                        "expression",
                        json!("EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN (\"buy\")"),
                    )],
                ),
                found(
                    Kind::Solution,
                    "s",
                    &[
                        ("recipe", json!("arn:aws:personalize:::recipe/aws-sims")),
                        ("performAutoTraining", json!(true)),
                        ("autoTrainingSchedule", json!("rate(3 days)")),
                        ("hyperparameters.recency_mask", json!("true")),
                    ],
                ),
                found(
                    Kind::Campaign,
                    "c",
                    &[
                        ("solution", json!("s")),
                        ("minProvisionedTPS", json!(2)),
                        ("exploration.weight", json!(0.4)),
                        ("exploration.itemAgeCutOff", json!(7.0)),
                    ],
                ),
            ],
            ..World::default()
        };
        let text = yaml(&declaration("old", &world));
        let config = shared::config::parse("adopted.yaml", &text).unwrap();
        assert_eq!(config.campaigns[0].min_provisioned_tps, 2);
        let explored = config.campaigns[0].exploration.as_ref();
        assert_eq!(explored.unwrap().item_age_cut_off, Some(7));
        assert_eq!(config.solutions[0].hyperparameters["recency_mask"], "true");
        assert_eq!(config.datasets.interactions.schema, "old-interactions");
    }
}
