//! The fields of GraphQL: what somebody says of themselves, and what is known of them.

mod input;
mod preferences;

use jiff::Timestamp;
use messages::{ConsentChange, MessagesTable};
use serde::de::DeserializeOwned;
use serde_json::Value;
use shared::{
    caller::Caller,
    estate::EstateSource,
    metrics::{self, Unit},
    visitor::Visitor,
};

use crate::{
    error::ContactsError,
    event::{Field, Name},
    phone::Phones,
};
use input::{ConsentArguments, PreferencesArguments, SaveArguments};
pub(crate) use preferences::MessagePreferences;

/// Answers fields.
#[derive(Debug)]
pub(crate) struct GraphQl {
    pub(crate) table: MessagesTable,
    pub(crate) source: EstateSource,
    pub(crate) phones: Phones,
    /// Where a token has the shop's user id.
    pub(crate) claim: String,
}

impl GraphQl {
    /// The answer to `field`.
    ///
    /// # Errors
    /// When the caller may not ask it, the arguments are not its own, or a service does not answer.
    pub(crate) async fn answer(&self, field: Field) -> Result<MessagePreferences, ContactsError> {
        let caller = Caller::new(&field.identity, &self.claim)?;
        match field.info.field_name {
            Name::SaveContact => {
                let SaveArguments { input } = arguments(field.arguments)?;
                let user = user(&caller, input.user_id.clone())?;
                self.save(&user, &input.checked()?).await?;
                self.preferences(&user).await
            }
            Name::SetMessageConsent => {
                let said: ConsentArguments = arguments(field.arguments)?;
                let user = user(&caller, said.user_id)?;
                let change = ConsentChange {
                    channel: said.channel.into(),
                    given: said.given,
                    source: said.source,
                    at: Timestamp::now(),
                };
                self.table.set_consent(&user, &change).await?;
                count("ConsentsSet");
                self.preferences(&user).await
            }
            Name::MessagePreferences => {
                let asked: PreferencesArguments = arguments(field.arguments)?;
                let user = user(&caller, asked.user_id)?;
                self.preferences(&user).await
            }
        }
    }

    async fn save(&self, user: &str, change: &input::Change) -> Result<(), ContactsError> {
        if let Some(Some(phone)) = &change.phone {
            self.look_up(user, phone).await?;
        }
        let now = Timestamp::now().as_second();
        let apply = |contact: &mut messages::Contact| {
            change.apply(contact);
            contact.updated_at = contact.updated_at.max(now);
        };
        self.table.change_contact(user, apply).await?;
        count("ContactsSaved");
        Ok(())
    }

    /// Looks up a phone number that is news, where the configuration wants it.
    async fn look_up(&self, user: &str, phone: &str) -> Result<(), ContactsError> {
        let estate = self.source.open().await?;
        let messages = estate.config.messages;
        if !messages.is_some_and(|messages| messages.validate_phone_numbers) {
            return Ok(());
        }
        let known = self.table.contact(user).await?;
        if known.is_some_and(|known| known.phone.as_deref() == Some(phone)) {
            return Ok(());
        }
        let checked = self.phones.check(phone).await;
        if matches!(checked, Err(ContactsError::Phone(_))) {
            count("PhonesRefused");
        }
        checked
    }

    async fn preferences(&self, user: &str) -> Result<MessagePreferences, ContactsError> {
        let contact = self.table.contact(user).await?.unwrap_or_default();
        let keys = preferences::keys(&contact);
        let suppressed = self.table.suppressed(&keys).await?;
        Ok(MessagePreferences::of(&contact, &suppressed))
    }
}

/// For whom `caller` speaks: a shopper for themselves, whatever they say; a backend for whom it names.
fn user(caller: &Caller, named: Option<String>) -> Result<String, ContactsError> {
    if *caller == Caller::Anonymous {
        return Err(ContactsError::Nobody);
    }
    match caller.visitor(named, None)? {
        Visitor::User(user) => Ok(user),
        _ => Err(ContactsError::NoUser),
    }
}

fn arguments<Arguments: DeserializeOwned>(arguments: Value) -> Result<Arguments, ContactsError> {
    serde_path_to_error::deserialize(arguments).map_err(|error| ContactsError::Arguments {
        path: error.path().to_string(),
        message: error.inner().to_string(),
    })
}

fn count(metric: &str) {
    metrics::emit("contacts", &[], &[(metric, Unit::Count, 1.0)]);
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn everybody_speaks_for_whom_they_may() {
        let of = |identity: Value, named: Option<&str>| {
            let caller = Caller::new(&identity, "username").unwrap();
            user(&caller, named.map(str::to_owned))
        };
        let shopper = json!({"sub": "0", "username": "u1", "claims": {"sub": "0"}});
        assert_eq!(of(shopper.clone(), None).unwrap(), "u1");
        assert_eq!(of(shopper, Some("u2")).unwrap(), "u1");
        let backend = json!({"userArn": "arn:aws:sts::1:assumed-role/shop/x"});
        assert_eq!(of(backend.clone(), Some("u2")).unwrap(), "u2");
        assert!(matches!(of(backend, None), Err(ContactsError::NoUser)));
        for named in [None, Some("u1")] {
            assert!(matches!(of(json!(null), named), Err(ContactsError::Nobody)));
        }
    }
}
