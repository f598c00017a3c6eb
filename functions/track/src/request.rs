//! From AppSync's event to the interactions of one visit, good and bad apart.

use std::collections::BTreeSet;

use interactions::{Interaction, Visit};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;
use shared::{
    caller::{Caller, CallerError},
    visitor::{Visitor, sound_id},
};

use crate::{error::RequestError, event_id::EventIds, input::InteractionInput};

const MAX_INTERACTIONS: usize = 100;

/// AppSync's event, as far as it matters here.
#[derive(Debug, Deserialize)]
pub(crate) struct Event {
    arguments: Value,
    /// Who calls; see [`Caller`].
    #[serde(default)]
    pub(crate) identity: Value,
    /// Which field is asked for.
    pub(crate) info: Info,
    #[serde(default)]
    request: Value,
}

/// AppSync's `info`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Info {
    /// The mutation.
    pub(crate) field_name: Field,
}

/// The mutations that are answered here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Field {
    /// What a visitor did.
    TrackInteractions,
    /// Who a session turned out to be.
    Identify,
    /// Whether a visitor agrees to be shown things by what they did.
    SetConsent,
}

impl Event {
    /// The field's arguments.
    pub(crate) fn arguments<Arguments: DeserializeOwned>(&self) -> Result<Arguments, RequestError> {
        serde_path_to_error::deserialize(&self.arguments).map_err(|error| RequestError::Arguments {
            path: error.path().to_string(),
            message: error.inner().to_string(),
        })
    }

    /// The browser's or program's name for itself.
    pub(crate) fn user_agent(&self) -> Option<&str> {
        self.request.get("headers")?.get("user-agent")?.as_str()
    }
}

/// The arguments of `trackInteractions`.
#[derive(Debug, Deserialize)]
pub(crate) struct TrackArguments {
    /// GraphQL's `TrackInput`.
    pub(crate) input: TrackInput,
}

/// GraphQL's `TrackInput`, as it comes.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TrackInput {
    user_id: Option<String>,
    session_id: String,
    /// What they did.
    pub(crate) interactions: Vec<InteractionInput>,
}

/// The arguments of `identify`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct IdentifyArguments {
    session_id: String,
    user_id: Option<String>,
}

/// The arguments of `setConsent`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ConsentArguments {
    /// Whether they agree.
    pub(crate) personalization: bool,
    session_id: Option<String>,
    user_id: Option<String>,
}

impl IdentifyArguments {
    /// The session, and the user `caller` may say it is.
    pub(crate) fn of(self, caller: &Caller) -> Result<(String, String), RequestError> {
        let session = sound_id("sessionId", self.session_id)?;
        if *caller == Caller::Anonymous {
            return Err(CallerError::NotSignedIn.into());
        }
        match caller.visitor(self.user_id, None)? {
            Visitor::User(user) => Ok((session, user)),
            _ => Err(RequestError::Nobody("userId")),
        }
    }
}

