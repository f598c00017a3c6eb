//! From GraphQL arguments to the interactions of one visit, good and bad apart.

use serde::{Deserialize, Serialize};

use crate::{
    error::RequestError,
    interaction::{Interaction, InteractionInput},
};

const MAX_INTERACTIONS: usize = 100;
const MAX_ID_CHARACTERS: usize = 256;

/// AppSync's event, as far as it matters here.
#[derive(Debug, Deserialize)]
pub(crate) struct Event {
    /// The field's arguments.
    pub(crate) arguments: Arguments,
}

/// The arguments of `Mutation.trackInteractions`.
#[derive(Debug, Deserialize)]
pub(crate) struct Arguments {
    /// GraphQL's `TrackInput`.
    pub(crate) input: TrackInput,
}

/// GraphQL's `TrackInput`, as it comes.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TrackInput {
    user_id: Option<String>,
    session_id: String,
    interactions: Vec<InteractionInput>,
}

/// Whose interactions these are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Visit {
    /// The visit; Personalize's name for a visitor who is not signed in.
    pub(crate) session_id: String,
    /// The user, when signed in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) user_id: Option<String>,
}

/// A call, checked.
#[derive(Debug)]
pub(crate) struct Call {
    /// Whose.
    pub(crate) visit: Visit,
    /// In the order sent.
    pub(crate) accepted: Vec<Interaction>,
    /// In the order sent.
    pub(crate) rejected: Vec<Rejection>,
}

/// GraphQL's `RejectedInteraction`.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Rejection {
    /// Its place in the list that was sent, from 0.
    index: usize,
    /// For a person.
    reason: String,
}

/// GraphQL's `TrackResult`.
#[derive(Debug, Serialize)]
pub(crate) struct TrackResult {
    /// How many are kept.
    pub(crate) accepted: usize,
    /// The others.
    pub(crate) rejected: Vec<Rejection>,
}

impl Call {
    /// Checks `input`, received at `now` (epoch seconds).
    pub(crate) fn new(input: TrackInput, now: i64) -> Result<Self, RequestError> {
        if input.interactions.len() > MAX_INTERACTIONS {
            return Err(RequestError::TooMany(input.interactions.len()));
        }
        let visit = Visit {
            session_id: id("sessionId", input.session_id)?,
            user_id: input.user_id.map(|user| id("userId", user)).transpose()?,
        };
        let (mut accepted, mut rejected) = (Vec::new(), Vec::new());
        for (index, interaction) in input.interactions.into_iter().enumerate() {
            match Interaction::new(interaction, now) {
                Ok(interaction) => accepted.push(interaction),
                Err(reason) => rejected.push(Rejection { index, reason }),
            }
        }
        Ok(Self {
            visit,
            accepted,
            rejected,
        })
    }
}

fn id(argument: &'static str, id: String) -> Result<String, RequestError> {
    let characters = id.chars().count();
    if (1..=MAX_ID_CHARACTERS).contains(&characters) {
        Ok(id)
    } else {
        Err(RequestError::Id {
            argument,
            characters,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn call(input: Value) -> Result<Call, RequestError> {
        Call::new(serde_json::from_value(input).unwrap(), 1_800_000_000)
    }

    #[test]
    fn good_interactions_go_on_without_the_bad_ones() {
        let view = |item: &str| json!({"eventType": "view", "itemId": item});
        let input = json!({"sessionId": "s", "interactions": [view("a"), view(""), view("b")]});
        let call = call(input).unwrap();
        let accepted: Vec<&str> = call
            .accepted
            .iter()
            .map(|one| one.item_id.as_str())
            .collect();
        assert_eq!(accepted, ["a", "b"]);
        let reason = "itemId is empty".to_owned();
        assert_eq!(call.rejected, [Rejection { index: 1, reason }]);
    }

    #[test]
    fn a_session_is_needed_a_user_is_not() {
        let refused = |input| call(input).unwrap_err().to_string();
        let message = refused(json!({"sessionId": "", "interactions": []}));
        assert!(message.starts_with("sessionId has 0"), "{message}");
        let message = refused(json!({"sessionId": "s", "userId": "", "interactions": []}));
        assert!(message.starts_with("userId has 0"), "{message}");
        let visit = call(json!({"sessionId": "s", "userId": null, "interactions": []}));
        assert_eq!(visit.unwrap().visit.user_id, None);
    }

    #[test]
    fn a_call_over_100_interactions_is_refused_as_a_whole() {
        let view = json!({"eventType": "view", "itemId": "a"});
        let many = json!({"sessionId": "s", "interactions": vec![view; 101]});
        assert_eq!(call(many).unwrap_err(), RequestError::TooMany(101));
    }
}
