//! What is answered: GraphQL's `MessagePreferences`.

use std::collections::HashSet;

use messages::{Channel, Contact, key};
use serde::Serialize;

/// GraphQL's `MessagePreferences`.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MessagePreferences {
    email: Option<String>,
    phone: Option<String>,
    push: bool,
    language: Option<String>,
    time_zone: Option<String>,
    first_name: Option<String>,
    channels: Vec<ChannelPreference>,
}

/// GraphQL's `ChannelPreference`.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct ChannelPreference {
    channel: String,
    given: bool,
    source: Option<String>,
    at: Option<i64>,
    suppressed: bool,
}

/// The keys of the addresses of `contact`.
pub(super) fn keys(contact: &Contact) -> Vec<String> {
    let keys = Channel::ALL.into_iter();
    keys.filter_map(|channel| key_of(contact, channel))
        .collect()
}

fn key_of(contact: &Contact, channel: Channel) -> Option<String> {
    let address = contact.address(channel)?;
    Some(key::address(channel, address))
}

impl MessagePreferences {
    /// Of `contact`, of whose addresses those of the keys `suppressed` are suppressed.
    pub(super) fn of(contact: &Contact, suppressed: &HashSet<String>) -> Self {
        let channels = Channel::ALL.into_iter().map(|channel| {
            let consent = contact.consents.get(&channel);
            ChannelPreference {
                channel: channel.name().to_uppercase(),
                given: consent.is_some_and(|consent| consent.given),
                source: consent.map(|consent| consent.source.clone()),
                at: consent.map(|consent| consent.at),
                suppressed: key_of(contact, channel).is_some_and(|key| suppressed.contains(&key)),
            }
        });
        Self {
            email: contact.email.clone(),
            phone: contact.phone.clone(),
            push: contact.push.is_some(),
            language: contact.language.clone(),
            time_zone: contact.time_zone.clone(),
            first_name: contact.first_name.clone(),
            channels: channels.collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use messages::Consent;

    use super::*;

    #[test]
    fn every_channel_is_there_whatever_is_known() {
        let nobody = MessagePreferences::of(&Contact::default(), &HashSet::new());
        assert_eq!(nobody.channels.len(), 3);
        assert!(
            nobody
                .channels
                .iter()
                .all(|one| !one.given && !one.suppressed)
        );
        let mut ann = Contact {
            email: Some("a@shop.example".to_owned()),
            ..Contact::default()
        };
        let consent = Consent {
            given: true,
            source: "checkout".to_owned(),
            at: 7,
        };
        ann.hear(Channel::Email, consent);
        let suppressed = keys(&ann).into_iter().collect();
        let email = &MessagePreferences::of(&ann, &suppressed).channels[0];
        assert_eq!(
            (email.channel.as_str(), email.given, email.at),
            ("EMAIL", true, Some(7))
        );
        assert!(email.suppressed);
    }
}