impl ConsentArguments {
    /// The key of what is remembered of whom `caller` speaks for.
    pub(crate) fn key(self, caller: &Caller) -> Result<String, RequestError> {
        let visitor = caller.visitor(self.user_id, self.session_id)?;
        visitor.key().ok_or(RequestError::Nobody("sessionId"))
    }
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

impl TrackInput {
    /// Whose interactions these are; not more of them than a call takes.
    pub(crate) fn visit(&self, caller: &Caller) -> Result<Visit, RequestError> {
        if self.interactions.len() > MAX_INTERACTIONS {
            return Err(RequestError::TooMany(self.interactions.len()));
        }
        let session_id = sound_id("sessionId", self.session_id.clone())?;
        let visitor = caller.visitor(self.user_id.clone(), None)?;
        let user_id = match visitor {
            Visitor::User(user) => Some(user),
            Visitor::Session(_) | Visitor::Nobody => None,
        };
        Ok(Visit {
            session_id,
            user_id,
        })
    }
}

impl Call {
    /// Checks `inputs`, which `visit` did, received at `now` (epoch seconds).
    pub(crate) fn new(
        visit: Visit,
        inputs: Vec<InteractionInput>,
        placements: Option<&BTreeSet<String>>,
        now: i64,
    ) -> Self {
        let (mut accepted, mut rejected) = (Vec::new(), Vec::new());
        let mut ids = EventIds::of(&visit);
        for (index, input) in inputs.into_iter().enumerate() {
            let id = ids.next(&input);
            match input.check(id, placements, now) {
                Ok(interaction) => accepted.push(interaction),
                Err(reason) => rejected.push(Rejection { index, reason }),
            }
        }
        Self {
            visit,
            accepted,
            rejected,
        }
    }
}

impl TrackResult {
    /// None of so many is taken, for `reason`.
    pub(crate) fn none_of(interactions: usize, reason: &str) -> Self {
        let reject = |index| Rejection {
            index,
            reason: reason.to_owned(),
        };
        Self {
            accepted: 0,
            rejected: (0..interactions).map(reject).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn shopper() -> Caller {
        Caller::Shopper {
            user: "u1".to_owned(),
            groups: Vec::new(),
        }
    }

    fn visit(caller: &Caller, input: Value) -> Result<Visit, String> {
        let input: TrackInput = serde_json::from_value(input).unwrap();
        input.visit(caller).map_err(|error| error.to_string())
    }

    #[test]
    fn good_interactions_go_on_without_the_bad_ones() {
        let view = |item: &str| json!({"eventType": "view", "itemId": item});
        let inputs = json!([view("a"), view(""), view("b")]);
        let visit = Visit {
            session_id: "s".to_owned(),
            user_id: None,
        };
        let inputs = serde_json::from_value(inputs).unwrap();
        let call = Call::new(visit, inputs, None, 1_800_000_000);
        let items = call.accepted.iter().map(|one| one.item_id.as_deref());
        assert_eq!(items.collect::<Vec<_>>(), [Some("a"), Some("b")]);
        let reason = "itemId is empty".to_owned();
        assert_eq!(call.rejected, [Rejection { index: 1, reason }]);
    }

    #[test]
    fn events_are_of_whom_the_caller_may_speak_for() {
        let input = || json!({"sessionId": "s", "userId": "u2", "interactions": []});
        let user = |caller: &Caller| visit(caller, input()).map(|visit| visit.user_id);
        assert_eq!(user(&shopper()).unwrap().as_deref(), Some("u1"));
        assert_eq!(user(&Caller::Backend).unwrap().as_deref(), Some("u2"));
        assert!(user(&Caller::Anonymous).unwrap_err().contains("userId"));
        let session = json!({"sessionId": "s", "interactions": []});
        assert_eq!(visit(&Caller::Anonymous, session).unwrap().user_id, None);
    }

    #[test]
    fn a_session_is_needed_and_at_most_100_interactions() {
        let refused = visit(&shopper(), json!({"sessionId": "", "interactions": []}));
        assert!(refused.unwrap_err().starts_with("sessionId has 0"));
        let view = json!({"eventType": "view", "itemId": "a"});
        let many = json!({"sessionId": "s", "interactions": vec![view; 101]});
        assert!(visit(&shopper(), many).unwrap_err().contains("101"));
    }

    #[test]
    fn only_the_signed_in_and_backends_say_who_a_session_is() {
        let identify = |caller: &Caller, arguments: Value| {
            let arguments: IdentifyArguments = serde_json::from_value(arguments).unwrap();
            arguments.of(caller).map_err(|error| error.to_string())
        };
        let session = || json!({"sessionId": "s"});
        let (_, user) = identify(&shopper(), session()).unwrap();
        assert_eq!(user, "u1");
        assert!(identify(&Caller::Anonymous, session()).is_err());
        assert!(
            identify(&Caller::Backend, session())
                .unwrap_err()
                .contains("userId")
        );
        let named = json!({"sessionId": "s", "userId": "u2"});
        assert_eq!(identify(&Caller::Backend, named).unwrap().1, "u2");
    }

    #[test]
    fn an_event_says_which_mutation_it_is() {
        let event = json!({
            "arguments": {"sessionId": 7}, "identity": null, "info": {"fieldName": "identify"},
            "request": {"headers": {"user-agent": "curl/8"}},
        });
        let event: Event = serde_json::from_value(event).unwrap();
        assert_eq!(event.info.field_name, Field::Identify);
        assert_eq!(event.user_agent(), Some("curl/8"));
        let refused = event.arguments::<IdentifyArguments>().unwrap_err();
        assert!(refused.to_string().contains("sessionId"), "{refused}");
    }
}
