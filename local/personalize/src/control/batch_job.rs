//! Batch inference jobs and batch segment jobs. What they do is in `batch/`.

use recommender::Recipe as Algorithm;
use serde_json::{Value, json};

use super::{
    Call, begin, page,
    recipe::{self, RecipeType},
    unfinished,
};
use crate::{
    estate::Living,
    fault::Fault,
    import::s3::Location,
    input::Input,
    quotas,
    resources::{BatchInferenceJob, BatchOrder, BatchSegmentJob, Filter, Life, SolutionVersion},
};

/// The length of an answer when none is asked for.
const USUAL: i64 = 25;
/// The longest answer of batch inference.
const MOST_ITEMS: i64 = 500;
/// The largest segment.
const MOST_USERS: i64 = 5_000_000;

/// `CreateBatchInferenceJob`
pub(super) fn create_inference(call: &Call<'_>) -> Result<Value, Fault> {
    let input = &call.input;
    let job_name = input.name("jobName")?;
    let mode = input.text("batchInferenceJobMode")?;
    let mode = mode.unwrap_or("BATCH_INFERENCE");
    if mode != "BATCH_INFERENCE" {
        return Err(input.wrong(
            "batchInferenceJobMode",
            "themes are written by a language model of AWS, and personalize-local has none; use BATCH_INFERENCE, whose answers have the same items without themes",
        ));
    }
    let order = order(call, MOST_ITEMS, false)?;
    let arn = call.scope.arn(&format!("batch-inference-job/{job_name}"));
    let most = call
        .app
        .quotas
        .counts
        .pending_batch_inference_jobs_in_region;
    check_pending::<BatchInferenceJob>(call, &arn, most)?;
    let config = "batchInferenceJobConfig";
    begin(
        call,
        BatchInferenceJob {
            job_name,
            batch_inference_job_arn: arn.clone(),
            batch_inference_job_mode: mode.to_owned(),
            batch_inference_job_config: input.value(config).cloned(),
            order,
            life: Life::begin(),
        },
    )?;
    Ok(json!({ "batchInferenceJobArn": arn }))
}

/// `CreateBatchSegmentJob`
pub(super) fn create_segment(call: &Call<'_>) -> Result<Value, Fault> {
    let job_name = call.input.name("jobName")?;
    let order = order(call, MOST_USERS, true)?;
    let arn = call.scope.arn(&format!("batch-segment-job/{job_name}"));
    let most = call.app.quotas.counts.pending_batch_segment_jobs_in_region;
    check_pending::<BatchSegmentJob>(call, &arn, most)?;
    begin(
        call,
        BatchSegmentJob {
            job_name,
            batch_segment_job_arn: arn.clone(),
            order,
            life: Life::begin(),
        },
    )?;
    Ok(json!({ "batchSegmentJobArn": arn }))
}

/// `ListBatchInferenceJobs`
pub(super) fn list_inference(call: &Call<'_>) -> Result<Value, Fault> {
    let version = call.input.optional_arn("solutionVersionArn")?;
    page::list::<BatchInferenceJob>(call, "batchInferenceJobs", |one| {
        version.is_none_or(|version| one.order.solution_version_arn == version)
    })
}

/// `ListBatchSegmentJobs`
pub(super) fn list_segment(call: &Call<'_>) -> Result<Value, Fault> {
    let version = call.input.optional_arn("solutionVersionArn")?;
    page::list::<BatchSegmentJob>(call, "batchSegmentJobs", |one| {
        version.is_none_or(|version| one.order.solution_version_arn == version)
    })
}

/// What both kinds of jobs are told, checked.
fn order(call: &Call<'_>, most: i64, segments: bool) -> Result<BatchOrder, Fault> {
    let input = &call.input;
    let version_arn = input.arn("solutionVersionArn")?;
    let filter_arn = input.optional_arn("filterArn")?;
    let num_results = input.integer("numResults", 1..=most)?.unwrap_or(USUAL);
    let job_input = place(input, "jobInput", "s3DataSource")?;
    let job_output = place(input, "jobOutput", "s3DataDestination")?;
    call.app.read(|estate| {
        let version = estate.active::<SolutionVersion>(version_arn)?;
        let recipe = recipe::find(&version.recipe_arn);
        let problem = match (segments, recipe.map(|recipe| recipe.recipe_type)) {
            (true, Some(RecipeType::UserSegmentation)) => None,
            (true, _) => Some("must have a recipe of type USER_SEGMENTATION"),
            (false, Some(RecipeType::UserSegmentation)) => {
                Some("has a recipe for segments; create a batch segment job")
            }
            (false, Some(RecipeType::PersonalizedActions)) => Some(
                "has a recipe about actions; create a campaign and ask GetActionRecommendations",
            ),
            (false, _) if recipe.is_some_and(|one| one.algorithm == Algorithm::TrendingNow) => Some(
                "has a recipe about trends, which are the same for everybody; create a campaign and ask GetRecommendations",
            ),
            (false, _) => None,
        };
        if let Some(problem) = problem {
            return Err(input.wrong("solutionVersionArn", problem));
        }
        if let Some(arn) = filter_arn
            && estate.active::<Filter>(arn)?.dataset_group_arn != version.dataset_group_arn
        {
            let problem = "is of another dataset group than the solution version";
            return Err(input.wrong("filterArn", problem));
        }
        Ok(())
    })?;
    Ok(BatchOrder {
        solution_version_arn: version_arn.to_owned(),
        filter_arn: filter_arn.map(str::to_owned),
        num_results,
        job_input,
        job_output,
        role_arn: input.required("roleArn")?.to_owned(),
    })
}

/// A `jobInput` or `jobOutput` as it came, with a path in S3.
pub(super) fn place(input: &Input, member: &str, inside: &str) -> Result<Value, Fault> {
    let place = input.object(member)?;
    let place = place.ok_or_else(|| input.wrong(member, "this member is required"))?;
    let data = place.object(inside)?;
    let data = data.ok_or_else(|| place.wrong(inside, "this member is required"))?;
    if Location::parse(data.required("path")?).is_none() {
        return Err(data.wrong("path", "must be s3://<bucket>/<folder or file>"));
    }
    Ok(input.value(member).cloned().unwrap_or_default())
}

/// Whether there is room for one more job of this type under way.
pub(super) fn check_pending<T: Living>(
    call: &Call<'_>,
    arn: &str,
    most: usize,
) -> Result<(), Fault> {
    call.app.read(|estate| {
        if T::table(estate).contains_key(arn) {
            return Ok(()); // `begin` complains about the name
        }
        let count = estate.count::<T>(|one| call.scope.owns(one.arn()) && unfinished(one));
        let what = format!(
            "{}s with PENDING or IN_PROGRESS status in this region",
            T::KIND
        );
        quotas::check(count, most, &what)
    })
}
