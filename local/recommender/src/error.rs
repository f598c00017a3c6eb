//! What can go wrong while training, measuring or reading a model. Queries cannot fail.

use thiserror::Error as ThisError;

/// Why a model could not be trained, measured or read.
#[derive(Debug, Clone, PartialEq, Eq, ThisError)]
#[non_exhaustive]
pub enum Error {
    /// There is nothing to learn from.
    #[error("cannot train: the data holds no interactions; import at least one and train again")]
    NoInteractions,

    /// The recipe goes by what items say of themselves, and nothing is known of that.
    #[error(
        "cannot train: the recipe compares items by their categories and texts, and the catalogue \
         is empty; describe at least one item and train again"
    )]
    NoCatalogue,

    /// No user did two things, or there is no other user to learn from.
    #[error(
        "cannot evaluate: of {users} users one with 2 interactions must be held out and another \
         remain; import more interactions and evaluate again"
    )]
    NothingHeldOut {
        /// Users in the data.
        users: usize,
    },

    /// An option has a value that means nothing.
    #[error("cannot train: option `{option}` must be {expected}; it is {found}")]
    Option {
        /// The name of the field of [`Options`](crate::Options).
        option: &'static str,
        /// What is allowed, in words.
        expected: &'static str,
        /// What was given.
        found: String,
    },

    /// No recipe has this name.
    #[error("there is no recipe `{found}`; the recipes are {expected}")]
    Recipe {
        /// What was given.
        found: String,
        /// The names there are.
        expected: String,
    },

    /// A model could not be turned into bytes.
    #[error("cannot write the model: {reason}; free some memory and try again")]
    NotWritten {
        /// What the serializer said.
        reason: String,
    },

    /// The bytes hold a model of another version of this crate.
    #[error(
        "cannot read the model: its format is {found}, this build reads {expected}; train it again"
    )]
    Format {
        /// The format number in the bytes.
        found: u32,
        /// The format number this build writes and reads.
        expected: u32,
    },

    /// The bytes are no model, or a cut or changed one.
    #[error("cannot read the model: its bytes are damaged ({reason}); train it again")]
    Damaged {
        /// What did not fit.
        reason: String,
    },
}
