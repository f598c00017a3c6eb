//! What the demonstration did, in the shape `--json` promises. What was not reached is not there.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;
use serde_json::Value;
use shared::config::EstateConfig;

use super::changes::Seconds;
use super::messages::Sent;
use super::questions::Answer;
use super::table;
use crate::error::{Error, Result};
use crate::seed::Seeded;

/// The report.
#[derive(Debug, Default, Serialize)]
pub(super) struct Report {
    #[serde(skip_serializing_if = "Option::is_none")]
    rows_read: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rows_rejected: Option<BTreeMap<String, u64>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) items_cached: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) interactions_imported: Option<u64>,
    solutions: Vec<Solution>,
    queries: Vec<Query>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) changed_after_event: Option<bool>,
    /// Seconds until the answers had what was added, changed and withdrawn in the backend.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) backend_changes: Option<Seconds>,
    /// Messages of the campaign in the outbox, by channel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) messages: Option<Sent>,
    pub(super) seconds: BTreeMap<String, f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) failed_step: Option<String>,
}

#[derive(Debug, Serialize)]
struct Solution {
    name: String,
    recipe: String,
    #[serde(rename = "solutionVersionArn")]
    version: String,
    metrics: BTreeMap<String, f64>,
    /// What `evaluate` decided, for the table only.
    #[serde(skip)]
    decision: String,
}

#[derive(Debug, Serialize)]
struct Query {
    placement: String,
    #[serde(rename = "userId")]
    user: Option<String>,
    items: Vec<Item>,
}

#[derive(Debug, Serialize)]
struct Item {
    id: String,
    title: Option<String>,
}

impl Report {
    /// Adds what was read.
    pub(super) fn seeded(&mut self, seeded: &Seeded) {
        self.rows_read = Some(seeded.rows_read);
        self.rows_rejected = Some(seeded.rows_rejected.clone());
    }

    /// Adds what was trained: the output of `retrain`, with the recipes as declared.
    pub(super) fn solutions(&mut self, output: &Value, estate: &EstateConfig) {
        for solution in output["solutions"].as_array().into_iter().flatten() {
            let name = solution["name"].as_str().unwrap_or_default().to_owned();
            let declared = estate
                .solutions
                .iter()
                .find(|solution| solution.name == name);
            let metrics = solution["metrics"].as_object().into_iter().flatten();
            self.solutions.push(Solution {
                recipe: declared
                    .map(|solution| solution.recipe.clone())
                    .unwrap_or_default(),
                version: solution["solutionVersionArn"]
                    .as_str()
                    .unwrap_or_default()
                    .to_owned(),
                metrics: metrics
                    .filter_map(|(name, value)| Some((name.clone(), value.as_f64()?)))
                    .collect(),
                decision: solution["decision"].as_str().unwrap_or("-").to_owned(),
                name,
            });
        }
    }

    /// Adds a question and its answer.
    pub(super) fn query(&mut self, answer: &Answer) {
        let items = answer.items.iter();
        self.queries.push(Query {
            placement: answer.placement.clone(),
            user: answer.user.clone(),
            items: items
                .map(|item| Item {
                    id: item.id.clone(),
                    title: item.title.clone(),
                })
                .collect(),
        });
    }

    /// Prints how good each solution is on what it was not trained with.
    pub(super) fn print_solutions(&self) {
        const SHOWN: [(&str, &str); 3] = [
            ("NDCG@10", "normalized_discounted_cumulative_gain_at_10"),
            ("precision@10", "precision_at_10"),
            ("coverage", "coverage"),
        ];
        let rows: Vec<Vec<String>> = self
            .solutions
            .iter()
            .map(|solution| {
                let metric = |name: &str| {
                    solution
                        .metrics
                        .get(name)
                        .map_or_else(|| "-".into(), |value| format!("{value:.4}"))
                };
                let mut row = vec![solution.name.clone(), solution.recipe.clone()];
                row.extend(SHOWN.iter().map(|(_, name)| metric(name)));
                row.push(solution.decision.clone());
                row
            })
            .collect();
        let header = [
            "solution", "recipe", SHOWN[0].0, SHOWN[1].0, SHOWN[2].0, "decision",
        ];
        table::print(
            "Trained, measured on interactions held back",
            &header,
            &rows,
        );
    }

    /// Writes it as JSON.
    ///
    /// # Errors
    /// [`Error::File`].
    pub(super) fn write(&self, file: &Path) -> Result<()> {
        let text = serde_json::to_string_pretty(self).unwrap_or_default();
        std::fs::write(file, text + "\n").map_err(Error::file("writing", file))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_shape_is_the_promised_one() {
        let report = Report {
            rows_read: Some(10),
            rows_rejected: Some(BTreeMap::from([("cancelled".into(), 1)])),
            items_cached: Some(3),
            interactions_imported: Some(9),
            solutions: vec![Solution {
                name: "similar-items".into(),
                recipe: "aws-similar-items".into(),
                version: "arn:1".into(),
                metrics: BTreeMap::from([("coverage".into(), 0.5)]),
                decision: "PROMOTE".into(),
            }],
            queries: vec![Query {
                placement: "home".into(),
                user: None,
                items: vec![Item {
                    id: "a".into(),
                    title: Some("A".into()),
                }],
            }],
            changed_after_event: Some(true),
            backend_changes: Some(BTreeMap::from([("added", 2.5)])),
            messages: Some(BTreeMap::from([("email".into(), 200)])),
            seconds: BTreeMap::from([("build".into(), 1.5)]),
            failed_step: None,
        };
        let expected = json!({
            "rows_read": 10, "rows_rejected": {"cancelled": 1}, "items_cached": 3,
            "interactions_imported": 9,
            "solutions": [{"name": "similar-items", "recipe": "aws-similar-items",
                "solutionVersionArn": "arn:1", "metrics": {"coverage": 0.5}}],
            "queries": [{"placement": "home", "userId": null, "items": [{"id": "a", "title": "A"}]}],
            "changed_after_event": true, "backend_changes": {"added": 2.5}, "messages": {"email": 200},
            "seconds": {"build": 1.5},
        });
        assert_eq!(serde_json::to_value(&report).unwrap(), expected);
    }

    #[test]
    fn a_failed_run_says_where_and_only_what_it_reached() {
        let report = Report {
            failed_step: Some("deploy".into()),
            ..Report::default()
        };
        let expected =
            json!({"solutions": [], "queries": [], "seconds": {}, "failed_step": "deploy"});
        assert_eq!(serde_json::to_value(&report).unwrap(), expected);
    }
}
