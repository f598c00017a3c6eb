//! Errors as Athena's API answers them: a modelled type, its code, and a message for the caller.

use std::fmt;

use serde_json::{Map, Value, json};

/// The error types of the API that this server answers, by the name that SDKs match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FaultKind {
    /// A member of the request is wrong, or what it names is not there (`AthenaErrorCode` says which).
    InvalidRequest,
    /// A prepared statement that is not there.
    ResourceNotFound,
    /// The queue of queries is full.
    TooManyRequests,
    /// A connector's metadata could not be read.
    Metadata,
    /// Not an operation of Athena, or one that is not built here.
    UnknownOperation,
    /// The server could not do its work.
    InternalServer,
}

impl FaultKind {
    /// The `__type` on the wire.
    #[must_use]
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::InvalidRequest => "InvalidRequestException",
            Self::ResourceNotFound => "ResourceNotFoundException",
            Self::TooManyRequests => "TooManyRequestsException",
            Self::Metadata => "MetadataException",
            Self::UnknownOperation => "UnknownOperationException",
            Self::InternalServer => "InternalServerException",
        }
    }

    /// The HTTP status.
    #[must_use]
    pub(crate) fn status(self) -> u16 {
        match self {
            Self::InternalServer => 500,
            _ => 400,
        }
    }
}

/// An answer that is an error.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {message}", kind.name())]
pub(crate) struct Fault {
    /// Its type.
    pub(crate) kind: FaultKind,
    /// What is wrong, where, and what to do.
    pub(crate) message: String,
    /// `AthenaErrorCode`, `Reason` or `ResourceName`, where the type has such a member.
    detail: Option<(&'static str, String)>,
}

impl Fault {
    /// A wrong member; the message names it.
    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::request("INVALID_INPUT", message)
    }

    /// SQL that cannot be parsed.
    pub(crate) fn malformed_query(message: impl Into<String>) -> Self {
        Self::request("MALFORMED_QUERY", message)
    }

    fn request(code: &str, message: impl Into<String>) -> Self {
        Self {
            kind: FaultKind::InvalidRequest,
            message: message.into(),
            detail: Some(("AthenaErrorCode", code.to_owned())),
        }
    }

    /// A resource that is not there, of the type that answers so.
    pub(crate) fn not_found(message: impl Into<String>, name: &str) -> Self {
        Self {
            kind: FaultKind::ResourceNotFound,
            message: message.into(),
            detail: Some(("ResourceName", name.to_owned())),
        }
    }

    /// The queue is full.
    pub(crate) fn too_many_queries(limit: usize) -> Self {
        Self {
            kind: FaultKind::TooManyRequests,
            message: format!(
                "You have exceeded the limit for the number of queries you can run concurrently, {limit}. Please reduce the number of concurrent queries submitted by this account."
            ),
            detail: Some(("Reason", "CONCURRENT_QUERY_LIMIT_EXCEEDED".to_owned())),
        }
    }

    /// A connector did not answer, or with an error.
    pub(crate) fn metadata(message: impl Into<String>) -> Self {
        Self::plain(FaultKind::Metadata, message)
    }

    /// Not an operation that is here.
    pub(crate) fn unknown_operation(name: &str) -> Self {
        Self::plain(
            FaultKind::UnknownOperation,
            format!(
                "athena-local has no operation '{name}'; docs/athena-local.md lists those it has"
            ),
        )
    }

    /// The server failed.
    pub(crate) fn internal(problem: impl fmt::Display) -> Self {
        Self::plain(
            FaultKind::InternalServer,
            format!("athena-local could not finish: {problem}; its log says more"),
        )
    }

    fn plain(kind: FaultKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            detail: None,
        }
    }

    /// The body on the wire.
    #[must_use]
    pub(crate) fn body(&self) -> Value {
        let mut body = Map::new();
        body.insert("__type".to_owned(), json!(self.kind.name()));
        if let Some((member, value)) = &self.detail {
            body.insert((*member).to_owned(), json!(value));
        }
        body.insert("Message".to_owned(), json!(self.message));
        Value::Object(body)
    }
}
