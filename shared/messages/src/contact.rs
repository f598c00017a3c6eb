//! A person, as the shop knows how to reach them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use shared::{
    config::messages::Channel,
    fault::{Fault, FaultKind},
};

/// The most attributes of a contact.
pub const MAX_ATTRIBUTES: usize = 20;
/// Characters of a user's id.
const MAX_USER: usize = 256;
/// Characters of every other text of a contact.
const MAX_TEXT: usize = 256;
/// Tokens of devices are longer: FCM names no limit, and has some 200.
const MAX_TOKEN: usize = 2_048;

/// A person.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Contact {
    /// The shop's id of them: 1 to 256 characters.
    pub user: String,
    /// As [`address::email`](crate::address::email) gives it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// As [`address::phone`](crate::address::phone) gives it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// The device that has the shop's app.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub push: Option<PushAddress>,
    /// A language tag, `de` or `de-AT`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// An IANA name, `Europe/Berlin`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// What they are called in a greeting.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_name: Option<String>,
    /// What else templates may say of them: at most [`MAX_ATTRIBUTES`].
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub attributes: BTreeMap<String, String>,
    /// What they said last of each channel. Who said nothing did not agree.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub consents: BTreeMap<Channel, Consent>,
    /// Epoch seconds of the last change.
    #[serde(default)]
    pub updated_at: i64,
}

/// What a person said of a channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Consent {
    /// Whether they agreed.
    pub given: bool,
    /// Where they said so: `checkout`, `unsubscribe`, `import`.
    pub source: String,
    /// When, in epoch seconds.
    pub at: i64,
}

/// A device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PushAddress {
    /// Its token.
    pub token: String,
    /// The service that reaches it.
    pub service: PushService,
}

/// Services that reach devices, named as the Pinpoint API names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PushService {
    /// Firebase Cloud Messaging.
    Gcm,
    /// Apple's.
    Apns,
    /// Apple's, for apps that are being developed.
    ApnsSandbox,
    /// Amazon Device Messaging.
    Adm,
    /// Baidu Cloud Push.
    Baidu,
}

impl PushService {
    /// The name, as the Pinpoint API writes it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Gcm => "GCM",
            Self::Apns => "APNS",
            Self::ApnsSandbox => "APNS_SANDBOX",
            Self::Adm => "ADM",
            Self::Baidu => "BAIDU",
        }
    }
}

/// Why a contact cannot be kept. It does not repeat what belongs to the person.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ContactError {
    /// A text is empty where there has to be one, or too long.
    #[error("`{member}` of the contact has {characters} characters; it may have {least} to {most}")]
    Length {
        /// Which.
        member: &'static str,
        /// How many it has.
        characters: usize,
        /// How many it has at least.
        least: usize,
        /// And at most.
        most: usize,
    },
    /// Too much is known.
    #[error("the contact has {0} attributes; it may have 20")]
    Attributes(usize),
    /// Nobody knows the hour there.
    #[error(
        "`timeZone` of the contact is no time zone of the IANA database, such as `Europe/Berlin`"
    )]
    TimeZone,
}

impl Fault for ContactError {
    fn kind(&self) -> FaultKind {
        FaultKind::InvalidInput
    }
}

impl Contact {
    /// The address of `channel`, when there is one.
    #[must_use]
    pub fn address(&self, channel: Channel) -> Option<&str> {
        let address = match channel {
            Channel::Email => self.email.as_deref(),
            Channel::Sms => self.phone.as_deref(),
            Channel::Push => self.push.as_ref().map(|push| push.token.as_str()),
        };
        address.filter(|address| !address.is_empty())
    }

    /// Whether they agreed to messages by `channel`.
    #[must_use]
    pub fn agreed(&self, channel: Channel) -> bool {
        self.consents
            .get(&channel)
            .is_some_and(|consent| consent.given)
    }

    /// Takes `consent` if it is news: later than what was said before. Of two in the same second the
    /// refusal counts. Gives whether it was.
    pub fn hear(&mut self, channel: Channel, consent: Consent) -> bool {
        let is_news = self.consents.get(&channel).is_none_or(|known| {
            consent.at > known.at || (consent.at == known.at && known.given && !consent.given)
        });
        if is_news {
            self.consents.insert(channel, consent);
        }
        is_news
    }

