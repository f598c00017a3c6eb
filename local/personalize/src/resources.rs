//! The resources of the control plane as records. Their JSON is what `Describe*` answers and what
//! the state file holds; a `List*` answer is a selection of the same members.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{clock::epoch_seconds, domain::Domain};

/// Where a resource is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Status {
    /// Accepted.
    #[serde(rename = "CREATE PENDING")]
    CreatePending,
    /// Being made.
    #[serde(rename = "CREATE IN_PROGRESS")]
    CreateInProgress,
    /// Ready.
    #[serde(rename = "ACTIVE")]
    Active,
    /// Not made; the failure reason says why.
    #[serde(rename = "CREATE FAILED")]
    CreateFailed,
    /// A training that is about to end before its time.
    #[serde(rename = "CREATE STOPPING")]
    CreateStopping,
    /// A training that was stopped.
    #[serde(rename = "CREATE STOPPED")]
    CreateStopped,
    /// A recommender about to stop.
    #[serde(rename = "STOP PENDING")]
    StopPending,
    /// A recommender that stops.
    #[serde(rename = "STOP IN_PROGRESS")]
    StopInProgress,
    /// A recommender that answers nobody.
    #[serde(rename = "INACTIVE")]
    Inactive,
    /// A recommender about to start again.
    #[serde(rename = "START PENDING")]
    StartPending,
    /// A recommender that starts again.
    #[serde(rename = "START IN_PROGRESS")]
    StartInProgress,
    /// A data deletion job that was accepted.
    #[serde(rename = "PENDING")]
    Pending,
    /// A data deletion job at work.
    #[serde(rename = "IN_PROGRESS")]
    InProgress,
    /// A data deletion job that is done.
    #[serde(rename = "COMPLETED")]
    Completed,
    /// A data deletion job that could not do its work.
    #[serde(rename = "FAILED")]
    Failed,
    /// About to go.
    #[serde(rename = "DELETE PENDING")]
    DeletePending,
    /// Going.
    #[serde(rename = "DELETE IN_PROGRESS")]
    DeleteInProgress,
}

impl Status {
    /// Whether creation has not ended yet.
    #[must_use]
    pub(crate) fn is_creating(self) -> bool {
        matches!(
            self,
            Self::CreatePending | Self::CreateInProgress | Self::Pending | Self::InProgress
        )
    }

    /// Whether it is a recommender that is being stopped or started.
    #[must_use]
    pub(crate) fn is_turning(self) -> bool {
        matches!(
            self,
            Self::StopPending | Self::StopInProgress | Self::StartPending | Self::StartInProgress
        )
    }

    /// Whether it is being deleted.
    #[must_use]
    pub(crate) fn is_deleting(self) -> bool {
        matches!(self, Self::DeletePending | Self::DeleteInProgress)
    }
}

impl std::fmt::Display for Status {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::CreatePending => "CREATE PENDING",
            Self::CreateInProgress => "CREATE IN_PROGRESS",
            Self::Active => "ACTIVE",
            Self::CreateFailed => "CREATE FAILED",
            Self::CreateStopping => "CREATE STOPPING",
            Self::CreateStopped => "CREATE STOPPED",
            Self::StopPending => "STOP PENDING",
            Self::StopInProgress => "STOP IN_PROGRESS",
            Self::Inactive => "INACTIVE",
            Self::StartPending => "START PENDING",
            Self::StartInProgress => "START IN_PROGRESS",
            Self::Pending => "PENDING",
            Self::InProgress => "IN_PROGRESS",
            Self::Completed => "COMPLETED",
            Self::Failed => "FAILED",
            Self::DeletePending => "DELETE PENDING",
            Self::DeleteInProgress => "DELETE IN_PROGRESS",
        })
    }
}

/// Status and dates, a part of every resource that has a life cycle. Dates in epoch seconds.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Life {
    /// Where it is.
    pub(crate) status: Status,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) failure_reason: Option<String>,
    /// When it was asked for.
    pub(crate) creation_date_time: f64,
    /// When its status last changed.
    pub(crate) last_updated_date_time: f64,
}

