//! All resources of the control plane, in tables by ARN. No behaviour but finding and adding:
//! what an operation allows is in `control/`, how a resource comes to life in `lifecycle.rs`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{
    fault::{Fault, FaultKind},
    resources::{
        AttributedMetric, BatchInferenceJob, BatchSegmentJob, Campaign, DataDeletionJob, Dataset,
        DatasetExportJob, DatasetGroup, DatasetImportJob, DatasetSchema, EventTracker, Filter,
        Life, MetricAttribution, Metrics, Recommender, Solution, SolutionVersion, Status,
    },
};

/// Resources of one type by ARN.
pub(crate) type Table<T> = BTreeMap<String, T>;

/// Everything the control plane knows.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Estate {
    /// By ARN, as all tables here.
    pub(crate) dataset_groups: Table<DatasetGroup>,
    /// Schemas.
    pub(crate) schemas: Table<DatasetSchema>,
    /// Datasets.
    pub(crate) datasets: Table<Dataset>,
    /// Import jobs.
    pub(crate) dataset_import_jobs: Table<DatasetImportJob>,
    /// Event trackers.
    pub(crate) event_trackers: Table<EventTracker>,
    /// Solutions.
    pub(crate) solutions: Table<Solution>,
    /// Solution versions.
    pub(crate) solution_versions: Table<SolutionVersion>,
    /// Campaigns.
    pub(crate) campaigns: Table<Campaign>,
    /// Filters.
    pub(crate) filters: Table<Filter>,
    /// Recommenders.
    pub(crate) recommenders: Table<Recommender>,
    /// Batch inference jobs.
    pub(crate) batch_inference_jobs: Table<BatchInferenceJob>,
    /// Batch segment jobs.
    pub(crate) batch_segment_jobs: Table<BatchSegmentJob>,
    /// Export jobs.
    pub(crate) dataset_export_jobs: Table<DatasetExportJob>,
    /// Data deletion jobs.
    pub(crate) data_deletion_jobs: Table<DataDeletionJob>,
    /// Metric attributions.
    pub(crate) metric_attributions: Table<MetricAttribution>,
    /// The metrics of an attribution by its ARN.
    pub(crate) attributed_metrics: Table<Vec<AttributedMetric>>,
    /// Tags of any resource, by its ARN.
    pub(crate) tags: Table<BTreeMap<String, String>>,
    /// Offline metrics by the ARN of the solution version.
    pub(crate) metrics: Table<Metrics>,
    /// By the ARN of a dataset, the import jobs whose rows make it up, in order.
    pub(crate) imports: Table<Vec<String>>,
}

/// A type of resource: its names, its table, what is common to all.
pub(crate) trait Resource:
    Clone + Serialize + DeserializeOwned + Send + Sync + 'static
{
    /// What messages call it.
    const KIND: &'static str;
    /// Members that a `List*` answer has.
    const SUMMARY: &'static [&'static str];
    /// Where it is kept.
    fn table(estate: &Estate) -> &Table<Self>;
    /// Where it is kept, to change it.
    fn table_mut(estate: &mut Estate) -> &mut Table<Self>;
    /// Its ARN.
    fn arn(&self) -> &str;
    /// When it was asked for, in epoch seconds.
    fn created(&self) -> f64;
}

/// A resource with a status.
pub(crate) trait Living: Resource {
    /// Its status and dates.
    fn life(&self) -> &Life;
    /// Its status and dates, to change them.
    fn life_mut(&mut self) -> &mut Life;
}

impl Estate {
    /// A resource that must be there.
    ///
    /// # Errors
    /// `ResourceNotFoundException`.
    pub(crate) fn get<T: Resource>(&self, arn: &str) -> Result<&T, Fault> {
        T::table(self)
            .get(arn)
            .ok_or_else(|| Fault::not_found(T::KIND, arn))
    }

    /// A resource that must be there, to change it.
    ///
    /// # Errors
    /// `ResourceNotFoundException`.
    pub(crate) fn get_mut<T: Resource>(&mut self, arn: &str) -> Result<&mut T, Fault> {
        T::table_mut(self)
            .get_mut(arn)
            .ok_or_else(|| Fault::not_found(T::KIND, arn))
    }

    /// A resource that must be there and ACTIVE.
    ///
    /// # Errors
    /// `ResourceNotFoundException`, or `ResourceInUseException` for any other status.
    pub(crate) fn active<T: Living>(&self, arn: &str) -> Result<&T, Fault> {
        let resource = self.get::<T>(arn)?;
        match resource.life().status {
            Status::Active => Ok(resource),
            status => Err(Fault::in_use(format!(
                "The {} {arn} is {status}; wait until it is ACTIVE",
                T::KIND
            ))),
        }
    }

    /// Adds a resource under a name that must be free.
    ///
    /// # Errors
    /// `ResourceAlreadyExistsException`.
    pub(crate) fn add<T: Resource>(&mut self, resource: T) -> Result<(), Fault> {
        let arn = resource.arn().to_owned();
        if T::table(self).contains_key(&arn) {
            return Err(Fault::new(
                FaultKind::ResourceAlreadyExists,
                format!("Another {} with ARN {arn} already exists", T::KIND),
            ));
        }
        T::table_mut(self).insert(arn, resource);
        Ok(())
    }

