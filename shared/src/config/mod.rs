//! `config/personalization.yaml`: the whole estate of one shop, declared.
//!
//! The types are the file: camelCase keys, unknown keys refused. Reading it is [`parse`] (text),
//! [`load`] (S3); both return only a configuration that [`validate`](mod@validate) found sound.

mod load;
mod placement;
mod validate;

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

pub use load::{ConfigError, Versioned, load, load_if_changed, parse};
pub use placement::{Placement, Strategy};

/// One declared estate.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EstateConfig {
    /// The version of this file's format: 1.
    pub version: u32,
    /// The estate's name; the key of its states in the Operations table.
    pub estate: String,
    /// The dataset group that holds everything.
    pub dataset_group: DatasetGroup,
    /// Avro schemas.
    pub schemas: Vec<Schema>,
    /// The datasets, by type.
    pub datasets: Datasets,
    /// Takes tracked events; without it nothing is learned between imports.
    pub event_tracker: Option<EventTracker>,
    /// Filters that placements may name.
    #[serde(default)]
    pub filters: Vec<Filter>,
    /// What is trained.
    pub solutions: Vec<Solution>,
    /// What is deployed.
    #[serde(default)]
    pub campaigns: Vec<Campaign>,
    /// When a newly trained version goes into service.
    #[serde(default)]
    pub evaluation: Evaluation,
    /// Named slots of the shop.
    #[serde(default)]
    pub placements: BTreeMap<String, Placement>,
}

/// A dataset group.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DatasetGroup {
    /// Its name.
    pub name: String,
}

/// An Avro schema, written as YAML.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Schema {
    /// Its name.
    pub name: String,
    /// The Avro record.
    pub avro: Value,
}

impl Schema {
    /// The record's fields as (name, Avro type without null, nullable).
    #[must_use]
    pub fn fields(&self) -> Vec<Field> {
        let fields = self.avro.get("fields").and_then(Value::as_array);
        fields
            .into_iter()
            .flatten()
            .filter_map(Field::from_avro)
            .collect()
    }
}

/// A field of a schema, as far as data is checked against it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// The column's name.
    pub name: String,
    /// `string`, `long`, `int`, `float`, `double` or `boolean`.
    pub avro_type: String,
    /// Whether a value may be absent.
    pub nullable: bool,
}

impl Field {
    fn from_avro(field: &Value) -> Option<Self> {
        let name = field.get("name")?.as_str()?.to_owned();
        let (avro_type, nullable) = match field.get("type")? {
            Value::Array(union) => {
                let named: Vec<&str> = union.iter().filter_map(Value::as_str).collect();
                let concrete = named.iter().find(|name| **name != "null")?;
                ((*concrete).to_owned(), named.contains(&"null"))
            }
            other => (other.as_str()?.to_owned(), false),
        };
        Some(Self {
            name,
            avro_type,
            nullable,
        })
    }
}

/// The datasets of the group.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Datasets {
    /// Item metadata.
    pub items: Option<Dataset>,
    /// User metadata.
    pub users: Option<Dataset>,
    /// Interactions, which every recipe needs.
    pub interactions: Dataset,
}

impl Datasets {
    /// The declared datasets in the order they are best imported: metadata first.
    pub fn iter(&self) -> impl Iterator<Item = (DatasetType, &Dataset)> {
        [
            (DatasetType::Items, self.items.as_ref()),
            (DatasetType::Users, self.users.as_ref()),
            (DatasetType::Interactions, Some(&self.interactions)),
        ]
        .into_iter()
        .filter_map(|(kind, dataset)| dataset.map(|dataset| (kind, dataset)))
    }

    /// The dataset of one type, when declared.
    #[must_use]
    pub fn get(&self, kind: DatasetType) -> Option<&Dataset> {
        match kind {
            DatasetType::Items => self.items.as_ref(),
            DatasetType::Users => self.users.as_ref(),
            DatasetType::Interactions => Some(&self.interactions),
        }
    }
}

/// Personalize's dataset types that an estate may declare.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum DatasetType {
    /// Item metadata.
    Items,
    /// User metadata.
    Users,
    /// Interactions.
    Interactions,
}

impl DatasetType {
    /// The name in events, S3 keys and the configuration: `interactions`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Items => "items",
            Self::Users => "users",
            Self::Interactions => "interactions",
        }
    }

    /// The name in Personalize's API: `Interactions`.
    #[must_use]
    pub fn api_name(self) -> &'static str {
        match self {
            Self::Items => "Items",
            Self::Users => "Users",
            Self::Interactions => "Interactions",
        }
    }
}

/// A dataset.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Dataset {
    /// Its name.
    pub name: String,
    /// The name of its schema.
    pub schema: String,
    /// Prefix of its CSV files in the data bucket.
    pub location: String,
}

/// An event tracker.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EventTracker {
    /// Its name.
    pub name: String,
}

/// A filter. Personalize has no update for it: a changed expression needs a new name.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Filter {
    /// Its name.
    pub name: String,
    /// The expression, in Personalize's filter language.
    pub expression: String,
}

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
    /// Personalize's own weekly training. Off, unlike Personalize's default, because the `retrain`
    /// workflow trains, compares and only then promotes.
    #[serde(default)]
    pub perform_auto_training: bool,
}

impl Solution {
    /// The recipe's ARN.
    #[must_use]
    pub fn recipe_arn(&self) -> String {
        if self.recipe.starts_with("arn:") {
            self.recipe.clone()
        } else {
            format!("arn:aws:personalize:::recipe/{}", self.recipe)
        }
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
    /// Transactions a second paid for, used or not.
    #[serde(rename = "minProvisionedTPS", default = "one")]
    pub min_provisioned_tps: u32,
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
}

impl Default for Evaluation {
    fn default() -> Self {
        Self {
            metric: "normalized_discounted_cumulative_gain_at_10".to_owned(),
            floor: 0.0,
            tolerance: 0.1,
        }
    }
}

impl EstateConfig {
    /// The schema a dataset names.
    #[must_use]
    pub fn schema_of(&self, dataset: &Dataset) -> Option<&Schema> {
        self.schemas
            .iter()
            .find(|schema| schema.name == dataset.schema)
    }

    /// The solution of that name.
    #[must_use]
    pub fn solution(&self, name: &str) -> Option<&Solution> {
        self.solutions.iter().find(|solution| solution.name == name)
    }

    /// The campaign that serves a solution.
    #[must_use]
    pub fn campaign_of(&self, solution: &str) -> Option<&Campaign> {
        self.campaigns
            .iter()
            .find(|campaign| campaign.solution == solution)
    }
}
