//! Dataset export jobs. What they do is in `export.rs`.

use serde_json::{Value, json};

use super::{
    Call,
    batch_job::{check_pending, place},
    begin, page,
};
use crate::{
    fault::Fault,
    resources::{Dataset, DatasetExportJob, Life},
};

/// `CreateDatasetExportJob`
pub(super) fn create(call: &Call<'_>) -> Result<Value, Fault> {
    let input = &call.input;
    let job_name = input.name("jobName")?;
    let dataset_arn = input.arn("datasetArn")?;
    let mode = input.text("ingestionMode")?.unwrap_or("PUT");
    let job_output = place(input, "jobOutput", "s3DataDestination")?;
    let role_arn = input.required("roleArn")?.to_owned();
    let arn = call.scope.arn(&format!("dataset-export-job/{job_name}"));
    call.app
        .read(|estate| estate.active::<Dataset>(dataset_arn).map(|_| ()))?;
    let most = call.app.quotas.counts.pending_export_jobs_in_region;
    check_pending::<DatasetExportJob>(call, &arn, most)?;
    begin(
        call,
        DatasetExportJob {
            job_name,
            dataset_export_job_arn: arn.clone(),
            dataset_arn: dataset_arn.to_owned(),
            ingestion_mode: mode.to_owned(),
            role_arn,
            job_output,
            life: Life::begin(),
        },
    )?;
    Ok(json!({ "datasetExportJobArn": arn }))
}

/// `ListDatasetExportJobs`
pub(super) fn list(call: &Call<'_>) -> Result<Value, Fault> {
    let dataset = call.input.optional_arn("datasetArn")?;
    page::list::<DatasetExportJob>(call, "datasetExportJobs", |one| {
        dataset.is_none_or(|dataset| one.dataset_arn == dataset)
    })
}
