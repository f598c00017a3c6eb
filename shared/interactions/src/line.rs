//! The lines of the event log: an interaction, or that a session turned out to be a user.

use serde::{Deserialize, Serialize};

use crate::interaction::{Interaction, Visit};

/// [`Logged::consent`] when it could not be looked up.
pub const CONSENT_UNKNOWN: &str = "unknown";

/// A line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
#[allow(
    clippy::large_enum_variant,
    reason = "nearly every line is the large one"
)]
pub enum Line {
    /// `{"kind":"identify", ...}`
    Identified(Identified),
    /// Any other.
    Logged(Logged),
}

/// An accepted interaction.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Logged {
    /// Whose.
    #[serde(flatten)]
    pub visit: Visit,
    /// What.
    #[serde(flatten)]
    pub interaction: Interaction,
    /// Epoch seconds.
    pub received_at: i64,
    /// [`CONSENT_UNKNOWN`], or nothing when the visitor was known not to have refused. Who reads the
    /// log to learn from it looks such a visitor up first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consent: Option<String>,
}

/// What a session did, this user did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Identified {
    kind: Kind,
    /// The session.
    pub session_id: String,
    /// The user.
    pub user_id: String,
    /// Epoch seconds.
    pub received_at: i64,
}

/// Kinds of lines that are no interactions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Kind {
    Identify,
}

impl Identified {
    /// `session_id` is `user_id`, as heard at `received_at`.
    #[must_use]
    pub fn new(session_id: String, user_id: String, received_at: i64) -> Self {
        Self {
            kind: Kind::Identify,
            session_id,
            user_id,
            received_at,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_interaction_has_no_kind_and_an_identification_has() {
        let identified =
            json!({"kind": "identify", "sessionId": "s", "userId": "u", "receivedAt": 9});
        let line: Line = serde_json::from_value(identified.clone()).unwrap();
        assert!(matches!(line, Line::Identified(_)));
        assert_eq!(serde_json::to_value(line).unwrap(), identified);
        let logged = json!({
            "sessionId": "s", "userId": "u", "eventId": "e", "eventType": "view", "itemId": "a",
            "sentAt": 5, "eventValue": 2.5, "placement": "home", "receivedAt": 9,
        });
        let line: Line = serde_json::from_value(logged.clone()).unwrap();
        assert!(matches!(line, Line::Logged(_)));
        assert_eq!(serde_json::to_value(line).unwrap(), logged);
    }
}
