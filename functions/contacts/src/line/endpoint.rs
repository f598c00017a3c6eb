//! An endpoint as Amazon Pinpoint exported it, or an import job took it.
//!
//! Shapes: Amazon Pinpoint API reference, "Export Jobs" and "Endpoints": `EndpointResponse`.
//!
//! `OptOut` `ALL` is a refusal. `NONE` is what every endpoint has that Pinpoint was not told otherwise of:
//! it is no consent, unless who imports it says that for this application it was.

use std::collections::BTreeMap;

use jiff::{Timestamp, tz::TimeZone};
use messages::{Channel, Consent, MAX_ATTRIBUTES, PushAddress, PushService};
use serde::Deserialize;
use serde_json::Value;

use super::{File, Reason, Said, email, phone, user};

/// Where what Pinpoint was told is from.
const SOURCE: &str = "pinpoint";
/// The same of what it was not told.
const ASSUMED: &str = "pinpoint: opted in means consent";
/// The attributes that may hold a first name.
const FIRST_NAME: [&str; 4] = ["firstname", "first_name", "first-name", "givenname"];
const MAX_VALUE: usize = 256;

/// An endpoint.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Endpoint {
    id: Option<String>,
    channel_type: String,
    address: Option<String>,
    opt_out: Option<String>,
    endpoint_status: Option<String>,
    effective_date: Option<String>,
    user: Option<User>,
    attributes: Option<BTreeMap<String, Vec<String>>>,
    demographic: Option<Demographic>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct User {
    user_id: Option<String>,
    user_attributes: Option<BTreeMap<String, Vec<String>>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Demographic {
    locale: Option<String>,
    timezone: Option<String>,
}

impl Endpoint {
    /// Whether `value` is one, by its members.
    pub(crate) fn is_one(value: &Value) -> bool {
        value.get("ChannelType").is_some()
    }

    /// The endpoint in `value`.
    pub(crate) fn of(value: Value) -> Result<Self, Reason> {
        serde_path_to_error::deserialize(value)
            .map_err(|error| format!("at `{}`: {}", error.path(), error.inner()))
    }

    /// Whose it is: without a user it is one of its own.
    pub(crate) fn user(&self) -> Result<String, Reason> {
        let user_id = self.user.as_ref().and_then(|user| user.user_id.clone());
        let id = user_id
            .filter(|id| !id.is_empty())
            .or_else(|| self.id.clone());
        user(id.ok_or("it has neither User.UserId nor Id")?)
    }

    /// Epoch seconds of its last change, when it says so.
    pub(crate) fn at(&self) -> Option<i64> {
        let date = self.effective_date.as_deref()?;
        date.parse::<Timestamp>().ok().map(Timestamp::as_second)
    }

    /// What it says, in `file`. A refusal is its person's, and counts of an endpoint that cannot be used, too.
    pub(super) fn said(self, file: &File) -> Result<Said, Reason> {
        let channel = channel(&self.channel_type)?;
        let at = self.at().filter(|at| (0..=file.now).contains(at));
        let consent = |given, source: &str| Consent {
            given,
            source: source.to_owned(),
            at: at.unwrap_or(file.at),
        };
        let mut said = Said {
            user: self.user()?,
            ..Said::default()
        };
        match self.opt_out.as_deref() {
            Some("ALL") => said.consents.push((channel, consent(false, SOURCE))),
            Some("NONE") | None if file.opted_in_means_consent => {
                said.assumed.push((channel, consent(true, ASSUMED)));
            }
            _ => {}
        }
        let refusal = (!said.consents.is_empty()).then(|| said.clone());
        self.describe(said).or_else(|reason| refusal.ok_or(reason))
    }

    /// Adds to `said` where the endpoint is, and who has it.
    fn describe(self, mut said: Said) -> Result<Said, Reason> {
        if self.endpoint_status.as_deref() == Some("INACTIVE") {
            return Err("the endpoint is INACTIVE: Pinpoint did not send to it either".to_owned());
        }
        let address = self.address.as_deref().ok_or("it has no Address")?;
        said.reach(&self.channel_type, address)?;
        if let Some(demographic) = self.demographic {
            let locale = demographic.locale.filter(|locale| !locale.is_empty());
            said.language = locale.map(|locale| locale.replace('_', "-"));
            let zone = demographic.timezone;
            said.time_zone = zone.filter(|zone| TimeZone::get(zone).is_ok());
        }
        let of_user = self.user.and_then(|user| user.user_attributes);
        said.describe(of_user.into_iter().chain(self.attributes).flatten());
        said.check()?;
        Ok(said)
    }
}

/// The channel of a `ChannelType`.
fn channel(channel_type: &str) -> Result<Channel, Reason> {
    match channel_type {
        "EMAIL" => Ok(Channel::Email),
        "SMS" => Ok(Channel::Sms),
        _ => push_service(channel_type).map(|_| Channel::Push),
    }
}

fn push_service(channel_type: &str) -> Result<PushService, Reason> {
    Ok(match channel_type {
        "GCM" => PushService::Gcm,
        "APNS" => PushService::Apns,
        "APNS_SANDBOX" => PushService::ApnsSandbox,
        "ADM" => PushService::Adm,
        "BAIDU" => PushService::Baidu,
        _ => return Err("nothing is sent by its ChannelType any more".to_owned()),
    })
}

impl Said {
    fn reach(&mut self, channel_type: &str, address: &str) -> Result<(), Reason> {
        match channel_type {
            "EMAIL" => self.email = Some(email(address)?),
            "SMS" => self.phone = Some(phone(address)?),
            _ => {
                self.push = Some(PushAddress {
                    token: address.to_owned(),
                    service: push_service(channel_type)?,
                });
            }
        }
        Ok(())
    }

    /// Takes attributes, of each its first value: the first name, and as many others as there may be.
    fn describe(&mut self, attributes: impl Iterator<Item = (String, Vec<String>)>) {
        for (name, values) in attributes {
            let Some(value) = values.into_iter().next() else {
                continue;
            };
            if value.chars().count() > MAX_VALUE {
                continue;
            }
            if FIRST_NAME.contains(&name.to_lowercase().as_str()) {
                self.first_name.get_or_insert(value);
            } else if (1..=MAX_VALUE).contains(&name.chars().count())
                && self.attributes.len() < MAX_ATTRIBUTES
            {
                self.attributes.entry(name).or_insert(value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::line::tests::{consent, file};

    fn said(endpoint: Value, file: &File) -> Result<Said, Reason> {
        assert!(Endpoint::is_one(&endpoint));
        Endpoint::of(endpoint)?.said(file)
    }

    fn exported(opt_out: &str) -> Value {
        json!({
            "Id": "example_endpoint", "ApplicationId": "a", "ChannelType": "EMAIL", "Address": "Ann@Shop.example",
            "EndpointStatus": "ACTIVE", "OptOut": opt_out, "EffectiveDate": "1970-01-01T00:01:30.123Z",
            "RequestId": "r", "CohortId": "39", "Metrics": {"age": 33.0},
            "Location": {"Country": "DE", "City": "Berlin"},
            "Demographic": {"Locale": "de_DE", "Timezone": "Europe/Berlin", "Make": "apple"},
            "Attributes": {"interests": ["tea", "cups"]},
            "User": {"UserId": "u1", "UserAttributes": {"FirstName": ["Ann"], "tier": ["gold"]}},
        })
    }

    #[test]
    fn an_endpoint_of_an_export_is_a_contact() {
        let said = said(exported("NONE"), &file()).unwrap();
        assert_eq!(said.user, "u1");
        assert_eq!(said.email.as_deref(), Some("ann@shop.example"));
        assert_eq!(said.language.as_deref(), Some("de-DE"));
        assert_eq!(said.time_zone.as_deref(), Some("Europe/Berlin"));
        assert_eq!(said.first_name.as_deref(), Some("Ann"));
        assert_eq!(said.attributes["interests"], "tea");
        assert_eq!(said.attributes["tier"], "gold");
    }

    #[test]
    fn not_opted_out_is_no_consent_unless_somebody_says_so() {
        let of = |opt_out, means_consent| {
            let file = File {
                opted_in_means_consent: means_consent,
                ..file()
            };
            let said = said(exported(opt_out), &file).unwrap();
            (said.consents, said.assumed)
        };
        assert_eq!(of("NONE", false), (vec![], vec![]));
        let assumed = vec![(Channel::Email, consent(true, ASSUMED, 90))];
        assert_eq!(of("NONE", true), (vec![], assumed));
        for means_consent in [false, true] {
            let refused = vec![(Channel::Email, consent(false, "pinpoint", 90))];
            assert_eq!(of("ALL", means_consent), (refused, vec![]));
        }
    }

    #[test]
    fn without_a_user_an_endpoint_is_one() {
        let alone = json!({"Id": "e1", "ChannelType": "GCM", "Address": "token"});
        let said = said(alone, &file()).unwrap();
        assert_eq!(
            (said.user.as_str(), said.push.unwrap().service),
            ("e1", PushService::Gcm)
        );
    }

    #[test]
    fn what_nothing_is_sent_to_is_rejected() {
        let refused = |member: &str, value: &str| {
            let mut endpoint = exported("NONE");
            endpoint[member] = json!(value);
            said(endpoint, &file()).unwrap_err()
        };
        assert!(refused("EndpointStatus", "INACTIVE").contains("INACTIVE"));
        assert!(refused("ChannelType", "VOICE").contains("ChannelType"));
        assert!(refused("Address", "nonsense").starts_with("email: "));
    }

    #[test]
    fn a_refusal_counts_of_an_endpoint_that_nothing_is_sent_to() {
        let refusal = (Channel::Email, consent(false, "pinpoint", 90));
        for (member, value) in [
            ("EndpointStatus", json!("INACTIVE")),
            ("Address", json!("nonsense")),
            ("Address", Value::Null),
            ("Demographic", json!({"Locale": "x".repeat(300)})),
        ] {
            let mut endpoint = exported("ALL");
            endpoint[member] = value;
            let said = said(endpoint, &file()).unwrap();
            assert_eq!(said.user, "u1");
            assert_eq!(said.consents, std::slice::from_ref(&refusal), "{member}");
            assert_eq!((said.email, said.language), (None, None), "{member}");
        }
    }
}
