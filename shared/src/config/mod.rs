//! `config/personalization.yaml`: the whole estate of one shop, declared.
//!
//! The types are the file: camelCase keys, unknown keys refused. Reading it is [`parse`] (text),
//! [`load`] (S3); both return only a configuration that [`validate`](mod@validate) found sound.

mod age;
mod attribution;
pub mod backend;
mod batch;
mod capacity;
mod data_checks;
mod dataset;
mod exports;
mod filter;
mod load;
pub mod messages;
mod placement;
mod rule;
mod schema;
mod serving;
mod solution;
mod validate;

use std::collections::BTreeMap;

use serde::Deserialize;

pub use age::Age;
pub use attribution::{Metric, MetricAttribution};
pub use backend::Backend;
pub use batch::{BatchJob, BatchKind};
pub use capacity::{Capacity, Event, Idle};
pub use data_checks::{DataChecks, Tolerance};
pub use dataset::{Dataset, DatasetType, Datasets, Imports};
pub use exports::{Export, Exports, Parameter};
pub use filter::{Filter, Generation, NotATime};
pub use load::{ConfigError, Versioned, load, load_if_changed, parse};
pub use messages::Messages;
pub use placement::{ContextKey, FilterValue, Placement, Strategy};
pub use rule::{Boost, Cap, CapBy, Match, Rule};
pub use schema::{Field, Schema};
pub use serving::{Hemisphere, Segments, Serving};
pub use solution::{
    Campaign, Evaluation, EventParameters, Exploration, Hours, Promotion, Recommender, Solution,
    Training,
};

/// One declared estate.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EstateConfig {
    /// The version of this file's format: 1.
    pub version: u32,
    /// The estate's name; the key of its states in the Operations table.
    pub estate: String,
    /// On every resource that takes tags.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
    /// The dataset group that holds everything.
    pub dataset_group: DatasetGroup,
    /// Avro schemas.
    pub schemas: Vec<Schema>,
    /// The datasets, by type.
    pub datasets: Datasets,
    /// When they are imported.
    #[serde(default)]
    pub imports: Imports,
    /// Queries whose results are rows of them.
    #[serde(default)]
    pub exports: Exports,
    /// How far they may be from what is expected of them.
    #[serde(default)]
    pub data_checks: DataChecks,
    /// Takes tracked events; without it nothing is learned between imports.
    pub event_tracker: Option<EventTracker>,
    /// Filters that placements may name.
    #[serde(default)]
    pub filters: Vec<Filter>,
    /// What is trained.
    #[serde(default)]
    pub solutions: Vec<Solution>,
    /// What is deployed.
    #[serde(default)]
    pub campaigns: Vec<Campaign>,
    /// What a domain group has instead of solutions and campaigns, or beside them.
    #[serde(default)]
    pub recommenders: Vec<Recommender>,
    /// What counts as a recommendation's success.
    pub metric_attribution: Option<MetricAttribution>,
    /// Recommendations and segments for many at once.
    #[serde(default)]
    pub batch: Vec<BatchJob>,
    /// When a newly trained version goes into service.
    #[serde(default)]
    pub evaluation: Evaluation,
    /// How it is watched when it has.
    #[serde(default)]
    pub promotion: Promotion,
    /// Whether the schedules declared in this file run.
    #[serde(default)]
    pub schedules: SchedulesState,
    /// Quotas of the account that were raised, by the names of `functions/estate/quotas.json`.
    #[serde(default)]
    pub quotas: BTreeMap<String, u64>,
    /// How requests are answered.
    #[serde(default)]
    pub serving: Serving,
    /// Named slots of the shop.
    #[serde(default)]
    pub placements: BTreeMap<String, Placement>,
    /// The shop's backend. Without it nothing is pulled from one.
    pub backend: Option<Backend>,
    /// What is sent to people. Without it nothing is.
    pub messages: Option<Messages>,
}

/// Whether schedules run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, serde::Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum SchedulesState {
    /// They do.
    #[default]
    Enabled,
    /// They are made, and wait.
    Disabled,
}

/// A dataset group.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DatasetGroup {
    /// Its name.
    pub name: String,
    /// Its domain; a custom group has none.
    pub domain: Option<Domain>,
}

/// A domain of Personalize that sells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, serde::Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Domain {
    /// Shops.
    Ecommerce,
}

impl Domain {
    /// The name in Personalize's API.
    #[must_use]
    pub fn api_name(self) -> &'static str {
        match self {
            Self::Ecommerce => "ECOMMERCE",
        }
    }
}

/// An event tracker.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EventTracker {
    /// Its name.
    pub name: String,
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

    /// The filter of that name.
    #[must_use]
    pub fn filter(&self, name: &str) -> Option<&Filter> {
        self.filters.iter().find(|filter| filter.name == name)
    }

    /// What is wrong with `placement` if it is declared here under `name`: path, problem, remedy.
    #[must_use]
    pub fn placement_problems(&self, name: &str, placement: &Placement) -> Vec<String> {
        validate::placement_problems(self, name, placement)
    }

    /// The campaign of that name.
    #[must_use]
    pub fn campaign(&self, name: &str) -> Option<&Campaign> {
        self.campaigns.iter().find(|campaign| campaign.name == name)
    }

    /// The recommender of that name.
    #[must_use]
    pub fn recommender(&self, name: &str) -> Option<&Recommender> {
        self.recommenders
            .iter()
            .find(|recommender| recommender.name == name)
    }

    /// The batch job of that name.
    #[must_use]
    pub fn batch_job(&self, name: &str) -> Option<&BatchJob> {
        self.batch.iter().find(|job| job.name == name)
    }
}
