//! Ids of interactions whose shop gave none.
//!
//! With a `sentAt` the id follows from what the interaction is, so that a call that is sent again, for
//! its answer was lost, has the same ids and counts once. Without one two equal interactions cannot be
//! told from one that came twice, and each gets an id of its own.

use std::collections::HashMap;

use interactions::Visit;
use sha2::{Digest, Sha256};
use uuid::{Builder, Uuid};

use crate::input::InteractionInput;

/// Makes the ids of one call.
#[derive(Debug)]
pub(crate) struct EventIds<'v> {
    visit: &'v Visit,
    /// How often each interaction was in the call so far.
    alike: HashMap<[u8; 32], u32>,
}

impl<'v> EventIds<'v> {
    /// For interactions of `visit`.
    pub(crate) fn of(visit: &'v Visit) -> Self {
        Self {
            visit,
            alike: HashMap::new(),
        }
    }

    /// The id of the next interaction of the call.
    pub(crate) fn next(&mut self, input: &InteractionInput) -> String {
        let Some(sent_at) = input.sent_at else {
            return Uuid::now_v7().to_string();
        };
        let mut hash = Sha256::new();
        // Each part with its length: `ab` + `c` is not `a` + `bc`.
        let mut part = |part: Option<&[u8]>| {
            let length = part.map_or(u64::MAX, |part| part.len() as u64);
            hash.update(length.to_be_bytes());
            hash.update(part.unwrap_or_default());
        };
        part(Some(self.visit.session_id.as_bytes()));
        part(self.visit.user_id.as_deref().map(str::as_bytes));
        part(Some(input.event_type.as_bytes()));
        part(input.item_id.as_deref().map(str::as_bytes));
        part(Some(&sent_at.to_be_bytes()));
        part(
            input
                .event_value
                .map(f64::to_be_bytes)
                .as_ref()
                .map(<[u8; 8]>::as_slice),
        );
        for shown in input.impression.iter().flatten() {
            part(Some(shown.as_bytes()));
        }
        let what = <[u8; 32]>::from(hash.finalize());
        let before = self.alike.entry(what).or_default();
        let mut hash = Sha256::new();
        hash.update(what);
        hash.update(before.to_be_bytes());
        *before += 1;
        let hash = <[u8; 32]>::from(hash.finalize());
        let mut id = [0; 16];
        id.copy_from_slice(&hash[..16]);
        Builder::from_custom_bytes(id).into_uuid().to_string()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn ids(user: Option<&str>, inputs: &[Value]) -> Vec<String> {
        let visit = Visit {
            session_id: "s".to_owned(),
            user_id: user.map(str::to_owned),
        };
        let mut ids = EventIds::of(&visit);
        let input = |input: &Value| serde_json::from_value(input.clone()).unwrap();
        inputs.iter().map(|one| ids.next(&input(one))).collect()
    }

    #[test]
    fn a_call_that_is_sent_again_has_the_same_ids() {
        let view = json!({"eventType": "view", "itemId": "a", "sentAt": 5});
        let twice = [view.clone(), view];
        let first = ids(Some("u"), &twice);
        assert_ne!(first[0], first[1], "two views in one second are two");
        assert_eq!(first, ids(Some("u"), &twice));
    }

    #[test]
    fn whatever_differs_makes_another_id() {
        let view = json!({"eventType": "view", "itemId": "a", "sentAt": 5});
        let id = ids(None, std::slice::from_ref(&view));
        assert_ne!(id, ids(Some("u"), std::slice::from_ref(&view)));
        for (name, value) in [
            ("eventType", json!("cart")),
            ("itemId", json!("b")),
            ("sentAt", json!(6)),
            ("eventValue", json!(1)),
        ] {
            let mut other = view.clone();
            other[name] = value;
            assert_ne!(id, ids(None, &[other]), "{name}");
        }
    }

    #[test]
    fn without_a_time_every_interaction_is_new() {
        let view = json!({"eventType": "view", "itemId": "a"});
        assert_ne!(
            ids(None, std::slice::from_ref(&view)),
            ids(None, std::slice::from_ref(&view))
        );
    }
}
