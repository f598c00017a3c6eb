//! Datasets: what there is to learn from, where its files lie, and when they are imported.

use serde::{Deserialize, Serialize};

use crate::config::age::Age;

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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize, Serialize)]
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
    /// Prefix of its CSV files in the data bucket, for imports that replace all rows.
    pub location: String,
    /// Prefix of the CSV files that INCREMENTAL imports add, `datasets/partial/items/`.
    pub incremental_location: Option<String>,
    /// A FULL import younger than this is not repeated, whatever changed in S3.
    pub max_age: Option<Age>,
}

/// When datasets are imported: cron or rate expressions of EventBridge Scheduler, in UTC.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Imports {
    /// Imports that replace all rows.
    pub full: Option<String>,
    /// Imports that add what is new.
    pub incremental: Option<String>,
}
