//! The `Messages` table: what is known of people, and the ledger.
//!
//! | pk | sk | attributes |
//! |---|---|---|
//! | `person#<user>` | `contact` | `contact` (a [`Contact`] in JSON), `revision` |
//! | `person#<user>` | `sends` | `recent` (see [`Sends`]), `expiresAt` |
//! | `person#<user>` | `consent#<at, 20 digits of microseconds>#<channel>` | `channel`, `given`, `source`, `at`; never changed |
//! | `key#<person key>` | `person` | `user` |
//! | `suppressed#<address key>` | `suppressed` | `reason`, `at`, `source`, `person` |
//! | `run#<run>` | `run` | `run` (a [`Run`](crate::Run) in JSON), `state`, `expiresAt` |
//! | `run#<run>` | `block#<part>#<n, 5 digits>` | `state`, `channel`, `claim`, `claimedAt`, `attempt`, `users`, `outcomes` (lists in JSON), `settledAt`, `expiresAt` |
//! | `link#<name>` | `link` | `token`, `expiresAt` |
//! | `shard#<n>` | `lease` | `owner`, `until` |
//!
//! What has a structure is JSON in one text: it is read and written as a whole, and DynamoDB's own maps
//! take more room and time.

mod blocks;
mod claim;
mod consent;
mod contacts;
mod fetch;
mod lease;
mod pages;
mod people;
mod runs;
mod short_links;
mod suppression;
mod transaction;

use std::{collections::HashMap, time::Duration};

use aws_sdk_dynamodb::{Client, types::AttributeValue};
use serde::de::DeserializeOwned;
use shared::aws::failure;

use crate::error::MessagesError;
#[allow(unused_imports, reason = "for the documentation")]
use crate::{Contact, Sends};

pub use consent::ConsentChange;
pub use pages::Page;
pub use people::Person;
pub use short_links::SHORT_LINK_DAYS;
pub use suppression::{Suppressing, Suppression, SuppressionReason};

/// An item as DynamoDB takes it.
type Item = HashMap<String, AttributeValue>;

/// How often something is tried that others were quicker at.
const TRIES: u32 = 8;
/// The longest pause before the second try; each further one may be twice as long.
const PAUSE: Duration = Duration::from_millis(25);

/// The table.
#[derive(Debug, Clone)]
pub struct MessagesTable {
    client: Client,
    table: String,
}

impl MessagesTable {
    /// The table of that name.
    #[must_use]
    pub fn new(client: Client, table: String) -> Self {
        Self { client, table }
    }

    /// The item under a key, as it is now.
    async fn item(&self, pk: &str, sk: &str) -> Result<Option<Item>, MessagesError> {
        let answer = self
            .client
            .get_item()
            .table_name(&self.table)
            .set_key(Some(key(pk, sk)))
            .consistent_read(true)
            .send()
            .await
            .map_err(failure("dynamodb:GetItem"))?;
        Ok(answer.item)
    }

    fn shape(&self, kind: &'static str) -> MessagesError {
        MessagesError::Shape {
            table: self.table.clone(),
            kind,
        }
    }

    fn busy(&self, what: &'static str) -> MessagesError {
        MessagesError::Busy {
            table: self.table.clone(),
            what,
            tries: TRIES,
        }
    }

    /// The text `name` of an item of `kind`.
    fn text<'i>(
        &self,
        kind: &'static str,
        item: &'i Item,
        name: &str,
    ) -> Result<&'i str, MessagesError> {
        let text = item.get(name).and_then(|value| value.as_s().ok());
        text.map(String::as_str).ok_or_else(|| self.shape(kind))
    }

    /// The whole number `name` of an item of `kind`.
    fn number(&self, kind: &'static str, item: &Item, name: &str) -> Result<i64, MessagesError> {
        let number = item.get(name).and_then(|value| value.as_n().ok());
        let number = number.and_then(|number| number.parse().ok());
        number.ok_or_else(|| self.shape(kind))
    }

    /// What the text `name` of an item of `kind` is the JSON of.
    fn json<T: DeserializeOwned>(
        &self,
        kind: &'static str,
        item: &Item,
        name: &str,
    ) -> Result<T, MessagesError> {
        let text = self.text(kind, item, name)?;
        serde_json::from_str(text).map_err(|_| self.shape(kind))
    }
}

/// A pause after `tries` tries, at random, so that those who met do not meet again.
async fn pause(tries: u32) {
    let longest = PAUSE * 2_u32.pow(tries.min(6));
    // Of a UUID's 128 bits 122 are random, the last among them.
    let share = f64::from(uuid::Uuid::new_v4().as_bytes()[15]) / 255.0;
    tokio::time::sleep(longest.mul_f64(share)).await;
}

fn key(pk: &str, sk: &str) -> Item {
    Item::from([("pk".to_owned(), text(pk)), ("sk".to_owned(), text(sk))])
}

fn person_pk(user: &str) -> String {
    format!("person#{user}")
}

fn run_pk(run: &str) -> String {
    format!("run#{run}")
}

fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

fn number(value: impl Into<i64>) -> AttributeValue {
    AttributeValue::N(value.into().to_string())
}

/// The JSON of what is made of texts, numbers and lists of them alone, which JSON can hold.
fn json<T: serde::Serialize>(value: &T) -> AttributeValue {
    text(serde_json::to_string(value).unwrap_or_default())
}
