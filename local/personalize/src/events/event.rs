//! What events with items and with actions have in common.

use serde_json::{Map, Value};

use crate::{data::record::EventRecord, fault::Fault, import::csv::ID_LENGTH, input::Input};

/// The largest event, as JSON.
const LARGEST: usize = 10 * 1024;
/// Keys that have a member of their own, so that properties may not have them.
const RESERVED: [&str; 6] = [
    "userId",
    "sessionId",
    "eventType",
    "timestamp",
    "recommendationId",
    "impression",
];

/// The common part of an event; `id` and `time` are the members that say with what and when.
pub(super) fn read(event: &Input, id: &str, time: &str) -> Result<EventRecord, Fault> {
    if event.size() > LARGEST {
        return Err(event.wrong_self(format!("an event may have at most {LARGEST} bytes")));
    }
    event.required("eventType")?;
    let properties = properties(event)?;
    let in_properties = properties.as_ref().and_then(|one| one["itemId"].as_str());
    let in_properties = in_properties
        .filter(|item| id == "itemId" && !item.is_empty() && item.chars().count() <= ID_LENGTH);
    let item_id = event.short(id, ID_LENGTH)?.or(in_properties);
    let item_id = item_id.ok_or_else(|| event.wrong(id, "this member is required"))?;
    let owned = |text: &str| text.to_owned();
    Ok(EventRecord {
        event_id: event.short("eventId", 256)?.map(owned),
        event_type: event
            .short("eventType", 256)?
            .map(owned)
            .unwrap_or_default(),
        item_id: item_id.to_owned(),
        sent_at: second(event, time)?,
        recommendation_id: event.short("recommendationId", 40)?.map(owned),
        impression: match event.value("impression") {
            Some(_) => event.texts("impression", 1..=25, ID_LENGTH)?,
            None => Vec::new(),
        },
        properties: event.short("properties", 1024)?.map(owned),
        ..EventRecord::default()
    })
}

/// A time in epoch seconds.
fn second(event: &Input, member: &str) -> Result<i64, Fault> {
    match event.number(member)? {
        None => Err(event.wrong(member, "this member is required")),
        #[expect(clippy::cast_possible_truncation, reason = "the range is checked")]
        Some(second) if (0.0..=f64::from(u32::MAX)).contains(&second) => Ok(second as i64),
        Some(_) => Err(event.wrong(member, "must be a time in epoch seconds")),
    }
}

/// The properties: a JSON object in a string.
fn properties(event: &Input) -> Result<Option<Value>, Fault> {
    let Some(text) = event.short("properties", 1024)? else {
        return Ok(None);
    };
    let wrong = || event.wrong("properties", "must be a JSON object in a string");
    let object: Map<String, Value> = serde_json::from_str(text).map_err(|_| wrong())?;
    let reserved = |key: &&String| RESERVED.iter().any(|one| one.eq_ignore_ascii_case(key));
    match object.keys().find(reserved) {
        Some(key) => Err(event.wrong(
            "properties",
            format!("`{key}` is a member of the event and cannot be a property"),
        )),
        None => Ok(Some(Value::Object(object))),
    }
}
