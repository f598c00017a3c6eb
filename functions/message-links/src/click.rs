//! The line of the event log that a click is.

use interactions::{CONSENT_UNKNOWN, Interaction, Line, Logged, Participation, Visit};
use jiff::Timestamp;
use messages::{
    key,
    links::{Arm, Click},
};
use sha2::{Digest, Sha256};
use uuid::Builder;

/// The event type.
const CLICK: &str = "click";

const HOUR: i64 = 3_600;

/// The line for following the link `token`, which says `click`, at `now`.
pub(crate) fn line(click: Click, token: &str, now: Timestamp) -> Line {
    let now = now.as_second();
    let participation = |arm: Arm| Participation {
        experiment: arm.experiment,
        arm: arm.arm,
    };
    Line::Logged(Logged {
        visit: Visit {
            session_id: session(&click),
            user_id: Some(click.user),
        },
        interaction: Interaction {
            event_id: event_id(token, now),
            event_type: CLICK.to_owned(),
            item_id: click.item,
            sent_at: now,
            event_value: None,
            recommendation_id: click.recommendation_id,
            impression: Vec::new(),
            placement: click.placement,
            experiments: click.experiments.into_iter().map(participation).collect(),
        },
        received_at: now,
        consent: Some(CONSENT_UNKNOWN.to_owned()),
    })
}

/// One for each message: the links of one belong together, and its run can be told by nobody else.
fn session(click: &Click) -> String {
    format!(
        "message-{}",
        key::person(&format!("{}#{}", click.run, click.user))
    )
}

/// The same for a link that is followed again within the hour, as mail programs do that look at it first.
fn event_id(token: &str, now: i64) -> String {
    let mut hash = Sha256::new();
    hash.update(now.div_euclid(HOUR).to_be_bytes());
    hash.update(token);
    let [id @ .., _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _] =
        <[u8; 32]>::from(hash.finalize());
    Builder::from_custom_bytes(id).into_uuid().to_string()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn click() -> Click {
        Click {
            url: "https://shop.example/p/1".to_owned(),
            user: "u1".to_owned(),
            item: Some("i1".to_owned()),
            recommendation_id: Some("RID-1".to_owned()),
            campaign: "weekly".to_owned(),
            run: "r1".to_owned(),
            placement: Some("email".to_owned()),
            experiments: vec![Arm {
                experiment: "e".to_owned(),
                arm: Some("b".to_owned()),
            }],
        }
    }

    fn at(seconds: i64) -> serde_json::Value {
        let line = line(click(), "token", Timestamp::from_second(seconds).unwrap());
        serde_json::to_value(line).unwrap()
    }

    #[test]
    fn a_click_is_a_line_as_track_writes_them() {
        let mut line = at(1_796_040_000);
        let id = line["eventId"].take();
        let session = line["sessionId"].take();
        assert_eq!(id.as_str().map(str::len), Some(36));
        assert!(session.as_str().unwrap().starts_with("message-"));
        assert_eq!(
            line,
            json!({
                "sessionId": null, "userId": "u1", "eventId": null, "eventType": "click", "itemId": "i1",
                "sentAt": 1_796_040_000, "recommendationId": "RID-1", "placement": "email",
                "experiments": [{"experiment": "e", "arm": "b"}], "receivedAt": 1_796_040_000,
                "consent": "unknown",
            })
        );
    }

    #[test]
    fn a_link_is_clicked_once_an_hour() {
        assert_eq!(at(7_200)["eventId"], at(10_799)["eventId"]);
        assert_ne!(at(7_200)["eventId"], at(10_800)["eventId"]);
        assert_ne!(event_id("a", 0), event_id("b", 0));
    }
}
