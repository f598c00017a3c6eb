//! Sending a batch when nobody waits: what of it Personalize will never take.

use crate::{deliver::NotTaken, interaction::Interaction};

/// An interaction that Personalize will never take.
#[derive(Debug, Clone, PartialEq)]
pub struct Refused {
    /// What.
    pub event: Interaction,
    /// Personalize's reason.
    pub reason: String,
}

/// Puts `events` together and, when Personalize finds something wrong with them, one by one, so that
/// one wrong event does not take the others with it. Gives those that are wrong.
///
/// # Errors
/// When Personalize takes nothing now.
pub async fn put_all(
    events: &[Interaction],
    put: impl AsyncFn(&[Interaction]) -> Result<(), NotTaken>,
) -> Result<Vec<Refused>, NotTaken> {
    let whole = match put(events).await {
        Err(not_taken) if !not_taken.all_would_fail => not_taken,
        taken => return taken.map(|()| Vec::new()),
    };
    let mut refused = Vec::new();
    for event in events {
        let taken = match events.len() {
            1 => Err(whole.clone()),
            _ => put(std::slice::from_ref(event)).await,
        };
        match taken {
            Ok(()) => {}
            Err(not_taken) if not_taken.all_would_fail => return Err(not_taken),
            Err(not_taken) => refused.push(Refused {
                event: event.clone(),
                reason: not_taken.reason,
            }),
        }
    }
    Ok(refused)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn views(ids: &[&str]) -> Vec<Interaction> {
        let view = |id: &&str| {
            let view = json!({"eventId": id, "eventType": "view", "itemId": "a", "sentAt": 1});
            serde_json::from_value(view).unwrap()
        };
        ids.iter().map(view).collect()
    }

    /// A Personalize that finds the event `bad` wrong.
    async fn put(events: &[Interaction]) -> Result<(), NotTaken> {
        match events.iter().any(|event| event.event_id == "bad") {
            true => Err(NotTaken {
                reason: "InvalidInputException".to_owned(),
                all_would_fail: false,
            }),
            false => Ok(()),
        }
    }

    #[tokio::test]
    async fn one_wrong_event_does_not_take_the_others_with_it() {
        for events in [views(&["a", "bad", "b"]), views(&["bad"])] {
            let refused = put_all(&events, put).await.unwrap();
            let ids: Vec<_> = refused
                .iter()
                .map(|one| one.event.event_id.as_str())
                .collect();
            assert_eq!(ids, ["bad"]);
        }
        assert_eq!(put_all(&views(&["a"]), put).await, Ok(Vec::new()));
    }

    #[tokio::test]
    async fn nothing_is_refused_by_a_personalize_that_is_down() {
        let down = async |_: &[Interaction]| Err(NotTaken::unready("Timeout"));
        assert!(put_all(&views(&["a", "b"]), down).await.is_err());
    }
}
