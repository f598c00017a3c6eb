//! The operations of the control plane by name. A new one is a function and a line here.

use super::{
    Operation, campaign, dataset, dataset_group, describe, event_tracker, filter, import_job,
    recipe, schema, solution, solution_version, tags,
};
use crate::{
    fault::{Fault, FaultKind},
    resources::{
        Campaign, Dataset, DatasetGroup, DatasetImportJob, DatasetSchema, EventTracker, Filter,
        SolutionVersion,
    },
};

/// The operation with this name.
///
/// # Errors
/// `UnknownOperationException`, which says whether Personalize has it and only this server has not.
pub(crate) fn find(name: &str) -> Result<Operation, Fault> {
    Ok(match name {
        "CreateDatasetGroup" => dataset_group::create,
        "DescribeDatasetGroup" => {
            |call| describe::<DatasetGroup>(call, "datasetGroupArn", "datasetGroup")
        }
        "ListDatasetGroups" => dataset_group::list,
        "DeleteDatasetGroup" => dataset_group::delete,

        "CreateSchema" => schema::create,
        "DescribeSchema" => |call| describe::<DatasetSchema>(call, "schemaArn", "schema"),
        "ListSchemas" => schema::list,
        "DeleteSchema" => schema::delete,

        "CreateDataset" => dataset::create,
        "DescribeDataset" => |call| describe::<Dataset>(call, "datasetArn", "dataset"),
        "ListDatasets" => dataset::list,
        "DeleteDataset" => dataset::delete,

        "CreateDatasetImportJob" => import_job::create,
        "DescribeDatasetImportJob" => {
            |call| describe::<DatasetImportJob>(call, "datasetImportJobArn", "datasetImportJob")
        }
        "ListDatasetImportJobs" => import_job::list,

        "CreateEventTracker" => event_tracker::create,
        "DescribeEventTracker" => {
            |call| describe::<EventTracker>(call, "eventTrackerArn", "eventTracker")
        }
        "ListEventTrackers" => event_tracker::list,
        "DeleteEventTracker" => event_tracker::delete,

        "CreateFilter" => filter::create,
        "DescribeFilter" => |call| describe::<Filter>(call, "filterArn", "filter"),
        "ListFilters" => filter::list,
        "DeleteFilter" => filter::delete,

        "CreateSolution" => solution::create,
        "DescribeSolution" => solution::describe,
        "ListSolutions" => solution::list,
        "DeleteSolution" => solution::delete,

        "CreateSolutionVersion" => solution_version::create,
        "DescribeSolutionVersion" => {
            |call| describe::<SolutionVersion>(call, "solutionVersionArn", "solutionVersion")
        }
        "ListSolutionVersions" => solution_version::list,
        "GetSolutionMetrics" => solution_version::metrics,

        "CreateCampaign" => campaign::create,
        "DescribeCampaign" => |call| describe::<Campaign>(call, "campaignArn", "campaign"),
        "UpdateCampaign" => campaign::update,
        "ListCampaigns" => campaign::list,
        "DeleteCampaign" => campaign::delete,

        "DescribeRecipe" => recipe::describe,
        "ListRecipes" => recipe::list,

        "TagResource" => tags::tag,
        "UntagResource" => tags::untag,
        "ListTagsForResource" => tags::list,

        other => return Err(unknown(other)),
    })
}

/// Operations that Personalize has and this server has not.
const NOT_BUILT: [&str; 33] = [
    "CreateBatchInferenceJob",
    "CreateBatchSegmentJob",
    "CreateDataDeletionJob",
    "CreateDatasetExportJob",
    "CreateMetricAttribution",
    "CreateRecommender",
    "DeleteMetricAttribution",
    "DeleteRecommender",
    "DescribeAlgorithm",
    "DescribeBatchInferenceJob",
    "DescribeBatchSegmentJob",
    "DescribeDataDeletionJob",
    "DescribeDatasetExportJob",
    "DescribeFeatureTransformation",
    "DescribeMetricAttribution",
    "DescribeRecommender",
    "ListBatchInferenceJobs",
    "ListBatchSegmentJobs",
    "ListDataDeletionJobs",
    "ListDatasetExportJobs",
    "ListMetricAttributionMetrics",
    "ListMetricAttributions",
    "ListRecommenders",
    "StartRecommender",
    "StopRecommender",
    "StopSolutionVersionCreation",
    "UpdateDataset",
    "UpdateMetricAttribution",
    "UpdateRecommender",
    "UpdateSolution",
    "GetActionRecommendations",
    "PutActionInteractions",
    "PutActions",
];

/// An operation that is not here.
#[must_use]
pub(crate) fn unknown(name: &str) -> Fault {
    let message = if NOT_BUILT.contains(&name) {
        format!("{name} is not built in personalize-local; Amazon Personalize itself has it")
    } else {
        format!("`{name}` is no operation of Amazon Personalize")
    };
    Fault::new(FaultKind::UnknownOperation, message)
}
