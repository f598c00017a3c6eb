//! A resource of the estate as it is declared and as it is found. No SDK type, and no judgement:
//! that is `compare` and `plan`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use shared::{
    arn::Kind,
    operations::Applied,
    resource::{is_active, is_failed},
};

/// What a resource is made of, by the names of the configuration: in this it is compared. Tags are
/// fields too, `tags.<key>`.
pub(crate) type Fields = BTreeMap<String, Value>;

/// How a field of a tag begins.
pub(crate) const TAG: &str = "tags.";

/// A resource that the configuration declares.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Declared {
    pub(crate) kind: Kind,
    /// Its stable name.
    pub(crate) name: String,
    /// What the file says of it. About other fields it has no opinion.
    pub(crate) fields: Fields,
    /// Fields that others change rightly, as `capacity` changes the paid rate.
    pub(crate) left_alone: &'static [&'static str],
}

/// A resource that Personalize, or EventBridge Scheduler, has.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Found {
    pub(crate) kind: Kind,
    /// Its name there: of what is replaced behind its name, a generation's.
    pub(crate) name: String,
    pub(crate) arn: String,
    /// Personalize's status; `ACTIVE` for what has none.
    pub(crate) status: String,
    /// Why it failed, in Personalize's words.
    pub(crate) failure_reason: Option<String>,
    /// Event trackers only.
    pub(crate) tracking_id: Option<String>,
    /// Campaigns: the version in service. Solutions: the latest version that is trained.
    pub(crate) solution_version: Option<String>,
    /// Datasets only: the name of the schema that the last update was refused for, and why.
    pub(crate) refused: Option<(String, String)>,
    pub(crate) fields: Fields,
}

impl Found {
    /// A usable resource without anything particular.
    pub(crate) fn new(kind: Kind, name: String, arn: String) -> Self {
        Self {
            kind,
            name,
            arn,
            status: "ACTIVE".to_owned(),
            failure_reason: None,
            tracking_id: None,
            solution_version: None,
            refused: None,
            fields: Fields::new(),
        }
    }

    /// Whether what needs it can be created. A stopped recommender is there, and keeps its place.
    pub(crate) fn is_ready(&self) -> bool {
        is_active(&self.status) || self.status == "INACTIVE"
    }

    /// Whether waiting cannot make it usable.
    pub(crate) fn is_failed(&self) -> bool {
        is_failed(&self.status)
    }

    /// Whether it is on its way out.
    pub(crate) fn is_leaving(&self) -> bool {
        self.status.starts_with("DELETE")
    }
}

/// What was applied last, as stored in [`Applied::content`].
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Record {
    /// What the file said.
    pub(crate) declared: Fields,
    /// What was there then, with Personalize's own defaults.
    pub(crate) found: Fields,
    /// Whether it was seen since it was made: before that nothing can be told of what nobody declared.
    pub(crate) seen: bool,
    /// Campaigns only: the version last seen in service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) solution_version: Option<String>,
}

impl Record {
    /// Reads what was stored; a record of another shape counts as none, and is written anew.
    pub(crate) fn of(applied: &Applied) -> Self {
        serde_json::from_value(applied.content.clone()).unwrap_or_default()
    }
}

/// Whether resources of this kind take tags.
pub(crate) fn takes_tags(kind: Kind) -> bool {
    !matches!(
        kind,
        Kind::Schema | Kind::MetricAttribution | Kind::Schedule
    )
}

/// Whether resources of this kind are replaced behind a stable name.
pub(crate) fn has_generations(kind: Kind) -> bool {
    matches!(kind, Kind::Schema | Kind::Filter)
}
