//! The context of an event: the values of the categorical fields of interactions, such as the device.
//! One event's values are one text, `DEVICE=mobile` and so on, so that alike contexts are kept once.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::schema::Schema;

/// Between two values; cannot be typed by accident.
const SEPARATOR: char = '\u{1f}';

/// The text of a context from fields and values in the schema's order; None when all are empty.
pub(crate) fn text<'a>(values: impl Iterator<Item = (&'a str, &'a str)>) -> Option<String> {
    let mut text = String::new();
    for (field, value) in values.filter(|(_, value)| !value.is_empty()) {
        if !text.is_empty() {
            text.push(SEPARATOR);
        }
        text.push_str(field);
        text.push('=');
        text.push_str(value);
    }
    (!text.is_empty()).then_some(text)
}

/// The context in the properties of an event, whose keys are the fields in camel case.
#[must_use]
pub(crate) fn of_properties(schema: &Schema, properties: &Map<String, Value>) -> Option<String> {
    let value = |field: &str| {
        let mut entries = properties.iter();
        let (_, value) = entries.find(|(key, _)| same_field(key, field))?;
        value.as_str()
    };
    text(
        schema
            .contextual()
            .map(|field| (field.name.as_str(), value(&field.name).unwrap_or_default())),
    )
}

/// The value of a field in a context.
#[must_use]
pub(crate) fn value<'a>(context: &'a str, field: &str) -> Option<&'a str> {
    let mut values = context
        .split(SEPARATOR)
        .filter_map(|one| one.split_once('='));
    values
        .find(|(name, _)| *name == field)
        .map(|(_, value)| value)
}

/// Whether an event happened in the context of a request: every value that both have is the same,
/// and there is at least one.
#[must_use]
pub(crate) fn agrees(event: &str, request: &BTreeMap<String, String>) -> bool {
    let mut agreed = false;
    for (field, value) in event.split(SEPARATOR).filter_map(|one| one.split_once('=')) {
        let asked = request.iter().find(|(name, _)| same_field(name, field));
        match asked {
            Some((_, asked)) if asked != value => return false,
            Some(_) => agreed = true,
            None => {}
        }
    }
    agreed
}

/// Whether `deviceType` and `DEVICE_TYPE` are the same field.
#[must_use]
pub(crate) fn same_field(key: &str, field: &str) -> bool {
    let plain = |text: &str| -> Vec<u8> {
        let bytes = text.bytes().filter(|byte| *byte != b'_');
        bytes.map(|byte| byte.to_ascii_lowercase()).collect()
    };
    plain(key) == plain(field)
}

#[cfg(test)]
mod tests {
    use super::super::schema::tests::schema;
    use super::*;

    #[test]
    fn a_context_agrees_when_no_shared_value_differs() {
        let stored = text([("DEVICE", "phone"), ("PLACE", ""), ("DAY", "sunday")].into_iter());
        let stored = stored.unwrap();
        let request = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
            let pairs = pairs.iter();
            pairs
                .map(|(a, b)| ((*a).to_owned(), (*b).to_owned()))
                .collect()
        };
        assert!(agrees(
            &stored,
            &request(&[("device", "phone"), ("PLACE", "x")])
        ));
        assert!(!agrees(
            &stored,
            &request(&[("DEVICE", "phone"), ("DAY", "monday")])
        ));
        assert!(!agrees(&stored, &request(&[("PLACE", "home")])));
        assert_eq!(text([("DEVICE", "")].into_iter()), None);
    }

    #[test]
    fn properties_give_the_categorical_fields_of_the_schema() {
        let fields = [
            ("USER_ID", "string"),
            ("ITEM_ID", "string"),
            ("TIMESTAMP", "long"),
            ("DEVICE_TYPE", "c:string?"),
        ];
        let schema = schema("Interactions", &fields).unwrap();
        let properties = serde_json::json!({ "deviceType": "phone", "colour": "red" });
        let context = of_properties(&schema, properties.as_object().unwrap());
        assert_eq!(context.as_deref(), Some("DEVICE_TYPE=phone"));
    }
}
