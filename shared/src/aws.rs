//! Clients' common configuration, and SDK errors turned into one that says which call failed.

use std::time::Duration;

use aws_config::{BehaviorVersion, SdkConfig, retry::RetryConfig, timeout::TimeoutConfig};
use aws_sdk_personalize::error::{ProvideErrorMetadata, SdkError};

use crate::fault::{Fault, FaultKind};

/// Configuration for the clients of a workflow step: patient, because nobody waits for the answer.
/// Five attempts with exponential back-off and jitter; 5 s to connect, 30 s an attempt, 120 s in all.
pub async fn for_workflows() -> SdkConfig {
    load(
        RetryConfig::standard().with_max_attempts(5),
        &TimeoutConfig::builder()
            .connect_timeout(Duration::from_secs(5))
            .operation_attempt_timeout(Duration::from_secs(30))
            .operation_timeout(Duration::from_secs(120)),
    )
    .await
}

/// Configuration for the clients a shopper waits for: 300 ms to connect, 700 ms an attempt,
/// 1.5 s in all, two attempts; after that a fallback is better than a late answer.
pub async fn for_requests() -> SdkConfig {
    load(
        RetryConfig::standard()
            .with_max_attempts(2)
            .with_initial_backoff(Duration::from_millis(25)),
        &TimeoutConfig::builder()
            .connect_timeout(Duration::from_millis(300))
            .operation_attempt_timeout(Duration::from_millis(700))
            .operation_timeout(Duration::from_millis(1_500)),
    )
    .await
}

async fn load(
    retry: RetryConfig,
    timeouts: &aws_config::timeout::TimeoutConfigBuilder,
) -> SdkConfig {
    aws_config::defaults(BehaviorVersion::v2026_01_12())
        .retry_config(retry)
        .timeout_config(timeouts.clone().build())
        .load()
        .await
}

const NO_CREDENTIALS: &str = "no AWS credentials were found, or those found are refused; set AWS_PROFILE or AWS_ACCESS_KEY_ID, or log in";

/// A call to AWS that failed after its retries.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{call} failed ({code}): {message}")]
pub struct AwsError {
    call: &'static str,
    code: String,
    message: String,
    kind: FaultKind,
}

impl AwsError {
    /// The service's error code (`ResourceNotFoundException`), or what stands in for one
    /// when no answer came (`Timeout`, `NoConnection`).
    #[must_use]
    pub fn code(&self) -> &str {
        &self.code
    }

    /// The service's own words.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Whether the service said that the named thing does not exist.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        matches!(
            self.code.as_str(),
            "ResourceNotFoundException" | "NoSuchKey" | "NotFound"
        )
    }

    /// Whether DynamoDB refused a write because its condition does not hold.
    #[must_use]
    pub fn condition_failed(&self) -> bool {
        self.code == "ConditionalCheckFailedException"
    }

    /// Whether the service said that the thing to be made exists.
    #[must_use]
    pub fn already_exists(&self) -> bool {
        self.code == "ResourceAlreadyExistsException"
    }
}

impl Fault for AwsError {
    fn kind(&self) -> FaultKind {
        self.kind
    }
}

/// Names the call an SDK error came from: `.map_err(failure("personalize:CreateSolution"))`.
pub fn failure<E, R>(call: &'static str) -> impl FnOnce(SdkError<E, R>) -> AwsError
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    R: std::fmt::Debug + Send + Sync + 'static,
{
    move |error| match &error {
        SdkError::ServiceError(context) => {
            let code = context.err().code().unwrap_or("UnknownError").to_owned();
            let message = context.err().message().unwrap_or("no message").to_owned();
            let kind = kind_of(&code);
            AwsError {
                call,
                code,
                message,
                kind,
            }
        }
        other => {
            let code = match other {
                SdkError::TimeoutError(_) => "Timeout",
                _ if lacks_credentials(&error) => "NoCredentials",
                SdkError::DispatchFailure(_) => "NoConnection",
                SdkError::ResponseError(_) => "UnreadableAnswer",
                _ => "RequestNotSent",
            };
            let kind = if code == "RequestNotSent" {
                FaultKind::InvalidInput
            } else {
                FaultKind::Retryable
            };
            let message = match code {
                "NoCredentials" => NO_CREDENTIALS.to_owned(),
                _ => root_cause(&error),
            };
            AwsError {
                call,
                code: code.to_owned(),
                message,
                kind,
            }
        }
    }
}

/// Personalize does not model throttling for its runtime and event calls, so the code decides.
fn kind_of(code: &str) -> FaultKind {
    match code {
        "ThrottlingException"
        | "Throttling"
        | "TooManyRequestsException"
        | "ProvisionedThroughputExceededException"
        | "RequestLimitExceeded"
        | "SlowDown"
        | "InternalServerError"
        | "InternalError"
        | "InternalFailure"
        | "ServiceUnavailable"
        | "ServiceUnavailableException" => FaultKind::Retryable,
        // A Personalize quota on pending work is a limit that waiting lifts.
        "ResourceInUseException" | "LimitExceededException" => FaultKind::Conflict,
        "ResourceNotFoundException"
        | "InvalidInputException"
        | "ValidationException"
        | "NoSuchKey" => FaultKind::InvalidInput,
        _ => FaultKind::Failed,
    }
}

/// Whether a request was not even signed. The SDK has no kind of its own for it, only these words.
fn lacks_credentials(error: &dyn std::error::Error) -> bool {
    let causes = std::iter::successors(Some(error), |cause| cause.source());
    causes
        .map(ToString::to_string)
        .any(|words| words.contains("credentials"))
}

fn root_cause(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn throttling_is_known_by_its_code_alone() {
        assert_eq!(kind_of("ThrottlingException"), FaultKind::Retryable);
        assert_eq!(kind_of("ResourceInUseException"), FaultKind::Conflict);
        assert_eq!(kind_of("InvalidInputException"), FaultKind::InvalidInput);
        assert_eq!(kind_of("AccessDeniedException"), FaultKind::Failed);
    }
}
