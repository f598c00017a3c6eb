//! Why something was not done. No message holds an address, a name or a user's id.

use messages::address::AddressError;
use messages::{ContactError, MessagesError, object::ReadError};
use shared::{
    aws::AwsError,
    caller::CallerError,
    config::ConfigError,
    environment::MissingVariable,
    fault::{Fault, FaultKind},
};

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ContactsError {
    /// The template did not set a variable.
    #[error(transparent)]
    Environment(#[from] MissingVariable),
    /// The configuration cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A service failed.
    #[error(transparent)]
    Aws(#[from] AwsError),
    /// The Messages table failed.
    #[error(transparent)]
    Messages(#[from] MessagesError),
    /// The caller may not do this.
    #[error(transparent)]
    Caller(#[from] CallerError),
    /// The API key is everybody's.
    #[error("messages are for users: sign in, or, from a backend, sign the request with IAM")]
    Nobody,
    /// A backend did not say whom it speaks for.
    #[error("a backend speaks for many: name the user in userId")]
    NoUser,
    /// The arguments are not the field's.
    #[error("the arguments are not what this field takes: at `{path}`: {message}")]
    Arguments {
        /// Where.
        path: String,
        /// What.
        message: String,
    },
    /// What is given as an address is none.
    #[error("`{member}`: {error}")]
    Address {
        /// `email`, `phone`.
        member: &'static str,
        /// Why.
        error: AddressError,
    },
    /// The contact is beyond its limits.
    #[error(transparent)]
    Contact(#[from] ContactError),
    /// Nobody would get a text there.
    #[error("`phone`: the number takes no texts, its network says ({0}): ask for a mobile number")]
    Phone(String),
    /// The name of the file says nothing of what is in it.
    #[error("{key} is no file of contacts: let its name end in .jsonl or .csv")]
    NotContacts {
        /// Its key.
        key: String,
    },
    /// It is too large.
    #[error("{key} has {bytes} bytes, and {most} are the most: cut it into several files")]
    TooLarge {
        /// Its key.
        key: String,
        /// How large it is.
        bytes: u64,
        /// How large it may be.
        most: u64,
    },
    /// The heading is no heading.
    #[error(
        "the heading of {key} has no column userId, or one that nobody knows: {message}; docs/messages.md has the names"
    )]
    Heading {
        /// Its key.
        key: String,
        /// What is wrong.
        message: String,
    },
    /// Where a call stopped cannot be read.
    #[error("{key} is no place in a file of contacts: {message}; put the file there again")]
    Cursor {
        /// Its key.
        key: String,
        /// What is wrong.
        message: String,
    },
    /// A download broke off again and again.
    #[error("{key} broke off again and again while it was read; try again")]
    BrokenOff {
        /// Its key.
        key: String,
    },
    /// Something cannot be written as JSON.
    #[error("cannot write a line: {0}; this is a defect of contacts")]
    Line(#[from] serde_json::Error),
}

impl From<ReadError> for ContactsError {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Aws(error) => Self::Aws(error),
            ReadError::BrokenOff { key } => Self::BrokenOff { key },
        }
    }
}

impl Fault for ContactsError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Environment(error) => error.kind(),
            Self::Config(error) => error.kind(),
            Self::Aws(error) => error.kind(),
            Self::Messages(error) => error.kind(),
            Self::BrokenOff { .. } => FaultKind::Retryable,
            Self::Line(_) => FaultKind::Failed,
            _ => FaultKind::InvalidInput,
        }
    }
}
