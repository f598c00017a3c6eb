//! The operations of the control plane by name. A new one is a function and a line here.

use super::{
    Operation, batch_job, campaign, dataset, dataset_group, deletion_job, describe, event_tracker,
    export_job, filter, import_job, metric_attribution, recipe_operations, recommender, schema,
    solution, solution_version, tags,
};
use crate::{
    fault::{Fault, FaultKind},
    resources::{
        BatchInferenceJob, BatchSegmentJob, Campaign, DataDeletionJob, Dataset, DatasetExportJob,
        DatasetGroup, DatasetImportJob, DatasetSchema, EventTracker, Filter, MetricAttribution,
        Recommender, SolutionVersion,
    },
};

/// The operation with this name.
///
/// # Errors
/// `UnknownOperationException`.
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
        "UpdateDataset" => dataset::update,
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
        "UpdateSolution" => solution::update,
        "ListSolutions" => solution::list,
        "DeleteSolution" => solution::delete,

        "CreateSolutionVersion" => solution_version::create,
        "DescribeSolutionVersion" => {
            |call| describe::<SolutionVersion>(call, "solutionVersionArn", "solutionVersion")
        }
        "ListSolutionVersions" => solution_version::list,
        "StopSolutionVersionCreation" => solution_version::stop,
        "GetSolutionMetrics" => solution_version::metrics,

        "CreateCampaign" => campaign::create,
        "DescribeCampaign" => |call| describe::<Campaign>(call, "campaignArn", "campaign"),
        "UpdateCampaign" => campaign::update,
        "ListCampaigns" => campaign::list,
        "DeleteCampaign" => campaign::delete,

        "CreateRecommender" => recommender::create,
        "DescribeRecommender" => {
            |call| describe::<Recommender>(call, "recommenderArn", "recommender")
        }
        "UpdateRecommender" => recommender::update,
        "StartRecommender" => recommender::start,
        "StopRecommender" => recommender::stop,
        "ListRecommenders" => recommender::list,
        "DeleteRecommender" => recommender::delete,

        "CreateBatchInferenceJob" => batch_job::create_inference,
        "DescribeBatchInferenceJob" => {
            |call| describe::<BatchInferenceJob>(call, "batchInferenceJobArn", "batchInferenceJob")
        }
        "ListBatchInferenceJobs" => batch_job::list_inference,

        "CreateBatchSegmentJob" => batch_job::create_segment,
        "DescribeBatchSegmentJob" => {
            |call| describe::<BatchSegmentJob>(call, "batchSegmentJobArn", "batchSegmentJob")
        }
        "ListBatchSegmentJobs" => batch_job::list_segment,

        "CreateDatasetExportJob" => export_job::create,
        "DescribeDatasetExportJob" => {
            |call| describe::<DatasetExportJob>(call, "datasetExportJobArn", "datasetExportJob")
        }
        "ListDatasetExportJobs" => export_job::list,

        "CreateDataDeletionJob" => deletion_job::create,
        "DescribeDataDeletionJob" => {
            |call| describe::<DataDeletionJob>(call, "dataDeletionJobArn", "dataDeletionJob")
        }
        "ListDataDeletionJobs" => deletion_job::list,

        "CreateMetricAttribution" => metric_attribution::create,
        "DescribeMetricAttribution" => {
            |call| describe::<MetricAttribution>(call, "metricAttributionArn", "metricAttribution")
        }
        "UpdateMetricAttribution" => metric_attribution::update,
        "ListMetricAttributions" => metric_attribution::list,
        "ListMetricAttributionMetrics" => metric_attribution::list_metrics,
        "DeleteMetricAttribution" => metric_attribution::delete,

        "DescribeRecipe" => recipe_operations::describe,
        "DescribeAlgorithm" => recipe_operations::describe_algorithm,
        "DescribeFeatureTransformation" => recipe_operations::describe_transformation,
        "ListRecipes" => recipe_operations::list,

        "TagResource" => tags::tag,
        "UntagResource" => tags::untag,
        "ListTagsForResource" => tags::list,

        other => return Err(unknown(other)),
    })
}

/// An operation that is not here.
#[must_use]
pub(crate) fn unknown(name: &str) -> Fault {
    let message = format!("`{name}` is no operation of Amazon Personalize");
    Fault::new(FaultKind::UnknownOperation, message)
}
