//! What a configuration must say besides having the right shape: names that Personalize accepts,
//! references that resolve, limits in range.
//!
//! Limits: Personalize developer guide, "Endpoints and quotas" and the API's name pattern.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::config::{DatasetType, EstateConfig, Placement};

const NAME_MAX: usize = 63;
const LIMIT_MAX: u32 = 500;
const EXPRESSION_MAX: usize = 2_500;

/// Developer guide, "Evaluating a solution version with metrics", as `GetSolutionMetrics` names them.
/// Higher is better in all of them.
const METRICS: [&str; 9] = [
    "coverage",
    "mean_reciprocal_rank_at_25",
    "normalized_discounted_cumulative_gain_at_5",
    "normalized_discounted_cumulative_gain_at_10",
    "normalized_discounted_cumulative_gain_at_25",
    "precision_at_5",
    "precision_at_10",
    "precision_at_25",
    "average_rewards_at_k",
];

/// Every contradiction in `config`, one line each: path, problem, remedy.
pub(super) fn problems(config: &EstateConfig) -> Vec<String> {
    let mut found = Problems(Vec::new());
    if config.version != 1 {
        found.add(
            "version",
            format!("{} is not known; this release reads 1", config.version),
        );
    }
    found.names(config);
    found.datasets(config);
    found.filters(config);
    found.solutions(config);
    found.evaluation(config);
    for (name, placement) in &config.placements {
        found.placement(config, name, placement);
    }
    found.0
}

struct Problems(Vec<String>);

impl Problems {
    fn add(&mut self, path: &str, problem: impl std::fmt::Display) {
        self.0.push(format!("{path}: {problem}"));
    }

    fn names(&mut self, config: &EstateConfig) {
        self.name("estate", &config.estate);
        self.name("datasetGroup.name", &config.dataset_group.name);
        if let Some(tracker) = &config.event_tracker {
            self.name("eventTracker.name", &tracker.name);
        }
        self.list(
            "schemas",
            config.schemas.iter().map(|entry| entry.name.as_str()),
        );
        self.list(
            "filters",
            config.filters.iter().map(|entry| entry.name.as_str()),
        );
        self.list(
            "solutions",
            config.solutions.iter().map(|entry| entry.name.as_str()),
        );
        self.list(
            "campaigns",
            config.campaigns.iter().map(|entry| entry.name.as_str()),
        );
    }

    fn list<'a>(&mut self, path: &str, names: impl Iterator<Item = &'a str>) {
        let mut seen = BTreeSet::new();
        for (index, name) in names.enumerate() {
            let path = format!("{path}[{index}].name");
            self.name(&path, name);
            if !seen.insert(name) {
                self.add(
                    &path,
                    format!("`{name}` is declared twice; names are unique"),
                );
            }
        }
    }

    fn name(&mut self, path: &str, name: &str) {
        let starts_well = name.starts_with(|first: char| first.is_ascii_alphanumeric());
        let ok = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if !starts_well || !name.chars().all(ok) || name.len() > NAME_MAX {
            self.add(path, format!(
                "`{name}` is no name for Personalize: letters, digits, - and _, a letter or digit first, at most {NAME_MAX}"
            ));
        }
    }

    fn datasets(&mut self, config: &EstateConfig) {
        for (kind, dataset) in config.datasets.iter() {
            let path = format!("datasets.{}", kind.name());
            self.name(&format!("{path}.name"), &dataset.name);
            if dataset.location.is_empty() || dataset.location.starts_with('/') {
                self.add(
                    &format!("{path}.location"),
                    "is a prefix in the data bucket, like datasets/full/items/",
                );
            }
            let Some(schema) = config.schema_of(dataset) else {
                let declared = config.schemas.iter().map(|schema| schema.name.as_str());
                self.undeclared(
                    &format!("{path}.schema"),
                    &dataset.schema,
                    "schemas",
                    declared,
                );
                continue;
            };
            let fields = schema.fields();
            for required in required_fields(kind) {
                if !fields.iter().any(|field| field.name == *required) {
                    self.add(&format!("{path}.schema"), format!(
                        "schema `{}` lacks the field {required}, which Personalize requires for {}",
                        schema.name, kind.name()
                    ));
                }
            }
        }
        for (index, schema) in config.schemas.iter().enumerate() {
            if !schema.avro.get("fields").is_some_and(Value::is_array) {
                self.add(
                    &format!("schemas[{index}].avro.fields"),
                    "is missing; an Avro record has a list of fields",
                );
            }
        }
    }

    fn filters(&mut self, config: &EstateConfig) {
        for (index, filter) in config.filters.iter().enumerate() {
            let path = format!("filters[{index}].expression");
            if let Err(error) = filter_expression::parse::parse(&filter.expression) {
                self.add(&path, error);
            }
            if filter.expression.len() > EXPRESSION_MAX {
                self.add(
                    &path,
                    format!("is longer than Personalize's {EXPRESSION_MAX} characters"),
                );
            }
        }
    }

    fn solutions(&mut self, config: &EstateConfig) {
        for (index, campaign) in config.campaigns.iter().enumerate() {
            let path = format!("campaigns[{index}]");
            if config.solution(&campaign.solution).is_none() {
                let declared = config
                    .solutions
                    .iter()
                    .map(|solution| solution.name.as_str());
                self.undeclared(
                    &format!("{path}.solution"),
                    &campaign.solution,
                    "solutions",
                    declared,
                );
            }
            if !(1..=500).contains(&campaign.min_provisioned_tps) {
                self.add(&format!("{path}.minProvisionedTPS"), "is 1 to 500");
            }
        }
    }

    fn evaluation(&mut self, config: &EstateConfig) {
        let rule = &config.evaluation;
        if !METRICS.contains(&rule.metric.as_str()) {
            self.add(
                "evaluation.metric",
                format!(
                    "`{}` is no metric of Personalize; it takes {}",
                    rule.metric,
                    METRICS.join(", ")
                ),
            );
        }
        if !(0.0..=1.0).contains(&rule.tolerance) {
            self.add("evaluation.tolerance", "is a share from 0 to 1");
        }
        if rule.floor < 0.0 || !rule.floor.is_finite() {
            self.add("evaluation.floor", "is a number from 0 up");
        }
    }

    fn placement(&mut self, config: &EstateConfig, name: &str, placement: &Placement) {
        let path = format!("placements.{name}");
        if !(1..=LIMIT_MAX).contains(&placement.limit) {
            self.add(
                &format!("{path}.limit"),
                format!("{} is not 1 to {LIMIT_MAX}", placement.limit),
            );
        }
        if let Some(filter) = &placement.filter
            && !config
                .filters
                .iter()
                .any(|declared| declared.name == *filter)
        {
            let declared = config.filters.iter().map(|filter| filter.name.as_str());
            self.undeclared(&format!("{path}.filter"), filter, "filters", declared);
        }
        let campaign = config
            .campaigns
            .iter()
            .find(|known| known.name == placement.campaign);
        let Some(campaign) = campaign else {
            let declared = config
                .campaigns
                .iter()
                .map(|campaign| campaign.name.as_str());
            return self.undeclared(
                &format!("{path}.campaign"),
                &placement.campaign,
                "campaigns",
                declared,
            );
        };
        let Some(solution) = config.solution(&campaign.solution) else {
            return;
        };
        let recipe = solution.recipe.rsplit('/').next().unwrap_or_default();
        let fitting = placement.strategy.recipes();
        if !fitting.iter().any(|start| recipe.starts_with(start)) {
            self.add(
                &format!("{path}.campaign"),
                format!(
                "campaign `{}` has the recipe {recipe}, which cannot fill this strategy; it takes {}",
                campaign.name, fitting.join(", ")
            ),
            );
        }
    }

    fn undeclared<'a>(
        &mut self,
        path: &str,
        name: &str,
        list: &str,
        declared: impl Iterator<Item = &'a str>,
    ) {
        let declared: Vec<&str> = declared.collect();
        let declared = if declared.is_empty() {
            "nothing".to_owned()
        } else {
            declared.join(", ")
        };
        self.add(
            path,
            format!("`{name}` is not declared under {list} (declared: {declared})"),
        );
    }
}

