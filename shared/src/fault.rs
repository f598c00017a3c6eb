//! How a step says what kind of failure it met, so that a workflow knows whether to try again.

use lambda_runtime::Diagnostic;

/// The kinds a state machine tells apart. Their names are the Lambda `errorType`,
/// which `Retry` and `Catch` match in `statemachines/*.asl.json`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    /// Throttling, a 5xx, a time-out, a cut connection: the same call may succeed later.
    Retryable,
    /// The caller or the data is wrong: trying again cannot help.
    InvalidInput,
    /// A resource is busy with another change: it may be free later.
    Conflict,
    /// Anything else.
    Failed,
}

impl FaultKind {
    /// The Lambda `errorType`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Retryable => "Retryable",
            Self::InvalidInput => "InvalidInput",
            Self::Conflict => "Conflict",
            Self::Failed => "Failed",
        }
    }
}

/// An error a function ends with.
pub trait Fault: std::error::Error {
    /// The kind a workflow acts on.
    fn kind(&self) -> FaultKind;
}

/// What Lambda reports: the kind as `errorType`, the message for a person as `errorMessage`.
pub(crate) fn diagnostic(fault: &impl Fault) -> Diagnostic {
    Diagnostic {
        error_type: fault.kind().name().to_owned(),
        error_message: fault.to_string(),
    }
}
