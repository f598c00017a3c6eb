//! What a whole call can fail with; then none of its interactions was accepted. A single bad
//! interaction is no error but a [`Rejection`](crate::request::Rejection). No message holds an id of
//! a user or a session.

use interactions::NotLogged;
use shared::{
    caller::CallerError,
    environment::MissingVariable,
    fault::{Fault, FaultKind},
    visitor::{IdError, VisitorError},
};

/// A call that was not taken.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TrackError {
    /// The template did not set a variable.
    #[error(transparent)]
    Environment(#[from] MissingVariable),
    /// The call is wrong as a whole.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// The event log did not take the interactions.
    #[error("the interactions were not accepted, send them again: {0}")]
    EventLog(#[from] NotLogged),
    /// Consent or an identification was not remembered.
    #[error("nothing was changed for certain, send it again: {0}")]
    Memory(#[from] VisitorError),
}

/// A call that is wrong as a whole.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum RequestError {
    /// The arguments have another shape.
    #[error("the arguments are not those of graphql/schema.graphql: at `{path}`: {message}")]
    Arguments {
        /// Where.
        path: String,
        /// What does not fit.
        message: String,
    },
    /// The caller may not do this.
    #[error(transparent)]
    Caller(#[from] CallerError),
    /// An id cannot be one.
    #[error(transparent)]
    Id(#[from] IdError),
    /// It is not said whom it is about.
    #[error("{0} is missing: it says whom this is about")]
    Nobody(&'static str),
    /// More than one call takes.
    #[error("interactions has {0} entries; one call takes at most 100, send the rest in another")]
    TooMany(usize),
}

impl Fault for TrackError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Environment(error) => error.kind(),
            Self::Request(_) => FaultKind::InvalidInput,
            Self::EventLog(error) => error.kind(),
            Self::Memory(error) => error.kind(),
        }
    }
}
