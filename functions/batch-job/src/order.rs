//! What a run asks of Personalize: names, places, version, filter. No call is made here.

use shared::{
    arn::Kind,
    config::{BatchJob, BatchKind},
    job,
};

use crate::error::BatchJobError;

/// One run of a declared job.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Order {
    /// The job's name in Personalize: the same for the same run.
    pub(crate) name: String,
    /// The ARN it has, or will have.
    pub(crate) arn: String,
    /// Recommendations or segments.
    pub(crate) kind: Kind,
    /// The version asked.
    pub(crate) version: String,
    /// The filter applied.
    pub(crate) filter: Option<String>,
    /// Where the questions are.
    pub(crate) input: String,
    /// Where the answers go, in the data bucket.
    pub(crate) output: String,
    /// Items of an answer, or users of a segment.
    pub(crate) results: i32,
}

/// What run `run` of the declared `job` asks of `version`.
pub(crate) fn order(
    bucket: &str,
    declared: &BatchJob,
    run: &str,
    version: String,
    filter: Option<String>,
) -> Result<Order, BatchJobError> {
    let (kind, resource) = match declared.kind {
        BatchKind::Recommendations => (Kind::BatchInferenceJob, "batch-inference-job"),
        BatchKind::Segments => (Kind::BatchSegmentJob, "batch-segment-job"),
    };
    let name = job::name(&declared.name, run);
    let Some(arn) = job::arn_beside(&version, resource, &name) else {
        return Err(BatchJobError::NotAnArn { arn: version });
    };
    Ok(Order {
        output: format!("batch/output/{}/{run}/", declared.name),
        input: format!("s3://{bucket}/{}", declared.input),
        results: i32::try_from(declared.num_results).unwrap_or(i32::MAX),
        name,
        arn,
        kind,
        version,
        filter,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn declared(kind: BatchKind) -> BatchJob {
        BatchJob {
            name: "nightly".to_owned(),
            kind,
            solution: "taste".to_owned(),
            input: "batch/input/users.jsonl".to_owned(),
            num_results: 25,
            filter: None,
            schedule: None,
        }
    }

    fn of(kind: BatchKind, version: &str) -> Result<Order, BatchJobError> {
        order("data", &declared(kind), "run-1", version.to_owned(), None)
    }

    const VERSION: &str = "arn:aws:personalize:us-east-1:1:solution/taste/8f3a";

    #[test]
    fn the_same_run_is_the_same_job_in_the_same_place() {
        let order = of(BatchKind::Recommendations, VERSION).unwrap();
        assert_eq!(order.name, "nightly-run-1");
        assert_eq!(
            order.arn,
            "arn:aws:personalize:us-east-1:1:batch-inference-job/nightly-run-1"
        );
        assert_eq!(order.input, "s3://data/batch/input/users.jsonl");
        assert_eq!(order.output, "batch/output/nightly/run-1/");
        assert_eq!(order, of(BatchKind::Recommendations, VERSION).unwrap());
    }

    #[test]
    fn segments_are_another_kind_of_job() {
        let order = of(BatchKind::Segments, VERSION).unwrap();
        assert_eq!(order.kind, Kind::BatchSegmentJob);
        assert!(order.arn.contains(":batch-segment-job/"), "{}", order.arn);
        assert!(of(BatchKind::Segments, "taste/8f3a").is_err());
    }
}
