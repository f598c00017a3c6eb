//! What a line of a file says: a contact, or an endpoint of Pinpoint's.
//!
//! ```json
//! {"userId": "42", "email": "anna@shop.example", "phone": "+4915112345678", "push": {"token": "t", "service": "GCM"},
//!  "language": "de", "timeZone": "Europe/Berlin", "firstName": "Anna", "attributes": {"tier": "gold"},
//!  "consents": {"email": true, "sms": {"given": false, "source": "checkout", "at": 1764500000}}, "suppressed": false}
//! ```
//!
//! Only `userId` has to be there. A consent without a source is of the file. A refusal without a time is of
//! the file's; a `true` without one holds only where nothing is known of the channel, because the same file
//! may come every night, and whoever refused since is not to be brought back by it. `suppressed` takes its
//! addresses out of all messages. CSV has the same names as columns, with points for what is inside:
//! `push.token`, `consents.email`, `consents.email.at`, `consents.email.source`, `attributes.tier`.

mod consent;
mod csv;
mod endpoint;
mod own;

use std::collections::BTreeMap;

use messages::{Channel, Consent, Contact, MAX_ATTRIBUTES, PushAddress, address};
use serde_json::Value;
use shared::visitor::Visitor;

pub(crate) use csv::Heading;
pub(crate) use endpoint::Endpoint;

/// What a line says of a person. What it does not say is not touched.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Said {
    pub(crate) user: String,
    pub(crate) email: Option<String>,
    pub(crate) phone: Option<String>,
    pub(crate) push: Option<PushAddress>,
    pub(crate) language: Option<String>,
    pub(crate) time_zone: Option<String>,
    pub(crate) first_name: Option<String>,
    pub(crate) attributes: BTreeMap<String, String>,
    pub(crate) consents: Vec<(Channel, Consent)>,
    /// Consents that hold where nothing is known of their channel: nobody knows when they were given.
    pub(crate) assumed: Vec<(Channel, Consent)>,
    /// Whether nothing is to be sent to its addresses.
    pub(crate) suppressed: bool,
}

/// What holds for all lines of a file.
#[derive(Debug, Clone)]
pub(crate) struct File {
    /// Where a consent that does not say it is from.
    pub(crate) source: String,
    /// Epoch seconds of what does not say when it was.
    pub(crate) at: i64,
    /// Epoch seconds: nothing is from later.
    pub(crate) now: i64,
    /// Whether an endpoint that Pinpoint was never told to leave alone agreed.
    pub(crate) opted_in_means_consent: bool,
}

/// Why a line cannot be used: for the file of rejected lines.
pub(crate) type Reason = String;

/// What the JSON of a line says.
///
/// # Errors
/// Why it cannot be used.
pub(crate) fn said(line: &[u8], file: &File) -> Result<Said, Reason> {
    let value: Value =
        serde_json::from_slice(line).map_err(|error| format!("it is no JSON: {error}"))?;
    of_value(value, file)
}

/// The same of JSON that was read.
pub(crate) fn of_value(value: Value, file: &File) -> Result<Said, Reason> {
    let said = if Endpoint::is_one(&value) {
        Endpoint::of(value)?.said(file)?
    } else {
        own::said(value, file)?
    };
    said.check()?;
    Ok(said)
}

