//! Data deletion jobs. What they do is in `deletion.rs`.

use serde_json::{Value, json};

use super::{Call, batch_job::check_pending, begin, data_location, page, refuse_if, unfinished};
use crate::{
    fault::Fault,
    resources::{
        DataDeletionJob, Dataset, DatasetGroup, DatasetImportJob, Life, SolutionVersion, Status,
    },
};

/// `CreateDataDeletionJob`
pub(super) fn create(call: &Call<'_>) -> Result<Value, Fault> {
    let input = &call.input;
    let job_name = input.name("jobName")?;
    let group_arn = input.arn("datasetGroupArn")?;
    let location = data_location(input)?;
    let arn = call.scope.arn(&format!("data-deletion-job/{job_name}"));
    call.app.read(|estate| {
        estate.active::<DatasetGroup>(group_arn)?;
        let of_group = |dataset: &str| {
            let dataset = estate.get::<Dataset>(dataset);
            dataset.is_ok_and(|one| one.dataset_group_arn == group_arn)
        };
        // Rows that are on their way would come back.
        let importing =
            estate.any::<DatasetImportJob>(|one| of_group(&one.dataset_arn) && unfinished(one));
        refuse_if(importing, group_arn, "an import job; wait for it")?;
        let training = estate
            .any::<SolutionVersion>(|one| one.dataset_group_arn == group_arn && unfinished(one));
        refuse_if(
            training,
            group_arn,
            "a solution version that is being trained; wait for it",
        )
    })?;
    let most = call.app.quotas.counts.pending_data_deletion_jobs_in_region;
    check_pending::<DataDeletionJob>(call, &arn, most)?;
    begin(
        call,
        DataDeletionJob {
            job_name,
            data_deletion_job_arn: arn.clone(),
            dataset_group_arn: group_arn.to_owned(),
            data_source: json!({ "dataLocation": location }),
            role_arn: input.required("roleArn")?.to_owned(),
            num_deleted: None,
            life: Life::begin_as(Status::Pending),
        },
    )?;
    Ok(json!({ "dataDeletionJobArn": arn }))
}

/// `ListDataDeletionJobs`
pub(super) fn list(call: &Call<'_>) -> Result<Value, Fault> {
    let group = call.input.optional_arn("datasetGroupArn")?;
    page::list::<DataDeletionJob>(call, "dataDeletionJobs", |one| {
        group.is_none_or(|group| one.dataset_group_arn == group)
    })
}