impl Life {
    /// The life of something asked for now.
    #[must_use]
    pub(crate) fn begin() -> Self {
        Self::begin_as(Status::CreatePending)
    }

    /// The same with a first status of its own.
    #[must_use]
    pub(crate) fn begin_as(status: Status) -> Self {
        let now = epoch_seconds();
        Self {
            status,
            failure_reason: None,
            creation_date_time: now,
            last_updated_date_time: now,
        }
    }

    /// Moves on to another status, now.
    pub(crate) fn become_status(&mut self, status: Status) {
        self.status = status;
        self.last_updated_date_time = epoch_seconds();
    }

    /// Ends with a failure, now.
    pub(crate) fn fail(&mut self, status: Status, reason: String) {
        self.become_status(status);
        self.failure_reason = Some(reason);
    }
}

/// Declares a record whose JSON members are in camel case and whose absent members are left out.
macro_rules! record {
    ($(#[$doc:meta])* $name:ident { $($(#[$attribute:meta])* $field:ident: $type:ty,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Serialize, Deserialize)]
        #[serde(rename_all = "camelCase")]
        pub(crate) struct $name { $($(#[$attribute])* pub(crate) $field: $type,)* }
    };
}

record! {
    /// Holds everything of one shop.
    DatasetGroup {
        name: String,
        dataset_group_arn: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        domain: Option<Domain>,
        #[serde(skip_serializing_if = "Option::is_none")]
        role_arn: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        kms_key_arn: Option<String>,
        #[serde(flatten)]
        life: Life,
    }
}

record! {
    /// An Avro schema; `schema` is its text as it came.
    DatasetSchema {
        name: String,
        schema_arn: String,
        schema: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        domain: Option<Domain>,
        creation_date_time: f64,
        last_updated_date_time: f64,
    }
}

record! {
    /// Interactions, items, users, actions or action interactions of a group.
    Dataset {
        name: String,
        dataset_arn: String,
        dataset_group_arn: String,
        dataset_type: String,
        schema_arn: String,
        /// Of an Action_Interactions dataset: what PutActionInteractions names it by.
        #[serde(skip_serializing_if = "Option::is_none")]
        tracking_id: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        latest_dataset_update: Option<Update>,
        #[serde(flatten)]
        life: Life,
    }
}

record! {
    /// One import of a dataset from S3; `data_source` as it came.
    DatasetImportJob {
        job_name: String,
        dataset_import_job_arn: String,
        dataset_arn: String,
        data_source: Value,
        #[serde(skip_serializing_if = "Option::is_none")]
        role_arn: Option<String>,
        import_mode: ImportMode,
        #[serde(skip_serializing_if = "Option::is_none")]
        publish_attribution_metrics_to_s3: Option<bool>,
        #[serde(flatten)]
        life: Life,
    }
}

/// What an import does with the rows of earlier imports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum ImportMode {
    /// Replaces them.
    Full,
    /// Adds to them.
    Incremental,
}

record! {
    /// Takes events for a group.
    EventTracker {
        name: String,
        event_tracker_arn: String,
        account_id: String,
        tracking_id: String,
        dataset_group_arn: String,
        #[serde(flatten)]
        life: Life,
    }
}

record! {
    /// A change of a resource: the members that take the place of the resource's when it is ACTIVE.
    Update {
        #[serde(flatten)]
        life: Life,
        #[serde(flatten)]
        members: Map<String, Value>,
    }
}

record! {
    /// A recipe with its configuration; `solution_config` as it came.
    Solution {
        name: String,
        solution_arn: String,
        #[serde(rename = "performHPO")]
        perform_hpo: bool,
        #[serde(rename = "performAutoML")]
        perform_auto_ml: bool,
        perform_auto_training: bool,
        #[serde(default)]
        perform_incremental_update: bool,
        recipe_arn: String,
        dataset_group_arn: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        event_type: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        solution_config: Option<Value>,
        #[serde(skip_serializing_if = "Option::is_none")]
        latest_solution_update: Option<Update>,
        #[serde(flatten)]
        life: Life,
    }
}

record! {
    /// One training of a solution; what it copies from the solution is as it was at its creation.
    SolutionVersion {
        #[serde(skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        solution_version_arn: String,
        solution_arn: String,
        #[serde(rename = "performHPO")]
        perform_hpo: bool,
        #[serde(rename = "performAutoML")]
        perform_auto_ml: bool,
        #[serde(default)]
        perform_incremental_update: bool,
        recipe_arn: String,
        dataset_group_arn: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        event_type: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        solution_config: Option<Value>,
        training_mode: String,
        training_type: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        training_hours: Option<f64>,
        #[serde(flatten)]
        life: Life,
    }
}

record! {
    /// A deployed solution version.
    Campaign {
        name: String,
        campaign_arn: String,
        solution_version_arn: String,
        #[serde(rename = "minProvisionedTPS")]
        min_provisioned_tps: i64,
        #[serde(skip_serializing_if = "Option::is_none")]
        campaign_config: Option<Value>,
        #[serde(skip_serializing_if = "Option::is_none")]
        latest_campaign_update: Option<Update>,
        #[serde(flatten)]
        life: Life,
    }
}

record! {
    /// A use case of a domain, trained and answering.
    Recommender {
        name: String,
        recommender_arn: String,
        dataset_group_arn: String,
        recipe_arn: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        recommender_config: Option<Value>,
        #[serde(skip_serializing_if = "Option::is_none")]
        latest_recommender_update: Option<Update>,
        #[serde(skip_serializing_if = "Option::is_none")]
        model_metrics: Option<Metrics>,
        #[serde(flatten)]
        life: Life,
    }
}

record! {
    /// A filter; never changes.
    Filter {
        name: String,
        filter_arn: String,
        dataset_group_arn: String,
        filter_expression: String,
        #[serde(flatten)]
        life: Life,
    }
}

record! {
    /// Recommendations for many users or items at once, from S3 to S3.
    BatchInferenceJob {
        job_name: String,
        batch_inference_job_arn: String,
        batch_inference_job_mode: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        batch_inference_job_config: Option<Value>,
        #[serde(flatten)]
        order: BatchOrder,
        #[serde(flatten)]
        life: Life,
    }
}

record! {
    /// The users for many items at once, from S3 to S3.
    BatchSegmentJob {
        job_name: String,
        batch_segment_job_arn: String,
        #[serde(flatten)]
        order: BatchOrder,
        #[serde(flatten)]
        life: Life,
    }
}

record! {
    /// What both kinds of batch jobs are told.
    BatchOrder {
        solution_version_arn: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        filter_arn: Option<String>,
        num_results: i64,
        job_input: Value,
        job_output: Value,
        role_arn: String,
    }
}

record! {
    /// The rows of a dataset to S3.
    DatasetExportJob {
        job_name: String,
        dataset_export_job_arn: String,
        dataset_arn: String,
        ingestion_mode: String,
        role_arn: String,
        job_output: Value,
        #[serde(flatten)]
        life: Life,
    }
}

record! {
    /// Takes all that is known of some users out of a group.
    DataDeletionJob {
        job_name: String,
        data_deletion_job_arn: String,
        dataset_group_arn: String,
        data_source: Value,
        role_arn: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        num_deleted: Option<u64>,
        #[serde(flatten)]
        life: Life,
    }
}

record! {
    /// What is counted of a group's events; the metrics themselves are in a table of their own.
    MetricAttribution {
        name: String,
        metric_attribution_arn: String,
        dataset_group_arn: String,
        metrics_output_config: Value,
        #[serde(flatten)]
        life: Life,
    }
}

record! {
    /// One metric of an attribution.
    AttributedMetric {
        event_type: String,
        metric_name: String,
        expression: String,
    }
}

/// Offline metrics of a solution version, by the names that `GetSolutionMetrics` uses.
pub(crate) type Metrics = BTreeMap<String, f64>;