/// A user's id that can be one.
fn user(id: String) -> Result<String, Reason> {
    match Visitor::user(id) {
        Ok(Visitor::User(user)) => Ok(user),
        Ok(_) => Err("userId names nobody".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

fn email(text: &str) -> Result<String, Reason> {
    address::email(text).map_err(|error| format!("email: {error}"))
}

fn phone(text: &str) -> Result<String, Reason> {
    address::phone(text).map_err(|error| format!("phone: {error}"))
}

impl Said {
    /// Changes what is known of the person. Attributes beside those of the line stay, as many as there may be.
    pub(crate) fn tell(&self, contact: &mut Contact) {
        fn set<T: Clone>(known: &mut Option<T>, said: Option<&T>) {
            if let Some(said) = said {
                *known = Some(said.clone());
            }
        }
        contact.user.clone_from(&self.user);
        set(&mut contact.email, self.email.as_ref());
        set(&mut contact.phone, self.phone.as_ref());
        set(&mut contact.push, self.push.as_ref());
        set(&mut contact.language, self.language.as_ref());
        set(&mut contact.time_zone, self.time_zone.as_ref());
        set(&mut contact.first_name, self.first_name.as_ref());
        for (name, value) in &self.attributes {
            let is_known = contact.attributes.contains_key(name);
            if is_known || contact.attributes.len() < MAX_ATTRIBUTES {
                contact.attributes.insert(name.clone(), value.clone());
            }
        }
        for (channel, consent) in &self.consents {
            contact.hear(*channel, consent.clone());
        }
        for (channel, consent) in &self.assumed {
            let known = contact.consents.entry(*channel);
            known.or_insert_with(|| consent.clone());
        }
    }

    /// Whether it is within the limits of a contact. What would not fit with all the rest that is known is found
    /// when it is kept.
    fn check(&self) -> Result<(), Reason> {
        let mut alone = Contact::default();
        self.tell(&mut alone);
        alone.check().map_err(|error| error.to_string())
    }

    /// The addresses that nothing is to be sent to, by their keys.
    pub(crate) fn suppressed_keys(&self) -> Vec<String> {
        if !self.suppressed {
            return Vec::new();
        }
        let mut alone = Contact::default();
        self.tell(&mut alone);
        let channels = Channel::ALL.into_iter();
        let keys = channels.filter_map(|channel| {
            let address = alone.address(channel)?;
            Some(messages::key::address(channel, address))
        });
        keys.collect()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use serde_json::json;

    use super::*;

    /// A file of the second 100, read in the second 200.
    pub(crate) fn file() -> File {
        File {
            source: "import:test.jsonl".to_owned(),
            at: 100,
            now: 200,
            opted_in_means_consent: false,
        }
    }

    pub(crate) fn consent(given: bool, source: &str, at: i64) -> Consent {
        Consent {
            given,
            source: source.to_owned(),
            at,
        }
    }

    #[test]
    fn lines_of_both_kinds_add_to_what_is_known() {
        let mut contact = Contact::default();
        for line in [
            json!({"userId": "u", "email": "Ann@Shop.example", "firstName": "Ann"}),
            json!({"Id": "e1", "ChannelType": "SMS", "Address": "+49 30 123456", "OptOut": "ALL", "User": {"UserId": "u"}}),
            json!({"userId": "u", "consents": {"email": true}}),
        ] {
            of_value(line, &file()).unwrap().tell(&mut contact);
        }
        assert_eq!(contact.email.as_deref(), Some("ann@shop.example"));
        assert_eq!(contact.phone.as_deref(), Some("+4930123456"));
        assert_eq!(contact.first_name.as_deref(), Some("Ann"));
        assert!(contact.agreed(Channel::Email) && !contact.agreed(Channel::Sms));
        assert_eq!(
            contact.consents[&Channel::Sms],
            consent(false, "pinpoint", 100)
        );
        assert_eq!(contact.check(), Ok(()));
    }

    #[test]
    fn no_file_brings_back_consent_that_was_taken_away() {
        let mut contact = Contact::default();
        contact.hear(Channel::Email, consent(false, "one-click", 50));
        let tell = |contact: &mut Contact, email: Value| {
            let line = json!({"userId": "u", "consents": {"email": email}});
            of_value(line, &file()).unwrap().tell(contact);
        };
        tell(&mut contact, json!(true));
        tell(&mut contact, json!({"given": true, "source": "crm"}));
        assert!(!contact.agreed(Channel::Email), "nobody said when");
        tell(&mut contact, json!({"given": true, "at": 49}));
        assert!(!contact.agreed(Channel::Email), "before");
        tell(&mut contact, json!({"given": true, "at": 51}));
        assert!(contact.agreed(Channel::Email), "again");
        tell(&mut contact, json!(false));
        assert!(!contact.agreed(Channel::Email), "a refusal is of the file");
        let mut nobody = Contact::default();
        tell(&mut nobody, json!(true));
        assert!(nobody.agreed(Channel::Email), "nothing was known");
    }

    #[test]
    fn what_is_beyond_its_limits_is_rejected_line_by_line() {
        let long = json!({"userId": "u", "firstName": "x".repeat(300)});
        assert!(of_value(long, &file()).unwrap_err().contains("firstName"));
        assert!(
            said(b"{\"userId\": ", &file())
                .unwrap_err()
                .contains("no JSON")
        );
        assert!(of_value(json!(["u"]), &file()).is_err());
    }

    #[test]
    fn suppressed_are_the_addresses_of_the_line() {
        let line = json!({"userId": "u", "email": "a@shop.example", "suppressed": true});
        let keys = of_value(line, &file()).unwrap().suppressed_keys();
        assert_eq!(
            keys,
            [messages::key::address(Channel::Email, "a@shop.example")]
        );
    }
}
