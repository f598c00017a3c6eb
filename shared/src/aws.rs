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

    /// What stands for an error code where S3 still has the version that is known.
    pub(crate) const NOT_MODIFIED: &'static str = "NotModified";

    const UNSIGNED: &'static str = "NoCredentials";

    /// Whether S3 still has the version that is known.
    pub(crate) fn is_not_modified(&self) -> bool {
        self.code == Self::NOT_MODIFIED
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

/// Of calls that were made without the SDK's clients (`crate::direct`), and of theirs.
impl AwsError {
    /// The service answered with an error.
    pub(crate) fn answered(call: &'static str, code: &str, message: &str) -> Self {
        Self {
            call,
            code: code.to_owned(),
            message: message.to_owned(),
            kind: kind_of(code),
        }
    }

    /// The same, of another kind than its code says.
    pub(crate) fn of_kind(mut self, kind: FaultKind) -> Self {
        self.kind = kind;
        self
    }

    /// No answer came in time.
    pub(crate) fn late(call: &'static str) -> Self {
        Self::unanswered(call, "Timeout", "no answer in time".to_owned())
    }

    /// There is no connection, or it broke.
    pub(crate) fn unconnected(call: &'static str, error: &dyn std::error::Error) -> Self {
        Self::unanswered(call, "NoConnection", root_cause(error))
    }

    /// Something came that is not the service's answer.
    pub(crate) fn unreadable(call: &'static str, what: &str) -> Self {
        Self::unanswered(call, "UnreadableAnswer", what.to_owned())
    }

    /// An answer ended before it was whole.
    pub(crate) fn broken_off(call: &'static str, error: &dyn std::error::Error) -> Self {
        Self::unreadable(call, &root_cause(error))
    }

    /// Nobody signs.
    pub(crate) fn no_credentials(call: &'static str) -> Self {
        Self::unanswered(call, Self::UNSIGNED, NO_CREDENTIALS.to_owned())
    }

    /// Whether another attempt may do better within a call. Of credentials that are not there it is known
    /// that the next moment brings none; a workflow that is begun again later may have them.
    pub(crate) fn may_pass(&self) -> bool {
        self.kind == FaultKind::Retryable && self.code != Self::UNSIGNED
    }

    /// Nothing was asked, because what was to be asked cannot be.
    pub(crate) fn unsent(call: &'static str, why: &dyn std::fmt::Display) -> Self {
        let unsent = Self::unanswered(call, "RequestNotSent", why.to_string());
        unsent.of_kind(FaultKind::InvalidInput)
    }

    fn unanswered(call: &'static str, code: &str, message: String) -> Self {
        Self {
            call,
            code: code.to_owned(),
            message,
            kind: FaultKind::Retryable,
        }
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
            let code = context.err().code().unwrap_or("UnknownError");
            let message = context.err().message().unwrap_or("no message");
            AwsError::answered(call, code, message)
        }
        SdkError::TimeoutError(_) => {
            let message = root_cause(&error);
            AwsError::unanswered(call, "Timeout", message)
        }
        _ if lacks_credentials(&error) => AwsError::no_credentials(call),
        SdkError::DispatchFailure(_) => AwsError::unconnected(call, &error),
        SdkError::ResponseError(_) => AwsError::unreadable(call, &root_cause(&error)),
        _ => AwsError::unsent(call, &root_cause(&error)),
    }
}

/// Personalize does not model throttling for its runtime and event calls, so the code decides.
fn kind_of(code: &str) -> FaultKind {
    match code {
        "ThrottlingException"
        | "Throttling"
        | "ThrottledException"
        | "BandwidthLimitExceeded"
        | "PriorRequestNotComplete"
        | "ReplicatedWriteConflictException"
        | "TransactionInProgressException"
        | "TooManyRequestsException"
        | "ProvisionedThroughputExceededException"
        | "RequestLimitExceeded"
        | "RequestThrottled"
        | "RequestThrottledException"
        | "RequestTimeout"
        | "RequestTimeoutException"
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
