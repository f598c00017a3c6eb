//! From GraphQL arguments to the interactions of one visit, good and bad apart.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use shared::{caller::Caller, visitor::Visitor};

use crate::{
    error::{RequestError, TrackError},
    interaction::{Interaction, InteractionInput},
};

const MAX_INTERACTIONS: usize = 100;

/// AppSync's event, as far as it matters here.
#[derive(Debug, Deserialize)]
pub(crate) struct Event {
    /// The field's arguments.
    pub(crate) arguments: Arguments,
    /// Who tells; nothing for an API key.
    #[serde(default)]
    pub(crate) identity: Value,
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
    /// Who, as their memory is named.
    pub(crate) visitor: Visitor,
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
    /// Checks what `caller` tells, received at `now` (epoch seconds).
    pub(crate) fn new(input: TrackInput, caller: &Caller, now: i64) -> Result<Self, TrackError> {
        if input.interactions.len() > MAX_INTERACTIONS {
            return Err(RequestError::TooMany(input.interactions.len()).into());
        }
        let visitor = caller.visitor(input.user_id, Some(input.session_id.clone()))?;
        let visit = Visit {
            session_id: input.session_id,
            user_id: match &visitor {
                Visitor::User(user) => Some(user.clone()),
                Visitor::Session(_) | Visitor::Nobody => None,
            },
        };
        let (mut accepted, mut rejected) = (Vec::new(), Vec::new());
        for (index, interaction) in input.interactions.into_iter().enumerate() {
            match Interaction::new(interaction, now) {
                Ok(interaction) => accepted.push(interaction),
                Err(reason) => rejected.push(Rejection { index, reason }),
            }
        }
        Ok(Self {
            visitor,
            visit,
            accepted,
            rejected,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn call_by(caller: &Caller, input: Value) -> Result<Call, TrackError> {
        Call::new(
            serde_json::from_value(input).unwrap(),
            caller,
            1_800_000_000,
        )
    }

    fn call(input: Value) -> Result<Call, TrackError> {
        call_by(&Caller::Backend, input)
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
        let refused = call(many).unwrap_err();
        assert!(matches!(
            refused,
            TrackError::Request(RequestError::TooMany(101))
        ));
    }

    #[test]
    fn an_api_key_tells_of_sessions_and_a_shopper_of_themselves() {
        let input = json!({"sessionId": "s", "userId": "u2", "interactions": []});
        assert!(call_by(&Caller::Anonymous, input.clone()).is_err());
        let shopper = Caller::Shopper {
            user: "u1".into(),
            groups: Vec::new(),
        };
        let call = call_by(&shopper, input).unwrap();
        assert_eq!(call.visitor, Visitor::User("u1".into()));
        assert_eq!(call.visit.user_id.as_deref(), Some("u1"));
    }
}
