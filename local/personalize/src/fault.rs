//! Errors as Amazon Personalize answers them: a modelled type and a message for the caller.
//! What keeps the server itself from starting is in `error.rs`.

use std::fmt;

/// The error types of the three Personalize APIs, by the name that SDKs match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FaultKind {
    /// A member of the request is wrong.
    InvalidInput,
    /// The same where the API has no `InvalidInputException` for it.
    Validation,
    /// `nextToken` is not one that this server gave for this list.
    InvalidNextToken,
    /// A quota is used up.
    LimitExceeded,
    /// The name is taken.
    ResourceAlreadyExists,
    /// The resource is not in a state that allows this, or something depends on it.
    ResourceInUse,
    /// There is no such resource, or it does not answer yet.
    ResourceNotFound,
    /// More than 50 tags on one resource.
    TooManyTags,
    /// Too many requests a second.
    Throttling,
    /// Not an operation of Personalize, or one that is not built here.
    UnknownOperation,
    /// The server could not do its work; the only one that is worth a retry.
    InternalFailure,
}

impl FaultKind {
    /// The `__type` on the wire.
    #[must_use]
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::InvalidInput => "InvalidInputException",
            Self::Validation => "ValidationException",
            Self::InvalidNextToken => "InvalidNextTokenException",
            Self::LimitExceeded => "LimitExceededException",
            Self::ResourceAlreadyExists => "ResourceAlreadyExistsException",
            Self::ResourceInUse => "ResourceInUseException",
            Self::ResourceNotFound => "ResourceNotFoundException",
            Self::TooManyTags => "TooManyTagsException",
            Self::Throttling => "ThrottlingException",
            Self::UnknownOperation => "UnknownOperationException",
            Self::InternalFailure => "InternalFailure",
        }
    }

    /// The HTTP status in the JSON 1.1 protocol of the control plane, where the type alone counts.
    #[must_use]
    pub(crate) fn status(self) -> u16 {
        match self {
            Self::InternalFailure => 500,
            _ => 400,
        }
    }

    /// The HTTP status in the REST-JSON protocol of the runtime and of events.
    #[must_use]
    pub(crate) fn rest_status(self) -> u16 {
        match self {
            Self::ResourceNotFound => 404,
            Self::ResourceInUse => 409,
            _ => self.status(),
        }
    }
}

impl fmt::Display for FaultKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// An answer that is an error.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind}: {message}")]
pub(crate) struct Fault {
    /// Its type.
    pub(crate) kind: FaultKind,
    /// What is wrong, where, and what to do. Never holds a user id.
    pub(crate) message: String,
}

impl Fault {
    /// An error of a given type.
    pub(crate) fn new(kind: FaultKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
        }
    }

    /// A wrong value; `member` is its path in the request, as in `eventList[2].itemId`.
    pub(crate) fn invalid(member: &str, problem: impl fmt::Display) -> Self {
        Self::new(
            FaultKind::InvalidInput,
            format!("Invalid value at '{member}': {problem}"),
        )
    }

    /// Something that is not there.
    pub(crate) fn not_found(what: &str, arn: &str) -> Self {
        Self::new(
            FaultKind::ResourceNotFound,
            format!("Could not find {what} {arn}"),
        )
    }

    /// A resource that is busy or that others depend on.
    pub(crate) fn in_use(message: impl Into<String>) -> Self {
        Self::new(FaultKind::ResourceInUse, message)
    }

    /// A quota is used up.
    pub(crate) fn limit(message: impl Into<String>) -> Self {
        Self::new(FaultKind::LimitExceeded, message)
    }

    /// The server failed.
    pub(crate) fn internal(problem: impl fmt::Display) -> Self {
        Self::new(
            FaultKind::InternalFailure,
            format!("personalize-local could not finish: {problem}; its log says more"),
        )
    }
}
