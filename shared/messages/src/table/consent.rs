//! The ledger of consents: what each person said of each channel, when and where.

use jiff::{SignedDuration, Timestamp};
use shared::{aws::failure, config::messages::Channel};

use super::{Item, MessagesTable, TRIES, key, number, pause, person_pk, text};
use crate::{
    contact::{Consent, Contact},
    error::MessagesError,
};

const PREFIX: &str = "consent#";

/// What a person said of a channel once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsentChange {
    /// Of which.
    pub channel: Channel,
    /// Whether they agreed.
    pub given: bool,
    /// Where they said so.
    pub source: String,
    /// When.
    pub at: Timestamp,
}

impl ConsentChange {
    pub(super) fn of(channel: Channel, consent: &Consent) -> Self {
        Self {
            channel,
            given: consent.given,
            source: consent.source.clone(),
            at: Timestamp::from_second(consent.at).unwrap_or_default(),
        }
    }

    fn consent(&self) -> Consent {
        Consent {
            given: self.given,
            source: self.source.clone(),
            at: self.at.as_second(),
        }
    }

    fn sk(&self) -> String {
        format!(
            "{PREFIX}{:020}#{}",
            self.at.as_microsecond(),
            self.channel.name()
        )
    }

    pub(super) fn item(&self, user: &str) -> Item {
        let mut item = key(&person_pk(user), &self.sk());
        item.insert("channel".to_owned(), text(self.channel.name()));
        item.insert(
            "given".to_owned(),
            aws_sdk_dynamodb::types::AttributeValue::Bool(self.given),
        );
        item.insert("source".to_owned(), text(&self.source));
        item.insert("at".to_owned(), number(self.at.as_microsecond()));
        item
    }
}

impl MessagesTable {
    /// Writes what `user` said, and, if it is later than what is known, that it holds from now on: both or
    /// nothing. Saying the same thing again, with the same time, changes nothing. Who is unknown becomes a
    /// contact without an address, so that no import brings an older consent back.
    /// Gives whether it holds now.
    ///
    /// # Errors
    /// When the source is empty or too long, or the table cannot be written.
    pub async fn set_consent(
        &self,
        user: &str,
        change: &ConsentChange,
    ) -> Result<bool, MessagesError> {
        // As the ledger writes it.
        let at = Timestamp::from_microsecond(change.at.as_microsecond()).unwrap_or(change.at);
        let change = &ConsentChange {
            at,
            ..change.clone()
        };
        for tries in 0..TRIES {
            let stored = self.stored(user).await?;
            let old = stored.as_ref().map(|stored| &stored.contact);
            let mut contact = old.cloned().unwrap_or_else(|| Contact {
                user: user.to_owned(),
                ..Contact::default()
            });
            let known = contact.consents.get(&change.channel);
            if known == Some(&change.consent()) {
                return Ok(true);
            }
            let holds = contact.hear(change.channel, change.consent());
            contact.updated_at = contact.updated_at.max(change.at.as_second());
            contact.check()?;
            if self
                .commit(stored.as_ref(), &contact, vec![change.clone()])
                .await?
            {
                return Ok(holds);
            }
            pause(tries).await;
        }
        Err(self.busy("a change of a consent"))
    }

    /// Everything that `user` said, the oldest first.
    ///
    /// # Errors
    /// When the table cannot be read or holds another shape.
    pub async fn consents(&self, user: &str) -> Result<Vec<ConsentChange>, MessagesError> {
        let mut changes = Vec::new();
        let mut from = None;
        loop {
            let answer = self
                .client
                .query()
                .table_name(&self.table)
                .key_condition_expression("pk = :pk AND begins_with(sk, :prefix)")
                .expression_attribute_values(":pk", text(person_pk(user)))
                .expression_attribute_values(":prefix", text(PREFIX))
                .consistent_read(true)
                .set_exclusive_start_key(from)
                .send()
                .await
                .map_err(failure("dynamodb:Query"))?;
            for item in answer.items.unwrap_or_default() {
                changes.push(self.change(&item)?);
            }
            from = answer.last_evaluated_key;
            if from.is_none() {
                return Ok(changes);
            }
        }
    }

    /// Of the entries of `ledger` whose places in the ledger are `taken`: what is there already is left
    /// out, and what somebody else's is in the way of goes a microsecond later.
    pub(super) async fn make_room(
        &self,
        user: &str,
        ledger: &mut Vec<ConsentChange>,
        taken: impl Iterator<Item = usize>,
    ) -> Result<(), MessagesError> {
        let mut there = Vec::new();
        for place in taken {
            let Some(change) = ledger.get_mut(place) else {
                continue;
            };
            let item = self.item(&person_pk(user), &change.sk()).await?;
            let known = item.map(|item| self.change(&item)).transpose()?;
            if known.is_some_and(|known| known == *change) {
                there.push(change.clone());
            } else if let Ok(later) = change.at.checked_add(SignedDuration::from_micros(1)) {
                change.at = later;
            }
        }
        ledger.retain(|change| !there.contains(change));
        Ok(())
    }

    fn change(&self, item: &Item) -> Result<ConsentChange, MessagesError> {
        const KIND: &str = "consent";
        let channel = self.text(KIND, item, "channel")?;
        let channel = Channel::ALL.into_iter().find(|one| one.name() == channel);
        let given = item.get("given").and_then(|given| given.as_bool().ok());
        let at = Timestamp::from_microsecond(self.number(KIND, item, "at")?);
        Ok(ConsentChange {
            channel: channel.ok_or_else(|| self.shape(KIND))?,
            given: *given.ok_or_else(|| self.shape(KIND))?,
            source: self.text(KIND, item, "source")?.to_owned(),
            at: at.map_err(|_| self.shape(KIND))?,
        })
    }
}
