//! What a request can fail with. Each message becomes a GraphQL error that a person reads; none
//! holds a user's or a session's id.

use shared::{
    batch::BatchError,
    caller::CallerError,
    config::ConfigError,
    environment::MissingVariable,
    fault::{Fault, FaultKind},
    visitor::IdError,
};

use crate::explain::ExplainError;

/// A request that gets no answer. A slow or failing Personalize is none of these.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RecommendError {
    /// The template did not set a variable.
    #[error(transparent)]
    Environment(#[from] MissingVariable),
    /// The placements are not known, because the configuration was never readable.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// They could not be read in time by a process that has just started.
    #[error(
        "the placements could not be read in time: this process has just started; ask again in a second"
    )]
    NotReady,
    /// The catalogue cannot be read.
    #[error("the products cannot be read: {0}")]
    Catalog(#[from] BatchError),
    /// The caller may not ask this.
    #[error(transparent)]
    Caller(#[from] CallerError),
    /// The request is wrong.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// The explanation cannot be had.
    #[error(transparent)]
    Explain(#[from] ExplainError),
}

/// A request that cannot be answered as it is.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum RequestError {
    /// A resolver of the template that this function does not know.
    #[error("recommend does not answer the field `{0}`: see graphql/schema.graphql")]
    UnknownField(String),
    /// The arguments have another shape than the schema's.
    #[error("the arguments are not those of graphql/schema.graphql: at `{at}`: {problem}")]
    Arguments {
        /// The member.
        at: String,
        /// What is wrong with it.
        problem: String,
    },
    /// No such placement.
    #[error("there is no placement `{asked}`; the placements are: {known}")]
    UnknownPlacement {
        /// As asked for, cut to a readable length.
        asked: String,
        /// The declared ones, with commas.
        known: String,
    },
    /// A page without placements, or with more than a page has.
    #[error("placements has {0} entries; a page has 1 to 10, each once")]
    Placements(usize),
    /// A page that would ask Personalize more than any page of a shop does.
    #[error(
        "the page asks about {asked} products in all; at most {most} at once: ask for fewer placements or products"
    )]
    TooManyQuestions {
        /// Questions it has.
        asked: usize,
        /// The limit.
        most: usize,
    },
    /// More or fewer items than can be had.
    #[error("limit is {0}; it has to be 1 to 500")]
    Limit(i64),
    /// An id that is none.
    #[error(transparent)]
    Id(#[from] IdError),
    /// A cart, or a list to be ranked, larger than is asked about.
    #[error("itemIds has {sent} items; at most {most} can be asked about at once")]
    TooManyItems {
        /// As sent.
        sent: usize,
        /// The limit.
        most: usize,
    },
    /// Similar to what?
    #[error(
        "placement `{0}` shows what goes with a product: send its itemId, or the itemIds of a cart"
    )]
    NoItem(String),
    /// Rank what?
    #[error("placement `{0}` puts a list in order: send its itemIds")]
    NothingToRank(String),
    /// A part of the context that cannot be one.
    #[error("context.{0} has to have 1 to 64 characters, and no quotes or backslashes")]
    Context(&'static str),
    /// A filter value the placement does not let callers fill.
    #[error(
        "placement `{placement}` takes no filter value `{value}`: declare it under its filterValues"
    )]
    UnknownFilterValue {
        /// The placement.
        placement: String,
        /// The name sent, cut to a readable length.
        value: String,
    },
    /// A filter value without which the filter does not work.
    #[error("placement `{placement}` needs `{value}`: send it in filterValues or in context")]
    FilterValueMissing {
        /// The placement.
        placement: String,
        /// The name to send.
        value: String,
    },
    /// Values Personalize does not take.
    #[error(
        "the values for `{0}` have to be 1 to 25, of 1 to 1000 characters each, without quotes or backslashes"
    )]
    FilterValue(String),
}

impl Fault for RecommendError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Environment(error) => error.kind(),
            Self::Config(error) => error.kind(),
            Self::NotReady => FaultKind::Retryable,
            Self::Catalog(error) => error.kind(),
            Self::Caller(error) => error.kind(),
            Self::Request(_) => FaultKind::InvalidInput,
            Self::Explain(error) => error.kind(),
        }
    }
}
