//! What the function is called with: by AppSync for a field, by EventBridge for a file.

use serde::Deserialize;
use serde_json::Value;

/// An event.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum Event {
    /// A field of GraphQL is asked for.
    Field(Field),
    /// A file was put into the data bucket.
    Created(Created),
}

/// AppSync's event, as far as it matters here.
#[derive(Debug, Deserialize)]
pub(crate) struct Field {
    #[serde(default)]
    pub(crate) arguments: Value,
    /// Who calls; see [`shared::caller::Caller`].
    #[serde(default)]
    pub(crate) identity: Value,
    pub(crate) info: Info,
}

/// Which field.
#[derive(Debug, Deserialize)]
pub(crate) struct Info {
    #[serde(rename = "fieldName")]
    pub(crate) field_name: Name,
}

/// The fields that are answered here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Name {
    /// Keeps a contact.
    SaveContact,
    /// Keeps what somebody said of a channel.
    SetMessageConsent,
    /// Says what is kept.
    MessagePreferences,
}

/// EventBridge's "Object Created", as far as it matters here.
#[derive(Debug, Deserialize)]
pub(crate) struct Created {
    pub(crate) detail: Detail,
}

/// What was created.
#[derive(Debug, Deserialize)]
pub(crate) struct Detail {
    pub(crate) object: Object,
}

/// The object.
#[derive(Debug, Deserialize)]
pub(crate) struct Object {
    /// As it is: EventBridge does not encode it.
    pub(crate) key: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_samples_are_understood() {
        let created = include_str!("../../../events/contacts-file.json");
        let created: Event = serde_json::from_str(created).unwrap();
        let Event::Created(created) = created else {
            panic!("a file")
        };
        assert_eq!(created.detail.object.key, "messages/import/contacts.jsonl");
        for (sample, name) in [
            (
                include_str!("../../../events/contacts-save.json"),
                Name::SaveContact,
            ),
            (
                include_str!("../../../events/contacts-consent.json"),
                Name::SetMessageConsent,
            ),
            (
                include_str!("../../../events/contacts-preferences.json"),
                Name::MessagePreferences,
            ),
        ] {
            let Event::Field(field) = serde_json::from_str(sample).unwrap() else {
                panic!("a field")
            };
            assert_eq!(field.info.field_name, name);
        }
    }
}
