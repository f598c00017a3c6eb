//! What ends an invocation of `estate`, or the command. A resource that Personalize refuses does not:
//! it is reported in the answer, and the others go on.

use std::path::Path;

use shared::{
    aws::AwsError,
    config::ConfigError,
    fault::{Fault, FaultKind},
    operations::OperationsError,
};

use crate::plan::{PricesError, QuotasError};

/// It could not be done.
#[derive(Debug, thiserror::Error)]
pub(crate) enum EstateError {
    /// The declaration is missing or unsound; nothing was done.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// What is remembered could not be read or stored; what was made is found by the next call.
    #[error(transparent)]
    Operations(#[from] OperationsError),
    /// AWS did not answer, or does not allow it.
    #[error(transparent)]
    Aws(#[from] AwsError),
    /// The prices cannot be read.
    #[error(transparent)]
    Prices(#[from] PricesError),
    /// The quotas cannot be read.
    #[error(transparent)]
    Quotas(#[from] QuotasError),
    /// A file of the command.
    #[error("{doing} {file} failed: {source}")]
    File {
        /// `reading`, `writing`.
        doing: &'static str,
        /// The path.
        file: String,
        /// Why.
        source: std::io::Error,
    },
    /// The file of records is none.
    #[error("{file} holds no records of an estate: {message}; name another with --records")]
    Records {
        /// The path.
        file: String,
        /// What does not fit.
        message: String,
    },
    /// What was stored or handed in as a plan is none.
    #[error("{origin} is no plan: {message}; make one with the action or command `plan`")]
    NotAPlan {
        /// The file or key.
        origin: String,
        /// What does not fit.
        message: String,
    },
    /// The plan is of another estate.
    #[error(
        "the plan is one of the estate `{planned}`, and the configuration declares `{declared}`"
    )]
    OtherEstate {
        /// In the plan.
        planned: String,
        /// In the configuration.
        declared: String,
    },
    /// Something is to be done that was not shown.
    #[error(
        "the plan no longer holds: {change} was not in it, because the file or the estate changed since; nothing more was done, make a new plan"
    )]
    Stale {
        /// What was not shown.
        change: String,
    },
    /// Something stands against it.
    #[error("nothing was done, because of {} problem(s):\n  {}", problems.len(), problems.join("\n  "))]
    Problems {
        /// One line each.
        problems: Vec<String>,
    },
    /// A variable that this action needs.
    #[error("{name} is not set, and {what} needs it: {remedy}")]
    Missing {
        /// The variable.
        name: &'static str,
        /// What needs it.
        what: &'static str,
        /// Where it comes from.
        remedy: &'static str,
    },
    /// The command was used in a way that makes no sense.
    #[error("{0}")]
    Usage(String),
    /// Another run holds the estate.
    #[error("{0}")]
    Held(String),
}

impl EstateError {
    /// Names the file an I/O error is about.
    pub(crate) fn file(doing: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let file = path.display().to_string();
        move |source| Self::File {
            doing,
            file,
            source,
        }
    }
}

impl Fault for EstateError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Config(error) => error.kind(),
            Self::Operations(error) => error.kind(),
            Self::Aws(error) => error.kind(),
            Self::Held(_) => FaultKind::Conflict,
            Self::Prices(_) | Self::Quotas(_) | Self::Missing { .. } | Self::File { .. } => {
                FaultKind::Failed
            }
            _ => FaultKind::InvalidInput,
        }
    }
}
