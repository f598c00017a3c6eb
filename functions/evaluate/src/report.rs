//! The answer of the step, and the report kept of it in the data bucket.

use aws_sdk_s3::{Client, primitives::ByteStream};
use serde::Serialize;
use shared::{
    aws::{AwsError, failure},
    config::Evaluation,
    environment::{self, MissingVariable},
};

use crate::{
    decide::{Because, Decision},
    metrics::Metrics,
};

/// The answer of the step.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Answer {
    pub(crate) solution: String,
    pub(crate) solution_version_arn: String,
    pub(crate) decision: Decision,
    pub(crate) because: Because,
    /// For a person.
    pub(crate) reason: String,
    /// The ones that are numbers.
    pub(crate) metrics: Metrics,
    pub(crate) in_service: Option<InService>,
    /// The report's key.
    pub(crate) report: String,
}

/// The version that answers now.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct InService {
    pub(crate) solution_version_arn: String,
    pub(crate) metrics: Metrics,
}

/// The file: the answer, with what it was decided by and when.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Report<'a> {
    #[serde(flatten)]
    answer: &'a Answer,
    rule: Rule<'a>,
    /// RFC 3339.
    decided_at: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule<'a> {
    metric: &'a str,
    floor: f64,
    tolerance: f64,
    coverage_tolerance: f64,
}

/// Where reports go.
#[derive(Debug, Clone)]
pub(crate) struct Reports {
    s3: Client,
    bucket: String,
}

impl Reports {
    /// Reads `DATA_BUCKET`.
    pub(crate) fn from_environment(aws: &aws_config::SdkConfig) -> Result<Self, MissingVariable> {
        Ok(Self {
            s3: Client::new(aws),
            bucket: environment::required("DATA_BUCKET")?,
        })
    }

    /// Writes the report of `answer` under its key; a repeated decision replaces it.
    pub(crate) async fn keep(&self, answer: &Answer, rule: &Evaluation) -> Result<(), AwsError> {
        let rule = Rule {
            metric: &rule.metric,
            floor: rule.floor,
            tolerance: rule.tolerance,
            coverage_tolerance: rule.coverage_tolerance,
        };
        let decided_at = jiff::Timestamp::now().to_string();
        let report = serde_json::json!(Report {
            answer,
            rule,
            decided_at
        });
        self.s3
            .put_object()
            .bucket(&self.bucket)
            .key(&answer.report)
            .content_type("application/json")
            .body(ByteStream::from(format!("{report:#}\n").into_bytes()))
            .send()
            .await
            .map_err(failure("s3:PutObject"))?;
        Ok(())
    }
}

/// The key of a version's report; `version` is the last part of its ARN.
pub(crate) fn key(solution: &str, version: &str) -> String {
    format!("reports/evaluate/{solution}/{version}.json")
}
