//! `PutEvents`.

use serde_json::Value;

use crate::{
    control::Call,
    data::stream::Record,
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
    call.app.group(&group)?.stream(records)?;
    Ok(Value::Null)
}

fn record(event: &Input, user_id: Option<&str>, session_id: &str) -> Result<Record, Fault> {
    event.required("eventType")?;
    event.texts("impression", 0..=25, ID_LENGTH)?;
    event.short("recommendationId", 40)?;
    let event_type = event.short("eventType", 256)?.unwrap_or_default();
    let event_id = event.short("eventId", 256)?;
    let properties = properties(event)?;
    let in_properties = properties.as_ref().and_then(|one| one["itemId"].as_str());
    let item_id = event.short("itemId", ID_LENGTH)?.or(in_properties);
    let item_id = item_id.ok_or_else(|| event.wrong("itemId", "this member is required"))?;
    let sent_at = event
        .number("sentAt")?
        .ok_or_else(|| event.wrong("sentAt", "this member is required"))?;
    if !(0.0..=f64::from(u32::MAX)).contains(&sent_at) {
        return Err(event.wrong("sentAt", "must be a time in epoch seconds"));
    }
    #[expect(
        clippy::cast_possible_truncation,
        reason = "checked above; values are kept as f32"
    )]
    Ok(Record::Event {
        user_id: user_id.map(str::to_owned),
        session_id: session_id.to_owned(),
        event_id: event_id.map(str::to_owned),
        event_type: event_type.to_owned(),
        item_id: item_id.to_owned(),
        sent_at: sent_at as i64,
        event_value: event.number("eventValue")?.map(|value| value as f32),
    })
}

/// The properties: a JSON object in a string.
fn properties(event: &Input) -> Result<Option<Value>, Fault> {
    let Some(text) = event.short("properties", 1024)? else {
        return Ok(None);
    };
    match serde_json::from_str(text) {
        Ok(value @ Value::Object(_)) => Ok(Some(value)),
        _ => Err(event.wrong("properties", "must be a JSON object in a string")),
    }
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
        let Record::Event {
            item_id,
            sent_at,
            user_id,
            ..
        } = read(event).unwrap()
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
        ] {
            let fault = read(&event).unwrap_err();
            assert!(
                fault.message.contains(&format!("'{member}'")),
                "{event}: {fault}"
            );
        }
    }
}
