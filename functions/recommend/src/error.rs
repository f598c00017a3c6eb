//! What a request can fail with. Each message becomes a GraphQL error that a person reads; none
//! holds a user's or a session's id.

use shared::{
    config::ConfigError,
    environment::MissingVariable,
    fault::{Fault, FaultKind},
};

/// A request that gets no answer. A slow or failing Personalize is none of these.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RecommendError {
    /// The template did not set a variable.
    #[error(transparent)]
    Environment(#[from] MissingVariable),
    /// The placements are not known, because the configuration was never readable.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The request is wrong.
    #[error(transparent)]
    Request(#[from] RequestError),
}

/// A request that cannot be answered as it is.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum RequestError {
    /// No such placement.
    #[error("there is no placement `{asked}`; the placements are: {known}")]
    UnknownPlacement {
        /// As asked for, cut to a readable length.
        asked: String,
        /// The declared ones, with commas.
        known: String,
    },
    /// More or fewer items than can be had.
    #[error("limit is {0}; it has to be 1 to 500")]
    Limit(i64),
    /// Personalize's ids have 1 to 256 characters.
    #[error("{argument} has {characters} characters; an id has 1 to 256")]
    Id {
        /// `userId`, `itemIds[3]`, ...
        argument: String,
        /// Its length.
        characters: usize,
    },
    /// A cart larger than is asked about.
    #[error("itemIds has {0} items; at most 25 can be asked about at once")]
    TooManyItems(usize),
    /// Similar to what?
    #[error(
        "placement `{0}` shows what goes with a product: send its itemId, or the itemIds of a cart"
    )]
    NoItem(String),
}

impl Fault for RecommendError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Environment(error) => error.kind(),
            Self::Config(error) => error.kind(),
            Self::Request(_) => FaultKind::InvalidInput,
        }
    }
}
