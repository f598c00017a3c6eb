//! Arguments: what is left out stays as it is, and null takes it away.

use std::collections::BTreeMap;

use messages::{Channel, Contact, PushAddress, address};
use serde::{Deserialize, Deserializer};

use crate::error::ContactsError;

/// Of `saveContact`.
#[derive(Debug, Deserialize)]
pub(super) struct SaveArguments {
    pub(super) input: ContactInput,
}

/// Of `setMessageConsent`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ConsentArguments {
    pub(super) channel: MessageChannel,
    pub(super) given: bool,
    pub(super) source: String,
    pub(super) user_id: Option<String>,
}

/// Of `messagePreferences`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PreferencesArguments {
    pub(super) user_id: Option<String>,
}

/// GraphQL's `MessageChannel`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum MessageChannel {
    Email,
    Sms,
    Push,
}

impl From<MessageChannel> for Channel {
    fn from(channel: MessageChannel) -> Self {
        match channel {
            MessageChannel::Email => Self::Email,
            MessageChannel::Sms => Self::Sms,
            MessageChannel::Push => Self::Push,
        }
    }
}

/// Not there, null, or a value.
type Said<T> = Option<Option<T>>;

/// GraphQL's `ContactInput`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ContactInput {
    pub(super) user_id: Option<String>,
    #[serde(default, deserialize_with = "said")]
    email: Said<String>,
    #[serde(default, deserialize_with = "said")]
    phone: Said<String>,
    #[serde(default, deserialize_with = "said")]
    push: Said<PushAddress>,
    #[serde(default, deserialize_with = "said")]
    language: Said<String>,
    #[serde(default, deserialize_with = "said")]
    time_zone: Said<String>,
    #[serde(default, deserialize_with = "said")]
    first_name: Said<String>,
    #[serde(default, deserialize_with = "said")]
    attributes: Said<Attributes>,
}

/// `AWSJSON`: AppSync hands it on as it was sent, a text, or as what is in it.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Attributes {
    Read(BTreeMap<String, String>),
    Text(String),
}

fn said<'de, D: Deserializer<'de>, T: Deserialize<'de>>(value: D) -> Result<Said<T>, D::Error> {
    Option::deserialize(value).map(Some)
}

/// A change of a contact, its addresses in the form that they are kept in.
#[derive(Debug, PartialEq)]
pub(super) struct Change {
    email: Said<String>,
    pub(super) phone: Said<String>,
    push: Said<PushAddress>,
    language: Said<String>,
    time_zone: Said<String>,
    first_name: Said<String>,
    attributes: Said<BTreeMap<String, String>>,
}

impl ContactInput {
    /// The change that it asks for.
    ///
    /// # Errors
    /// When an address is none, or the attributes are no object of texts.
    pub(super) fn checked(self) -> Result<Change, ContactsError> {
        let email = |text: String| {
            address::email(&text).map_err(|error| ContactsError::Address {
                member: "email",
                error,
            })
        };
        let phone = |text: String| {
            address::phone(&text).map_err(|error| ContactsError::Address {
                member: "phone",
                error,
            })
        };
        Ok(Change {
            email: self
                .email
                .map(|said| said.map(email).transpose())
                .transpose()?,
            phone: self
                .phone
                .map(|said| said.map(phone).transpose())
                .transpose()?,
            push: self.push,
            language: self.language,
            time_zone: self.time_zone,
            first_name: self.first_name,
            attributes: self
                .attributes
                .map(|said| said.map(Attributes::read).transpose())
                .transpose()?,
        })
    }
}

impl Attributes {
    fn read(self) -> Result<BTreeMap<String, String>, ContactsError> {
        match self {
            Self::Read(attributes) => Ok(attributes),
            Self::Text(text) => serde_json::from_str(&text).map_err(|_| ContactsError::Arguments {
                path: "input.attributes".to_owned(),
                message: "it is no JSON object whose values are texts".to_owned(),
            }),
        }
    }
}

impl Change {
    /// Changes `contact`.
    pub(super) fn apply(&self, contact: &mut Contact) {
        fn set<T: Clone>(known: &mut Option<T>, said: &Said<T>) {
            if let Some(said) = said {
                known.clone_from(said);
            }
        }
        set(&mut contact.email, &self.email);
        set(&mut contact.phone, &self.phone);
        set(&mut contact.push, &self.push);
        set(&mut contact.language, &self.language);
        set(&mut contact.time_zone, &self.time_zone);
        set(&mut contact.first_name, &self.first_name);
        if let Some(attributes) = &self.attributes {
            contact.attributes = attributes.clone().unwrap_or_default();
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn checked(input: Value) -> Result<Change, ContactsError> {
        let input: ContactInput = serde_json::from_value(input).unwrap();
        input.checked()
    }

    #[test]
    fn what_is_left_out_stays_and_null_goes() {
        let mut contact = Contact {
            email: Some("a@shop.example".to_owned()),
            phone: Some("+4930123456".to_owned()),
            ..Contact::default()
        };
        let change = json!({"phone": null, "language": "de", "attributes": "{\"tier\": \"gold\"}"});
        checked(change).unwrap().apply(&mut contact);
        assert_eq!(contact.email.as_deref(), Some("a@shop.example"));
        assert_eq!(
            (contact.phone.as_deref(), contact.language.as_deref()),
            (None, Some("de"))
        );
        assert_eq!(contact.attributes["tier"], "gold");
        let change = json!({"attributes": {"tier": "lead"}, "email": "B@Shop.example"});
        checked(change).unwrap().apply(&mut contact);
        assert_eq!(contact.attributes["tier"], "lead");
        assert_eq!(contact.email.as_deref(), Some("b@shop.example"));
    }

    #[test]
    fn what_is_no_address_is_refused_and_not_repeated() {
        for (input, member) in [
            (json!({"email": "ann at shop"}), "`email`"),
            (json!({"phone": "12 ann"}), "`phone`"),
            (json!({"attributes": "[1, \"ann\"]"}), "input.attributes"),
        ] {
            let refused = checked(input).unwrap_err().to_string();
            assert!(
                refused.contains(member) && !refused.contains("ann"),
                "{refused}"
            );
        }
    }
}
