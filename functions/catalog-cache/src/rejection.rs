//! Why a line is no product.

use std::fmt;

use serde::Serialize;

/// The longest reason of the pull's that is kept as it is.
const MAX_REASON: usize = 64;

/// Why a line is no product. The names are those of the answer's `rejected`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Rejection {
    /// Longer than a line may be.
    LineTooLong,
    /// No JSON object.
    NotJson,
    /// Without an id, or with one of more than 256 characters.
    InvalidId,
    /// Without a title, or with an empty one.
    InvalidTitle,
    /// Without a price, or with one below 0.
    InvalidPrice,
    /// Another member is of the wrong type.
    InvalidMember,
    /// The page says the same of the id before; its first line counts.
    Duplicate,
    /// The pull rejected it, and did not say why in a word.
    Rejected,
    /// The pull rejected it for this reason.
    #[serde(untagged)]
    Reported(String),
}

impl fmt::Display for Rejection {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(formatter)
    }
}

impl Rejection {
    /// What the pull says of a product it rejected.
    pub(crate) fn reported(reason: &str) -> Self {
        let is_name = !reason.is_empty()
            && reason.len() <= MAX_REASON
            && reason.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if is_name {
            Self::Reported(reason.to_owned())
        } else {
            Self::Rejected
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_of_the_pull_s_is_kept_when_it_is_a_name() {
        assert_eq!(
            Rejection::reported("invalidPrice").to_string(),
            "invalidPrice"
        );
        for other in ["", "a price of 7 €", &"x".repeat(65)] {
            assert_eq!(
                Rejection::reported(other).to_string(),
                "rejected",
                "{other}"
            );
        }
    }
}
