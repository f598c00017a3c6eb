//! The resources of the control plane as records. Their JSON is what `Describe*` answers and what
//! the state file holds; a `List*` answer is a selection of the same members.

mod life;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::domain::Domain;

pub(crate) use life::{Life, Status};

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