    /// Whether a resource of this type fits a condition.
    pub(crate) fn any<T: Resource>(&self, condition: impl Fn(&T) -> bool) -> bool {
        T::table(self).values().any(condition)
    }

    /// How many resources of this type fit a condition.
    pub(crate) fn count<T: Resource>(&self, condition: impl Fn(&T) -> bool) -> usize {
        T::table(self).values().filter(|one| condition(one)).count()
    }
}

/// Ties a record to its table.
macro_rules! resource {
    ($type:ident, $kind:literal, $table:ident, $arn:ident, living, [$($member:literal),*]) => {
        resource!($type, $kind, $table, $arn, life.creation_date_time, [$($member),*]);
        impl Living for $type {
            fn life(&self) -> &Life { &self.life }
            fn life_mut(&mut self) -> &mut Life { &mut self.life }
        }
    };
    ($type:ident, $kind:literal, $table:ident, $arn:ident, $($created:ident).+, [$($member:literal),*]) => {
        impl Resource for $type {
            const KIND: &'static str = $kind;
            const SUMMARY: &'static [&'static str] =
                &["creationDateTime", "lastUpdatedDateTime", $($member),*];
            fn table(estate: &Estate) -> &Table<Self> { &estate.$table }
            fn table_mut(estate: &mut Estate) -> &mut Table<Self> { &mut estate.$table }
            fn arn(&self) -> &str { &self.$arn }
            fn created(&self) -> f64 { self.$($created).+ }
        }
    };
}

resource!(
    DatasetGroup,
    "dataset group",
    dataset_groups,
    dataset_group_arn,
    living,
    [
        "name",
        "datasetGroupArn",
        "domain",
        "status",
        "failureReason"
    ]
);
resource!(
    DatasetSchema,
    "schema",
    schemas,
    schema_arn,
    creation_date_time,
    ["name", "schemaArn", "domain"]
);
resource!(
    Dataset,
    "dataset",
    datasets,
    dataset_arn,
    living,
    ["name", "datasetArn", "datasetType", "status"]
);
resource!(
    DatasetImportJob,
    "dataset import job",
    dataset_import_jobs,
    dataset_import_job_arn,
    living,
    [
        "jobName",
        "datasetImportJobArn",
        "status",
        "failureReason",
        "importMode"
    ]
);
resource!(
    EventTracker,
    "event tracker",
    event_trackers,
    event_tracker_arn,
    living,
    ["name", "eventTrackerArn", "status"]
);
resource!(
    Solution,
    "solution",
    solutions,
    solution_arn,
    living,
    ["name", "solutionArn", "status", "recipeArn"]
);
resource!(
    SolutionVersion,
    "solution version",
    solution_versions,
    solution_version_arn,
    living,
    [
        "solutionVersionArn",
        "status",
        "trainingMode",
        "trainingType",
        "failureReason"
    ]
);
resource!(
    Campaign,
    "campaign",
    campaigns,
    campaign_arn,
    living,
    ["name", "campaignArn", "status", "failureReason"]
);
resource!(
    Filter,
    "filter",
    filters,
    filter_arn,
    living,
    [
        "name",
        "filterArn",
        "datasetGroupArn",
        "status",
        "failureReason"
    ]
);
resource!(
    Recommender,
    "recommender",
    recommenders,
    recommender_arn,
    living,
    [
        "name",
        "recommenderArn",
        "datasetGroupArn",
        "recipeArn",
        "recommenderConfig",
        "status"
    ]
);
resource!(
    BatchInferenceJob,
    "batch inference job",
    batch_inference_jobs,
    batch_inference_job_arn,
    living,
    [
        "batchInferenceJobArn",
        "jobName",
        "status",
        "failureReason",
        "solutionVersionArn",
        "batchInferenceJobMode"
    ]
);
resource!(
    BatchSegmentJob,
    "batch segment job",
    batch_segment_jobs,
    batch_segment_job_arn,
    living,
    [
        "batchSegmentJobArn",
        "jobName",
        "status",
        "failureReason",
        "solutionVersionArn"
    ]
);
resource!(
    DatasetExportJob,
    "dataset export job",
    dataset_export_jobs,
    dataset_export_job_arn,
    living,
    ["datasetExportJobArn", "jobName", "status", "failureReason"]
);
resource!(
    DataDeletionJob,
    "data deletion job",
    data_deletion_jobs,
    data_deletion_job_arn,
    living,
    [
        "dataDeletionJobArn",
        "datasetGroupArn",
        "jobName",
        "status",
        "failureReason"
    ]
);
resource!(
    MetricAttribution,
    "metric attribution",
    metric_attributions,
    metric_attribution_arn,
    living,
    ["name", "metricAttributionArn", "status", "failureReason"]
);
