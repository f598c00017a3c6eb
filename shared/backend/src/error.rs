//! Why the backend's data could not be had. No message holds a secret, a query or a body.

use std::time::Duration;

use shared::{
    aws::AwsError,
    fault::{Fault, FaultKind},
};

/// Why a request was not answered, or its answer not understood.
#[derive(Debug, Clone, thiserror::Error)]
pub enum BackendError {
    /// The backend's address is none.
    #[error(
        "BACKEND_URL is `{url}`: {message}; set the template's parameter to something like https://shop.example"
    )]
    Address {
        /// What is set.
        url: String,
        /// What is wrong with it.
        message: String,
    },
    /// Secrets Manager did not give the secret.
    #[error("cannot read the backend's secret: {0}; check BACKEND_SECRET and the function's role")]
    Secret(#[source] AwsError),
    /// The secret is no JSON object.
    #[error("the secret `{name}` is no JSON object of texts; store it like {{\"token\": \"...\"}}")]
    SecretShape {
        /// Its name or ARN.
        name: String,
    },
    /// There is no secret, and one is needed.
    #[error(
        "the backend's authentication needs a secret with `{member}`, and BACKEND_SECRET names none"
    )]
    NoSecret {
        /// The member that is needed.
        member: String,
    },
    /// The secret lacks a member.
    #[error(
        "the backend's secret has no member `{member}`; add it, or name another in the configuration"
    )]
    SecretMember {
        /// What is missing.
        member: String,
    },
    /// The place of tokens gave none.
    #[error("no token from {place}: {message}; check the client's id and secret, and `tokenUrl`")]
    Token {
        /// Where it was asked for, without its query.
        place: String,
        /// What came instead.
        message: String,
    },
    /// 401, again after the secret was read again, or 403.
    #[error(
        "the backend refuses the credentials for {path} ({status}); check {}, and what they may read",
        of_the_secret(members)
    )]
    Unauthorized {
        /// What was asked for.
        path: String,
        /// 401 or 403.
        status: u16,
        /// The secret's members that were used.
        members: Vec<String>,
    },
    /// 404 or 410.
    #[error("the backend has no {path}")]
    NotFound {
        /// What was asked for.
        path: String,
    },
    /// 429 for longer than is waited.
    #[error(
        "the backend throttles {path}, for more than {} s; pull less often, or set requestsPerSecond",
        waited.as_secs()
    )]
    Throttled {
        /// What was asked for.
        path: String,
        /// How long was waited.
        waited: Duration,
    },
    /// Another 4xx, or a redirection to elsewhere.
    #[error("the backend refuses {path} ({status}): {message}")]
    Refused {
        /// What was asked for.
        path: String,
        /// The status.
        status: u16,
        /// What to do about it; nothing of what the backend says.
        message: String,
    },
    /// 5xx at every attempt.
    #[error("the backend fails at {path} ({status}), {attempts} times; try again later")]
    Failing {
        /// What was asked for.
        path: String,
        /// The last status.
        status: u16,
        /// How often it was asked.
        attempts: u32,
    },
    /// No answer, or none that ended, at every attempt.
    #[error("no whole answer from the backend for {path}, {attempts} times: {message}")]
    Unreachable {
        /// What was asked for.
        path: String,
        /// How often it was asked.
        attempts: u32,
        /// What the connection said last.
        message: String,
    },
    /// An answer over the limit.
    #[error("the answer for {path} has more than {limit} bytes; ask for smaller pages")]
    TooLarge {
        /// What was asked for.
        path: String,
        /// The limit.
        limit: usize,
    },
    /// An address outside of the backend.
    #[error(
        "the backend's answer leads to {origin}, which is not the backend ({expected}); it is not followed"
    )]
    OtherOrigin {
        /// Where it leads.
        origin: String,
        /// Where it may lead.
        expected: String,
    },
    /// A request that cannot be sent.
    #[error("the request for {path} cannot be sent: {message}")]
    Unsendable {
        /// What would be asked for.
        path: String,
        /// Why not.
        message: String,
    },
    /// An answer that is not what is expected.
    #[error("the backend's answer is not what is expected: {0}")]
    Unreadable(String),
    /// A list that leads to where it was before.
    #[error("the backend's list does not end: {0}")]
    Endless(String),
    /// A JMESPath expression that is none, or fails.
    #[error("the JMESPath `{expression}` fails: {message}")]
    Expression {
        /// The expression.
        expression: String,
        /// Where and why.
        message: String,
    },
}

impl BackendError {
    /// Whether the backend says that there is no such thing.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        matches!(self, Self::NotFound { .. })
    }
}

impl Fault for BackendError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Secret(error) => error.kind(),
            Self::Throttled { .. } | Self::Failing { .. } | Self::Unreachable { .. } => {
                FaultKind::Retryable
            }
            Self::Unreadable(_) | Self::TooLarge { .. } => FaultKind::Failed,
            _ => FaultKind::InvalidInput,
        }
    }
}

fn of_the_secret(members: &[String]) -> String {
    if members.is_empty() {
        return "whether the backend needs an `auth`".to_owned();
    }
    format!("`{}` of the secret BACKEND_SECRET", members.join("`, `"))
}