/// Personalize developer guide, "Creating schema JSON files": required fields by dataset type.
fn required_fields(kind: DatasetType) -> &'static [&'static str] {
    match kind {
        DatasetType::Items => &["ITEM_ID"],
        DatasetType::Users => &["USER_ID"],
        DatasetType::Interactions => &["USER_ID", "ITEM_ID", "TIMESTAMP"],
    }
}

#[cfg(test)]
mod tests {
    use crate::config::{ConfigError, parse};

    const SOUND: &str = include_str!("../../../config/personalization.yaml");

    fn refused(from: &str, to: &str) -> String {
        assert!(
            SOUND.contains(from),
            "the shipped file no longer holds `{from}`"
        );
        parse("test.yaml", &SOUND.replacen(from, to, 1))
            .unwrap_err()
            .to_string()
    }

    #[test]
    fn the_shipped_estate_is_sound() {
        let config = parse("test.yaml", SOUND).unwrap();
        assert_eq!(config.solutions.len(), 3);
    }

    #[test]
    fn an_unknown_key_is_named_with_its_path() {
        let message = refused("limit: 10", "limt: 10");
        assert!(message.contains("at `placements.home.limt`"), "{message}");
        assert!(message.contains("unknown field"), "{message}");
    }

    #[test]
    fn an_undeclared_campaign_lists_the_declared_ones() {
        let message = refused("campaign: user-personalization", "campaign: tastes");
        assert!(
            message.contains("placements.home.campaign: `tastes` is not declared"),
            "{message}"
        );
        assert!(message.contains("similar-items, popularity"), "{message}");
    }

    #[test]
    fn every_problem_is_reported_not_only_the_first() {
        let text = SOUND
            .replace("limit: 10", "limit: 501")
            .replace("name: shop\n", "name: my shop\n");
        let ConfigError::Unsound { problems, .. } = parse("test.yaml", &text).unwrap_err() else {
            panic!("expected a list of problems")
        };
        assert_eq!(problems.len(), 2, "{problems:?}");
    }

    #[test]
    fn a_strategy_needs_a_campaign_that_can_fill_it() {
        let message = refused(
            "strategy: for-you, campaign: user-personalization",
            "strategy: for-you, campaign: similar-items",
        );
        assert!(message.contains("cannot fill this strategy"), "{message}");
    }

    #[test]
    fn a_filter_with_a_syntax_error_is_named_with_the_place_in_it() {
        let message = refused(
            "WHERE Interactions.EVENT_TYPE",
            "WERE Interactions.EVENT_TYPE",
        );
        assert!(message.contains("filters[0].expression: "), "{message}");
        assert!(message.contains("WHERE (at character 16"), "{message}");
    }

    #[test]
    fn a_misspelt_metric_would_let_every_version_pass_and_is_refused() {
        let message = refused("cumulative_gain_at_10", "cumulative_gain_at_100");
        assert!(
            message.contains("evaluation.metric: `normalized"),
            "{message}"
        );
        assert!(message.contains("precision_at_5"), "{message}");
    }

    #[test]
    fn text_that_is_no_yaml_says_so() {
        let message = parse("test.yaml", "estate: [shop").unwrap_err().to_string();
        assert!(message.contains("not YAML"), "{message}");
    }
}
