//! What is trained and what is deployed: solutions, campaigns and, in domain groups, recommenders.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::config::capacity::Capacity;

/// A solution: a recipe and how it is trained.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Solution {
    /// Its name.
    pub name: String,
    /// A recipe's short name (`aws-similar-items`) or ARN.
    pub recipe: String,
    /// Train only on interactions of this event type.
    pub event_type: Option<String>,
    /// How much each event type counts in training.
    #[serde(default)]
    pub events: Vec<EventParameters>,
    /// The recipe's own parameters, as Personalize's text values.
    #[serde(default)]
    pub hyperparameters: BTreeMap<String, String>,
    /// Personalize's own training by its own clock. Off, unlike Personalize's default, because the
    /// `retrain` workflow trains, compares and only then promotes.
    #[serde(default)]
    pub perform_auto_training: bool,
    /// When Personalize trains: `rate(1 days)` to `rate(30 days)`. Only with `performAutoTraining`.
    pub auto_training_schedule: Option<String>,
    /// When the `retrain` workflow trains. Not with `performAutoTraining`.
    #[serde(default)]
    pub training: Training,
}

/// When a solution is trained: cron or rate expressions of EventBridge Scheduler, in UTC.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Training {
    /// From all the data.
    pub full: Option<String>,
    /// From what came since the last FULL training; recipes of user personalization only.
    pub update: Option<String>,
}

/// How much events of a type count in training (`eventsConfig` of CreateSolution).
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EventParameters {
    /// `purchase`.
    pub event_type: String,
    /// Events of a smaller EVENT_VALUE do not count.
    pub event_value_threshold: Option<f64>,
    /// 0 to 1.
    pub weight: Option<f64>,
}

impl Solution {
    /// The recipe's ARN.
    #[must_use]
    pub fn recipe_arn(&self) -> String {
        recipe_arn(&self.recipe)
    }

    /// The recipe's short name.
    #[must_use]
    pub fn recipe_name(&self) -> &str {
        self.recipe.rsplit('/').next().unwrap_or(&self.recipe)
    }
}

/// A campaign: a solution's version in service.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Campaign {
    /// Its name.
    pub name: String,
    /// The solution it serves.
    pub solution: String,
    /// Transactions a second paid for, used or not. With `capacity`, only the first value.
    #[serde(rename = "minProvisionedTPS", default = "one")]
    pub min_provisioned_tps: u32,
    /// Whether it follows Personalize's own training, without comparison.
    #[serde(default)]
    pub sync_with_latest_solution_version: bool,
    /// Whether answers may have columns of the items dataset.
    #[serde(default)]
    pub enable_metadata: bool,
    /// How much of the list explores items that are little known; recipes of user personalization.
    pub exploration: Option<Exploration>,
    /// Moves the paid rate with the traffic.
    pub capacity: Option<Capacity>,
}

/// How much of a list goes to items that are little known.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Exploration {
    /// 0 (none) to 1 (most); Personalize's default is 0.3.
    pub weight: f64,
    /// In days: items older than this are known. Personalize's default is 30.
    pub item_age_cut_off: Option<u32>,
}

/// A recommender of a domain dataset group: trained, updated and served by Personalize.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Recommender {
    /// Its name.
    pub name: String,
    /// A domain recipe's short name (`aws-ecomm-recommended-for-you`) or ARN.
    pub recipe: String,
    /// Requests a second paid for. With `capacity`, only the first value.
    #[serde(default = "one")]
    pub min_recommendation_requests_per_second: u32,
    /// Whether answers may have columns of the items dataset.
    #[serde(default)]
    pub enable_metadata: bool,
    /// How much of the list explores items that are little known.
    pub exploration: Option<Exploration>,
    /// When it is started and stopped; it is billed only in between.
    #[serde(default)]
    pub hours: Hours,
    /// Moves the paid rate with the traffic.
    pub capacity: Option<Capacity>,
}

impl Recommender {
    /// The recipe's ARN.
    #[must_use]
    pub fn recipe_arn(&self) -> String {
        recipe_arn(&self.recipe)
    }
}

/// When a recommender works: cron expressions of EventBridge Scheduler, in UTC.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Hours {
    /// When it is started.
    pub start: Option<String>,
    /// When it is stopped.
    pub stop: Option<String>,
}

fn recipe_arn(recipe: &str) -> String {
    if recipe.starts_with("arn:") {
        recipe.to_owned()
    } else {
        format!("arn:aws:personalize:::recipe/{recipe}")
    }
}

fn one() -> u32 {
    1
}

/// When a newly trained version goes into service.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Evaluation {
    /// The offline metric to compare, as GetSolutionMetrics names it.
    pub metric: String,
    /// The least value that may go into service.
    pub floor: f64,
    /// How far below the version in service a new one may be, as a share of that one's value.
    pub tolerance: f64,
    /// How much of the coverage of the version in service a new one may lose, as a share of it:
    /// a version that shows few products to everybody can have good metrics.
    pub coverage_tolerance: f64,
}

impl Default for Evaluation {
    fn default() -> Self {
        Self {
            metric: "normalized_discounted_cumulative_gain_at_10".to_owned(),
            floor: 0.0,
            tolerance: 0.1,
            coverage_tolerance: 0.5,
        }
    }
}

/// How long a newly promoted version is watched, and what sends it back.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Promotion {
    /// Known users or items that are asked at each look.
    pub questions: u32,
    /// Looks at the campaign after it moved, one each time the workflow polls.
    pub looks: u32,
    /// The share of answers that may be errors or without items.
    pub max_failed: f64,
    /// The share of items that may be placeholders (`reason` `Popular item`) for what was filtered.
    pub max_placeholders: f64,
}

impl Default for Promotion {
    fn default() -> Self {
        Self {
            questions: 10,
            looks: 3,
            max_failed: 0.2,
            max_placeholders: 0.5,
        }
    }
}
