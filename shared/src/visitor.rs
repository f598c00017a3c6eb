//! Visitors of the shop, and what is remembered of each between their requests: how often their
//! taste has changed (a generation number), what they bought, and whether they agreed.
//!
//! `track` writes it, `recommend` reads it with every request, `resend-purchases` sends what idle users
//! bought to Personalize again. It is in the `Lists` table under `visitor#user#<id>` or
//! `visitor#session#<id>`.

mod identify;
mod idle;
mod memories;
mod memory;
mod purchase;

use sha2::{Digest, Sha256};

pub use idle::{Due, IDLE_SECONDS, SHARDS};
pub use memories::{Memories, Names, VisitorError};
pub use memory::Memory;
pub use purchase::Purchase;

use crate::fault::{Fault, FaultKind};
use memories::{SESSION, USER};

/// Personalize's ids have 1 to 256 characters.
const MAX_ID_CHARACTERS: usize = 256;

/// Where Personalize's names of sessions begin.
const SESSION_NAME: &str = "s~";

/// Who looks at the shop.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Visitor {
    /// Signed in, by the shop's user id.
    User(String),
    /// Not signed in, by session id: Personalize knows such visitors by it.
    Session(String),
    /// The shop does not say.
    Nobody,
}

/// An id that is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// It is empty, or too long.
    #[error("{argument} has {characters} characters; an id has 1 to 256")]
    Length {
        /// `userId`, `itemIds[3]`, ...
        argument: String,
        /// Its length.
        characters: usize,
    },
    /// It would be taken for a session.
    #[error(
        "userId begins with `{SESSION_NAME}`, as sessions are named to Personalize; give the user another id"
    )]
    Reserved,
}

impl Fault for IdError {
    fn kind(&self) -> FaultKind {
        FaultKind::InvalidInput
    }
}

/// Whether `key` of the `Lists` table is that of a visitor's memory.
#[must_use]
pub fn is_visitor(key: &str) -> bool {
    key.starts_with("visitor#")
}

/// `id` when it can be one; `argument` names it in the error.
///
/// # Errors
/// When it has no characters, or too many.
pub fn sound_id(argument: &str, id: String) -> Result<String, IdError> {
    let characters = id.chars().count();
    if (1..=MAX_ID_CHARACTERS).contains(&characters) {
        return Ok(id);
    }
    Err(IdError::Length {
        argument: argument.to_owned(),
        characters,
    })
}

/// Personalize's name for the session `id`, for PutEvents and for whoever asks about it. Users and
/// sessions are one name space there, and session ids come from browsers: with a name of its own no
/// session is ever taken for the user whose id it bears.
#[must_use]
pub fn session_name(id: &str) -> String {
    let name = format!("{SESSION_NAME}{id}");
    if name.chars().count() <= MAX_ID_CHARACTERS {
        return name;
    }
    let hash = Sha256::digest(id)
        .iter()
        .fold(String::new(), |mut hex, byte| {
            use std::fmt::Write;
            let _ = write!(hex, "{byte:02x}");
            hex
        });
    format!("{SESSION_NAME}{hash}")
}

impl Visitor {
    /// The user `id`.
    ///
    /// # Errors
    /// When it cannot be an id.
    pub fn user(id: String) -> Result<Self, IdError> {
        if id.starts_with(SESSION_NAME) {
            return Err(IdError::Reserved);
        }
        sound_id("userId", id).map(Self::User)
    }

    /// The session `id`.
    ///
    /// # Errors
    /// When it cannot be an id.
    pub fn session(id: String) -> Result<Self, IdError> {
        sound_id("sessionId", id).map(Self::Session)
    }

    /// The name Personalize knows them by.
    #[must_use]
    pub fn name(&self) -> Option<String> {
        match self {
            Self::User(id) => Some(id.clone()),
            Self::Session(id) => Some(session_name(id)),
            Self::Nobody => None,
        }
    }

    /// The key of what is remembered of them.
    #[must_use]
    pub fn key(&self) -> Option<String> {
        match self {
            Self::User(id) => Some(format!("{USER}{id}")),
            Self::Session(id) => Some(format!("{SESSION}{id}")),
            Self::Nobody => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_and_sessions_of_one_name_are_two() {
        let user = Visitor::User("a".into());
        let session = Visitor::Session("a".into());
        assert_ne!(user.key(), session.key());
        assert_ne!(user.name(), session.name());
        assert_eq!(Visitor::Nobody.key(), None);
    }

    #[test]
    fn nobody_is_taken_for_a_session_of_that_name() {
        let session = Visitor::Session("a".into()).name().unwrap();
        assert_eq!(Visitor::user(session), Err(IdError::Reserved));
    }

    #[test]
    fn the_longest_sessions_have_names_that_personalize_takes() {
        let name = |character: &str| session_name(&character.repeat(MAX_ID_CHARACTERS));
        assert_eq!(name("a").len(), 2 + 64);
        assert_ne!(name("a"), name("b"));
        assert_eq!(session_name(&"é".repeat(254)).chars().count(), 256);
    }

    #[test]
    fn ids_are_counted_in_characters() {
        assert!(sound_id("userId", "é".repeat(256)).is_ok());
        let refused = sound_id("itemIds[1]", String::new()).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "itemIds[1] has 0 characters; an id has 1 to 256"
        );
    }
}
