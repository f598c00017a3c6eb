//! `PutEvents`.

use serde_json::Value;

use super::event;
use crate::{
    attribution,
    control::Call,
    data::record::{EventRecord, Record},
    fault::Fault,
    import::csv::ID_LENGTH,
    input::Input,
    resources::{EventTracker, Status},
};

/// Takes up to ten events of a session. The whole call is checked before any of it counts.
///
/// # Errors
/// `InvalidInputException`, with the place in `eventList`.
pub(crate) fn put_events(call: &Call<'_>) -> Result<Value, Fault> {
    let input = &call.input;
    input.required("trackingId")?;
    let tracking_id = input.short("trackingId", 256)?.unwrap_or_default();
    input.required("sessionId")?;
    let session_id = input.short("sessionId", 256)?.unwrap_or_default();
    let user_id = input.short("userId", ID_LENGTH)?;
    let events = input.objects("eventList", 1..=10)?;
    let records = events
        .iter()
        .map(|event| record(event, user_id, session_id))
        .collect::<Result<Vec<_>, Fault>>()?;
    let tracker = |one: &&EventTracker| one.tracking_id == tracking_id;
    let group = call.app.read(|estate| {
        let tracker = estate.event_trackers.values().find(tracker);
        match tracker {
            Some(tracker) if tracker.life.status == Status::Active => {
                Ok(tracker.dataset_group_arn.clone())
            }
            _ => Err(input.wrong(
                "trackingId",
                "is not that of an event tracker that is ACTIVE",
            )),
        }
    })?;
    let taken = call.app.group(&group)?.stream(records)?;
    attribution::count(call.app, &group, &taken);
    Ok(Value::Null)
}

fn record(event: &Input, user_id: Option<&str>, session_id: &str) -> Result<Record, Fault> {
    #[expect(clippy::cast_possible_truncation, reason = "values are kept as f32")]
    let event_value = event.number("eventValue")?.map(|value| value as f32);
    if event_value.is_some_and(f32::is_infinite) {
        return Err(event.wrong("eventValue", "must be a number of 32 bits"));
    }
    Ok(Record::Event(EventRecord {
        user_id: user_id.map(str::to_owned),
        session_id: session_id.to_owned(),
        event_value,
        event_attribution_source: attribution(event)?,
        ..event::read(event, "itemId", "sentAt")?
    }))
}

/// What a metric attribution counts the event for: printable ASCII, not spaces alone.
fn attribution(event: &Input) -> Result<Option<String>, Fault> {
    let Some(attribution) = event.object("metricAttribution")? else {
        return Ok(None);
    };
    let member = "eventAttributionSource";
    attribution.required(member)?;
    let source = attribution.short(member, 1024)?.unwrap_or_default();
    if source.bytes().all(|byte| (0x20..=0x7e).contains(&byte)) && !source.trim().is_empty() {
        return Ok(Some(source.to_owned()));
    }
    Err(attribution.wrong(
        member,
        "must be printable ASCII characters, not spaces alone",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(event: &str) -> Result<Record, Fault> {
        let body = format!(r#"{{"eventList":[{event}]}}"#);
        let input = Input::parse(body.as_bytes()).unwrap();
        record(&input.objects("eventList", 1..=10).unwrap()[0], None, "s")
    }

    #[test]
    fn an_item_may_stand_in_the_properties() {
        let event = r#"{"eventType":"view","sentAt":5.9,"properties":"{\"itemId\":\"a\"}"}"#;
        let Record::Event(EventRecord {
            item_id,
            sent_at,
            user_id,
            ..
        }) = read(event).unwrap()
        else {
            panic!("no event")
        };
        assert_eq!((item_id.as_str(), sent_at, user_id), ("a", 5, None));
    }

    #[test]
    fn limits_are_kept_and_the_place_is_named() {
        let long = "x".repeat(257);
        for (event, member) in [
            (
                r#"{"itemId":"a","sentAt":5}"#.to_owned(),
                "eventList[0].eventType",
            ),
            (
                r#"{"eventType":"view","sentAt":5}"#.to_owned(),
                "eventList[0].itemId",
            ),
            (
                r#"{"eventType":"view","itemId":"a"}"#.to_owned(),
                "eventList[0].sentAt",
            ),
            (
                r#"{"eventType":"view","itemId":"a","sentAt":-1}"#.to_owned(),
                "eventList[0].sentAt",
            ),
            (
                format!(r#"{{"eventType":"view","sentAt":5,"itemId":"{long}"}}"#),
                "eventList[0].itemId",
            ),
            (
                r#"{"eventType":"view","itemId":"a","sentAt":5,"properties":"[]"}"#.to_owned(),
                "eventList[0].properties",
            ),
            (
                r#"{"eventType":"view","itemId":"a","sentAt":5,"properties":"{\"USERID\":1}"}"#
                    .to_owned(),
                "eventList[0].properties",
            ),
            (
                r#"{"eventType":"view","itemId":"a","sentAt":5,"eventValue":1e300}"#.to_owned(),
                "eventList[0].eventValue",
            ),
            (
                r#"{"eventType":"view","itemId":"a","sentAt":5,"impression":[]}"#.to_owned(),
                "eventList[0].impression",
            ),
            (
                r#"{"eventType":"view","itemId":"a","sentAt":5,"metricAttribution":{}}"#.to_owned(),
                "eventList[0].metricAttribution.eventAttributionSource",
            ),
            (
                format!(
                    r#"{{"eventType":"view","itemId":"a","sentAt":5,"more":"{}"}}"#,
                    "x".repeat(10_240)
                ),
                "eventList[0]",
            ),
        ] {
            let fault = read(&event).unwrap_err();
            assert!(
                fault.message.contains(&format!("'{member}'")),
                "{event}: {fault}"
            );
        }
    }
}
