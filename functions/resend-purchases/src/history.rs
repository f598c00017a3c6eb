//! A user's purchases as events again: of the same time, type, value and item, with ids of their own,
//! as Personalize ignores an id that it knows.

use interactions::{Interaction, Visit};
use sha2::{Digest, Sha256};
use shared::visitor::Purchase;

/// What of `purchases` is sent again: those whose type and time are known, oldest first. Of one `due`
/// (epoch seconds) they have the same ids however often it is tried.
pub(crate) fn events(user: &str, purchases: &[Purchase], due: i64) -> Vec<Interaction> {
    let known = purchases.iter().filter(|one| !one.event_type.is_empty());
    let mut events: Vec<Interaction> = known
        .map(|purchase| Interaction {
            event_id: digest(&[user, &due.to_string(), &String::from(purchase)]),
            event_type: purchase.event_type.clone(),
            item_id: Some(purchase.item_id.clone()),
            sent_at: purchase.sent_at,
            event_value: purchase.event_value,
            recommendation_id: None,
            impression: Vec::new(),
            placement: None,
            experiments: Vec::new(),
        })
        .collect();
    events.sort_by_key(|event| event.sent_at);
    events
}

/// Whose the events are. The sessions they happened in are over; this one is the user's alone.
pub(crate) fn visit(user: &str) -> Visit {
    Visit {
        session_id: format!("again-{}", digest(&[user])),
        user_id: Some(user.to_owned()),
    }
}

/// 32 hexadecimal digits. The parts are set off by their lengths.
fn digest(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.len().to_le_bytes());
        hash.update(part);
    }
    let bytes = hash.finalize();
    bytes.iter().take(16).fold(String::new(), |mut hex, byte| {
        use std::fmt::Write;
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn purchases(texts: &[&str]) -> Vec<Purchase> {
        texts.iter().map(|&text| text.to_owned().into()).collect()
    }

    #[test]
    fn purchases_are_sent_as_they_were_under_ids_of_their_own() {
        let bought = purchases(&[
            r#"[20,"purchase",2.5,"b"]"#,
            r#"[10,"purchase",null,"a"]"#,
            "not known when",
        ]);
        let first = events("u", &bought, 100);
        let sent: Vec<_> = first
            .iter()
            .map(|event| (event.item_id.as_deref(), event.sent_at, event.event_value))
            .collect();
        assert_eq!(sent, [(Some("a"), 10, None), (Some("b"), 20, Some(2.5))]);
        assert_eq!(first, events("u", &bought, 100));
        for other in [events("u", &bought, 200), events("v", &bought, 100)] {
            assert_ne!(other[0].event_id, first[0].event_id);
        }
        assert_ne!(visit("u").session_id, visit("v").session_id);
    }
}
