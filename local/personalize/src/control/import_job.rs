//! Dataset import jobs. What they do is in `import/`.

use serde_json::{Value, json};

use super::{Call, begin, data_location, page, refuse_if, unfinished};
use crate::{
    estate::Resource,
    fault::Fault,
    quotas,
    resources::{Dataset, DatasetImportJob, ImportMode, Life},
};

/// `CreateDatasetImportJob`
pub(super) fn create(call: &Call<'_>) -> Result<Value, Fault> {
    let input = &call.input;
    let job_name = input.name("jobName")?;
    let dataset_arn = input.arn("datasetArn")?;
    let location = data_location(input)?;
    let import_mode = match input.text("importMode")? {
        None | Some("FULL") => ImportMode::Full,
        Some("INCREMENTAL") => ImportMode::Incremental,
        Some(_) => return Err(input.wrong("importMode", "must be FULL or INCREMENTAL")),
    };
    let arn = call.scope.arn(&format!("dataset-import-job/{job_name}"));
    call.app.read(|estate| {
        estate.active::<Dataset>(dataset_arn)?;
        if DatasetImportJob::table(estate).contains_key(&arn) {
            return Ok(()); // `begin` complains about the name
        }
        let same =
            estate.any::<DatasetImportJob>(|one| one.dataset_arn == dataset_arn && unfinished(one));
        refuse_if(same, dataset_arn, "another import job; wait for it")?;
        let pending =
            estate.count::<DatasetImportJob>(|one| call.scope.owns(one.arn()) && unfinished(one));
        let what = "import jobs with PENDING or IN_PROGRESS status in this region";
        quotas::check(
            pending,
            call.app.quotas.counts.pending_import_jobs_in_region,
            what,
        )
    })?;
    begin(
        call,
        DatasetImportJob {
            job_name,
            dataset_import_job_arn: arn.clone(),
            dataset_arn: dataset_arn.to_owned(),
            data_source: json!({ "dataLocation": location }),
            role_arn: input.text("roleArn")?.map(str::to_owned),
            import_mode,
            publish_attribution_metrics_to_s3: input.flag("publishAttributionMetricsToS3")?,
            life: Life::begin(),
        },
    )?;
    Ok(json!({ "datasetImportJobArn": arn }))
}

/// `ListDatasetImportJobs`
pub(super) fn list(call: &Call<'_>) -> Result<Value, Fault> {
    let dataset = call.input.optional_arn("datasetArn")?;
    page::list::<DatasetImportJob>(call, "datasetImportJobs", |one| {
        dataset.is_none_or(|dataset| one.dataset_arn == dataset)
    })
}
