//! What a backend's adapter is: it makes requests and reads answers, and does no input or output
//! itself. The pull sends the requests, waits, keeps the positions and writes what was found.

use std::time::Duration;

use backend::{Answer, Auth, BackendError, Request};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use shared::fault::{Fault, FaultKind};

use crate::product::{Product, Reason};

/// One backend's way of listing products.
pub(crate) trait Adapter: Send + Sync {
    /// How requests say who sends them: which kind, and which members of the secret.
    fn auth(&self) -> Auth;

    /// Whether it can list only what changed. If not, every pull is a full one.
    fn lists_changes(&self) -> bool {
        true
    }

    /// How a pull begins.
    fn plan(&self, scope: &Scope) -> Result<Plan, AdapterError>;

    /// The parts of a pull, from the answer to [`Plan::Ask`].
    fn parts(&self, scope: &Scope, answer: &Answer) -> Result<Vec<Position>, AdapterError>;

    /// The request for what is at `position`. A position an older release kept may be of another shape.
    fn request(&self, scope: &Scope, position: &Position) -> Result<Request, AdapterError>;

    /// What else is asked for before a page or a product can be read, as the names of categories it only
    /// numbers: few requests, one after the other.
    fn besides(&self, _scope: &Scope, _answer: &Answer) -> Result<Vec<Request>, AdapterError> {
        Ok(Vec::new())
    }

    /// What the answer to [`Adapter::request`] holds, and where the list goes on. `besides` are the
    /// answers to [`Adapter::besides`], in their order.
    fn page(
        &self,
        scope: &Scope,
        position: &Position,
        answer: &Answer,
        besides: &[Answer],
    ) -> Result<Page, AdapterError>;

    /// The request for one product. `id` comes from outside: it goes into a path by
    /// [`backend::segment`], into a query by [`Request::query`], into GraphQL as a variable.
    fn one(&self, id: &str) -> Result<Request, AdapterError>;

    /// The product in the answer to it; [`Entry::Withdrawn`] when there is none. A 404 is the pull's
    /// business. `scope` is that of an incremental pull of now.
    fn product(
        &self,
        scope: &Scope,
        id: &str,
        answer: &Answer,
        besides: &[Answer],
    ) -> Result<Entry, AdapterError>;
}

/// What a pull is to list.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Scope {
    /// Everything, or what changed.
    pub(crate) mode: Mode,
    /// What changed at this moment or later; incremental pulls only.
    pub(crate) since: Option<Timestamp>,
    /// When the pull began: changes after it are the next pull's.
    pub(crate) until: Timestamp,
    /// Products a request asks for, as configured; the adapter's own number without it. The adapter
    /// sees to its backend's limit.
    pub(crate) page_size: Option<u32>,
    /// ISO 4217 code of prices whose currency the backend does not say.
    pub(crate) currency: Option<String>,
}

/// How much is pulled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Mode {
    /// Everything.
    Full,
    /// What changed since the last pull.
    Incremental,
}

/// How a pull begins.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Plan {
    /// With these parts, which are pulled side by side. At least one.
    Parts(Vec<Position>),
    /// By asking how much there is; the answer goes to [`Adapter::parts`].
    Ask(Request),
}

/// Where in a list a pull is: small, kept in the Operations table between pages.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Position(pub(crate) Value);

/// What an answer holds.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Page {
    /// What was listed, in the backend's order.
    pub(crate) entries: Vec<Entry>,
    /// Where it goes on; `None` at the end of the part.
    pub(crate) next: Option<Position>,
    /// How long to wait before `next` is asked. A page that only says "not yet" has no entries, and the
    /// same position (or one that counts) as its `next`.
    pub(crate) wait: Option<Duration>,
}

/// One thing listed.
#[derive(Debug, Clone, PartialEq)]
#[allow(clippy::large_enum_variant)] // Nearly all of them are products.
pub(crate) enum Entry {
    /// A product.
    Product(Product),
    /// A product that left the shop.
    Withdrawn {
        /// Its id.
        id: String,
    },
    /// A product that cannot be used as it is.
    Rejected {
        /// Its id, if it has one: it is still listed, and must not be withdrawn.
        id: Option<String>,
        /// Its place among the answer's products, from 0.
        index: usize,
        /// Why.
        reason: Reason,
        /// Why, for a person.
        message: String,
    },
}

impl Entry {
    /// The id of what is listed, if it has one.
    pub(crate) fn id(&self) -> Option<&str> {
        match self {
            Self::Product(product) => Some(&product.id),
            Self::Withdrawn { id } => Some(id),
            Self::Rejected { id, .. } => id.as_deref(),
        }
    }
}

/// Why an adapter gave up.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum AdapterError {
    /// An answer is no JSON, an expression fails, and the like.
    #[error(transparent)]
    Backend(#[from] BackendError),
    /// The answer has not the shape that the backend documents.
    #[error("the answer of {backend} is not as documented: {message}")]
    Shape {
        /// The backend's name.
        backend: &'static str,
        /// What is missing, and where.
        message: String,
    },
    /// The backend says no in an answer with status 200, as GraphQL does.
    #[error("{backend} refuses the request: {message}")]
    Refused {
        /// The backend's name.
        backend: &'static str,
        /// Its own words, bounded.
        message: String,
    },
    /// The backend failed at something that may go well at another time, as a bulk operation.
    #[error("{backend} did not finish: {message}; it is tried again")]
    Unfinished {
        /// The backend's name.
        backend: &'static str,
        /// What happened.
        message: String,
    },
    /// The configuration lacks something, or has something the adapter does not know.
    #[error("backend.catalog.{key}: {message}")]
    Setting {
        /// Where, as `settings.apiVersion`.
        key: String,
        /// What it has to be.
        message: String,
    },
    /// A position that another adapter, or an older release, kept.
    #[error("a kept position ({0}) is not one of this adapter; start another pull")]
    Position(Value),
}

impl Fault for AdapterError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Backend(error) => error.kind(),
            Self::Unfinished { .. } => FaultKind::Retryable,
            Self::Shape { .. } => FaultKind::Failed,
            Self::Refused { .. } | Self::Setting { .. } | Self::Position(_) => {
                FaultKind::InvalidInput
            }
        }
    }
}