    /// Whether all of it is within its limits.
    ///
    /// # Errors
    /// When something is not.
    pub fn check(&self) -> Result<(), ContactError> {
        within("user", Some(&self.user), 1, MAX_USER)?;
        within("email", self.email.as_deref(), 1, MAX_TEXT)?;
        within("phone", self.phone.as_deref(), 1, MAX_TEXT)?;
        let token = self.push.as_ref().map(|push| push.token.as_str());
        within("push.token", token, 1, MAX_TOKEN)?;
        within("language", self.language.as_deref(), 1, MAX_TEXT)?;
        within("firstName", self.first_name.as_deref(), 0, MAX_TEXT)?;
        if self.attributes.len() > MAX_ATTRIBUTES {
            return Err(ContactError::Attributes(self.attributes.len()));
        }
        for (name, value) in &self.attributes {
            within("attributes", Some(name), 1, MAX_TEXT)?;
            within("attributes", Some(value), 0, MAX_TEXT)?;
        }
        for consent in self.consents.values() {
            within("consents.source", Some(&consent.source), 1, MAX_TEXT)?;
        }
        let zone = self.time_zone.as_deref();
        if zone.is_some_and(|zone| jiff::tz::TimeZone::get(zone).is_err()) {
            return Err(ContactError::TimeZone);
        }
        Ok(())
    }
}

fn within(
    member: &'static str,
    text: Option<&str>,
    least: usize,
    most: usize,
) -> Result<(), ContactError> {
    let Some(characters) = text.map(|text| text.chars().count()) else {
        return Ok(());
    };
    if (least..=most).contains(&characters) {
        return Ok(());
    }
    Err(ContactError::Length {
        member,
        characters,
        least,
        most,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn consent(given: bool, at: i64) -> Consent {
        Consent {
            given,
            source: "test".to_owned(),
            at,
        }
    }

    #[test]
    fn who_said_nothing_did_not_agree_and_the_last_word_counts() {
        let mut contact = Contact::default();
        assert!(!contact.agreed(Channel::Email));
        assert!(contact.hear(Channel::Email, consent(true, 5)));
        assert!(contact.agreed(Channel::Email) && !contact.agreed(Channel::Sms));
        assert!(!contact.hear(Channel::Email, consent(false, 4)), "old news");
        assert!(contact.hear(Channel::Email, consent(false, 5)), "a refusal");
        assert!(
            !contact.hear(Channel::Email, consent(true, 5)),
            "not after it"
        );
        assert!(contact.hear(Channel::Email, consent(true, 6)));
        assert!(contact.agreed(Channel::Email));
    }

    #[test]
    fn a_contact_is_written_in_camel_case() {
        let json = json!({
            "user": "u1", "email": "a@shop.example", "timeZone": "Europe/Berlin", "firstName": "Ann",
            "push": {"token": "t", "service": "APNS_SANDBOX"},
            "consents": {"email": {"given": true, "source": "checkout", "at": 7}}, "updatedAt": 8,
        });
        let contact: Contact = serde_json::from_value(json.clone()).unwrap();
        assert_eq!(contact.check(), Ok(()));
        assert_eq!(contact.address(Channel::Push), Some("t"));
        assert_eq!(contact.address(Channel::Sms), None);
        assert_eq!(serde_json::to_value(contact).unwrap(), json);
    }

    #[test]
    fn everything_has_a_limit() {
        let with = |change: fn(&mut Contact)| {
            let mut contact = Contact {
                user: "u".to_owned(),
                ..Contact::default()
            };
            change(&mut contact);
            contact.check()
        };
        assert_eq!(with(|_| {}), Ok(()));
        assert!(with(|contact| contact.user = String::new()).is_err());
        assert!(with(|contact| contact.first_name = Some("x".repeat(257))).is_err());
        assert_eq!(
            with(|contact| contact.time_zone = Some("Mars/Base".to_owned())),
            Err(ContactError::TimeZone)
        );
        let many = with(|contact| {
            contact.attributes = (0..21).map(|n| (n.to_string(), String::new())).collect();
        });
        assert_eq!(many, Err(ContactError::Attributes(21)));
    }
}
