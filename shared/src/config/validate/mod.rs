//! What a configuration must say besides having the right shape: names that Personalize accepts,
//! references that resolve, limits in range.
//!
//! Limits: Personalize developer guide, "Endpoints and quotas" and the API's name pattern.

mod backend;
mod data;
mod exports;
mod messages;
mod placement;
mod schedule;
mod serving;
mod sql;
mod training;

use std::collections::BTreeSet;

use crate::{
    config::{EstateConfig, Placement},
    generation,
};

const NAME_MAX: usize = 63;
const TAGS_MAX: usize = 50;

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
    found.tags(config);
    found.data(config);
    found.exports(config);
    found.training(config);
    found.serving(config);
    if let Some(backend) = &config.backend {
        found.backend(backend);
    }
    if let Some(messages) = &config.messages {
        found.messages(config, messages);
    }
    found.0
}

/// Every contradiction that `config` would have with `placement` under `name`.
pub(super) fn placement_problems(
    config: &EstateConfig,
    name: &str,
    placement: &Placement,
) -> Vec<String> {
    let mut found = Problems(Vec::new());
    found.placement(config, name, placement);
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
        self.list(
            "recommenders",
            config.recommenders.iter().map(|entry| entry.name.as_str()),
        );
        self.list(
            "batch",
            config.batch.iter().map(|entry| entry.name.as_str()),
        );
        if let Some(attribution) = &config.metric_attribution {
            self.name("metricAttribution.name", &attribution.name);
        }
    }

    /// Limits: API reference, "Tag".
    fn tags(&mut self, config: &EstateConfig) {
        if config.tags.len() > TAGS_MAX {
            self.add("tags", format!("has more than {TAGS_MAX} tags"));
        }
        for (key, value) in &config.tags {
            if key.is_empty() || key.len() > 128 || key.starts_with("aws:") || value.len() > 256 {
                self.add(
                    &format!("tags.{key}"),
                    "is a key of 1 to 128 characters that does not begin with aws:, and a value of at most 256",
                );
            }
        }
    }

    /// What is replaced behind its name needs room for the mark of its generation.
    fn room(&mut self, path: &str, name: &str) {
        let most = NAME_MAX - generation::MAX_SUFFIX;
        if name.len() > most {
            self.add(
                path,
                format!("`{name}` is longer than {most} characters: it leaves no room for the mark of a replacement"),
            );
        }
    }

    /// A share from 0 to 1.
    fn share(&mut self, path: &str, value: f64) {
        if !(0.0..=1.0).contains(&value) {
            self.add(path, "is a share from 0 to 1");
        }
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

#[cfg(test)]
mod tests {
    use crate::config::{ConfigError, parse};

    const SOUND: &str = include_str!("../../../../config/personalization.yaml");

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
    fn the_example_declares_everything_and_is_sound() {
        let text = include_str!("../../../../config/examples/everything.yaml");
        parse("everything.yaml", text).expect("it is sound");
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
    fn what_a_filter_needs_the_placement_says_and_nothing_else() {
        let asking = |expression: &str, placement: &str| {
            let home = "filter: not-purchased, limit";
            let text = SOUND
                .replacen(
                    "EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN (\"purchase\")",
                    expression,
                    1,
                )
                .replace(home, &format!("filter: not-purchased, {placement}limit"));
            parse("test.yaml", &text)
        };
        let expression = "INCLUDE ItemID WHERE Items.CATEGORY IN ($CATEGORY)";
        let fills = |name: &str| format!("filterValues: {{ {name}: {{ argument: category }} }}, ");
        asking(expression, &fills("CATEGORY")).unwrap();
        let nothing = asking(expression, "").unwrap_err().to_string();
        assert!(
            nothing.contains("placements.home.filterValues: nothing says what fills $CATEGORY")
        );
        // The beginning of a name is another name.
        let part = asking(expression, &fills("CAT")).unwrap_err().to_string();
        assert!(part.contains("has no placeholder $CAT"), "{part}");
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
