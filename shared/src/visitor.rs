//! Visitors of the shop, and what is remembered of each between their requests: how often their
//! taste has changed (a generation number), what they bought lately, and whether they agreed.
//!
//! `track` writes it, `recommend` reads it with every request. It is in the `Lists` table under
//! `visitor#user#<id>` or `visitor#session#<id>`. A session leaves three months after its last event, a
//! user after two years: Personalize's filters forget what a user bought after three months without an
//! interaction, and a shopper who comes back is still not to be shown it.

mod identify;

use std::collections::HashMap;

use aws_sdk_dynamodb::{Client, operation::update_item::UpdateItemOutput, types::AttributeValue};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{
    aws::{AwsError, failure},
    fault::{Fault, FaultKind},
};

/// Personalize's ids have 1 to 256 characters.
const MAX_ID_CHARACTERS: usize = 256;

/// Purchases that are remembered; the filters know the rest.
const BOUGHT: usize = 100;

/// Purchases kept before the oldest are cut off: one more write for many purchases.
const BOUGHT_BEFORE_CUT: usize = 2 * BOUGHT;

/// Seconds a session is remembered after its last event: 90 days.
const SESSION_LIFE: i64 = 90 * 24 * 60 * 60;

/// Seconds a user is remembered after the last event: two years.
const USER_LIFE: i64 = 2 * 365 * 24 * 60 * 60;

/// Where the keys of sessions begin.
const SESSION: &str = "visitor#session#";

/// Where Personalize's names of sessions begin.
const SESSION_NAME: &str = "s~";

/// Who looks at the shop.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Visitor {
    /// Signed in, by the shop's user id.
    User(String),
    /// Not signed in, by session id: Personalize knows such visitors by it.
    Session(String),
    /// The shop does not say.
    Nobody,
}

/// An id that is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// It is empty, or too long.
    #[error("{argument} has {characters} characters; an id has 1 to 256")]
    Length {
        /// `userId`, `itemIds[3]`, ...
        argument: String,
        /// Its length.
        characters: usize,
    },
    /// It would be taken for a session.
    #[error(
        "userId begins with `{SESSION_NAME}`, as sessions are named to Personalize; give the user another id"
    )]
    Reserved,
}

impl Fault for IdError {
    fn kind(&self) -> FaultKind {
        FaultKind::InvalidInput
    }
}

/// Whether `key` of the `Lists` table is that of a visitor's memory.
#[must_use]
pub fn is_visitor(key: &str) -> bool {
    key.starts_with("visitor#")
}

/// `id` when it can be one; `argument` names it in the error.
///
/// # Errors
/// When it has no characters, or too many.
pub fn sound_id(argument: &str, id: String) -> Result<String, IdError> {
    let characters = id.chars().count();
    if (1..=MAX_ID_CHARACTERS).contains(&characters) {
        return Ok(id);
    }
    Err(IdError::Length {
        argument: argument.to_owned(),
        characters,
    })
}

/// Personalize's name for the session `id`, for PutEvents and for whoever asks about it. Users and
/// sessions are one name space there, and session ids come from browsers: with a name of its own no
/// session is ever taken for the user whose id it bears.
#[must_use]
pub fn session_name(id: &str) -> String {
    let name = format!("{SESSION_NAME}{id}");
    if name.chars().count() <= MAX_ID_CHARACTERS {
        return name;
    }
    let hash = Sha256::digest(id)
        .iter()
        .fold(String::new(), |mut hex, byte| {
            use std::fmt::Write;
            let _ = write!(hex, "{byte:02x}");
            hex
        });
    format!("{SESSION_NAME}{hash}")
}

impl Visitor {
    /// The user `id`.
    ///
    /// # Errors
    /// When it cannot be an id.
    pub fn user(id: String) -> Result<Self, IdError> {
        if id.starts_with(SESSION_NAME) {
            return Err(IdError::Reserved);
        }
        sound_id("userId", id).map(Self::User)
    }

    /// The session `id`.
    ///
    /// # Errors
    /// When it cannot be an id.
    pub fn session(id: String) -> Result<Self, IdError> {
        sound_id("sessionId", id).map(Self::Session)
    }

    /// The name Personalize knows them by.
    #[must_use]
    pub fn name(&self) -> Option<String> {
        match self {
            Self::User(id) => Some(id.clone()),
            Self::Session(id) => Some(session_name(id)),
            Self::Nobody => None,
        }
    }

    /// The key of what is remembered of them.
    #[must_use]
    pub fn key(&self) -> Option<String> {
        match self {
            Self::User(id) => Some(format!("visitor#user#{id}")),
            Self::Session(id) => Some(format!("{SESSION}{id}")),
            Self::Nobody => None,
        }
    }
}

/// What is remembered of a visitor.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Memory {
    /// Counts the events after which lists made before are stale.
    pub generation: u64,
    /// Items bought, oldest first.
    pub bought: Vec<String>,
    /// Whether they agreed to be shown things by what they did; yes when they never said.
    pub personalization: Option<bool>,
    /// Epoch seconds of the last event after which lists made before are stale.
    pub updated_at: i64,
}

impl Memory {
    /// What is remembered of one visitor under two names. A change of either makes lists stale; who
    /// refused under either refused.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.generation += other.generation;
        for item in other.bought {
            if !self.bought.contains(&item) {
                self.bought.push(item);
            }
        }
        self.personalization = match (self.personalization, other.personalization) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (said, also_said) => said.or(also_said),
        };
        self.updated_at = self.updated_at.max(other.updated_at);
        self
    }

    /// Whether their events may be used.
    #[must_use]
    pub fn agreed(&self) -> bool {
        self.personalization.unwrap_or(true)
    }

    /// The memory in an item of the table.
    ///
    /// # Errors
    /// When the item has another shape.
    pub fn from_item(item: HashMap<String, AttributeValue>) -> Result<Self, serde_dynamo::Error> {
        serde_dynamo::from_item(item)
    }
}

/// What is remembered could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum VisitorError {
    /// The call failed.
    #[error(transparent)]
    Aws(#[from] AwsError),
    /// What is stored is something else.
    #[error("a visitor in table {table} has another shape: {message}; delete it, it grows anew")]
    Shape {
        /// The table.
        table: String,
        /// What does not fit.
        message: String,
    },
}

impl Fault for VisitorError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Aws(error) => error.kind(),
            Self::Shape { .. } => FaultKind::Failed,
        }
    }
}

/// The memories of all visitors.
#[derive(Debug, Clone)]
pub struct Memories {
    client: Client,
    table: String,
}

impl Memories {
    /// In the table of that name.
    #[must_use]
    pub fn new(client: Client, table: String) -> Self {
        Self { client, table }
    }

    /// What is remembered under `key` ([`Visitor::key`]), as of now.
    ///
    /// # Errors
    /// When the table cannot be read, or holds something else under the key.
    pub async fn get(&self, key: &str) -> Result<Memory, VisitorError> {
        let answer = self
            .client
            .get_item()
            .table_name(&self.table)
            .key("listKey", AttributeValue::S(key.to_owned()))
            .consistent_read(true)
            .send()
            .await
            .map_err(failure("dynamodb:GetItem"))?;
        answer
            .item
            .map_or(Ok(Memory::default()), |item| self.decode(item))
    }

    /// Makes lists made before stale, and adds `bought` to what was bought lately; gives what is
    /// remembered then. Of who refused in the meantime nothing more is noted. `now` is in epoch
    /// seconds. Done twice it does no harm: a list is made anew once more.
    ///
    /// # Errors
    /// When the table cannot be written, or holds something else under the key.
    pub async fn changed(
        &self,
        key: &str,
        bought: &[String],
        now: i64,
    ) -> Result<Memory, VisitorError> {
        let mut update = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("listKey", AttributeValue::S(key.to_owned()))
            .expression_attribute_values(":one", AttributeValue::N("1".to_owned()))
            .expression_attribute_values(":now", number(now))
            .expression_attribute_values(":until", number(now + life(key)))
            .expression_attribute_values(":yes", AttributeValue::Bool(true))
            .condition_expression("attribute_not_exists(personalization) OR personalization = :yes")
            .return_values(aws_sdk_dynamodb::types::ReturnValue::AllNew);
        let set = "SET updatedAt = :now, expiresAt = :until";
        update = if bought.is_empty() {
            update.update_expression(format!("{set} ADD generation :one"))
        } else {
            update
                .expression_attribute_values(":none", AttributeValue::L(Vec::new()))
                .expression_attribute_values(":bought", texts(bought))
                .update_expression(format!(
                    "{set}, bought = list_append(if_not_exists(bought, :none), :bought) ADD generation :one"
                ))
        };
        let answer = update.send().await.map_err(failure("dynamodb:UpdateItem"));
        let memory = match answer {
            Ok(answer) => self.remembered(answer)?,
            Err(error) if error.condition_failed() => return self.get(key).await,
            Err(error) => return Err(error.into()),
        };
        if memory.bought.len() > BOUGHT_BEFORE_CUT {
            self.cut(key, &memory).await;
        }
        Ok(memory)
    }

    /// Remembers whether the visitor agreed, and makes lists made before stale.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn agreed(
        &self,
        key: &str,
        personalization: bool,
        now: i64,
    ) -> Result<(), VisitorError> {
        self.client
            .update_item()
            .table_name(&self.table)
            .key("listKey", AttributeValue::S(key.to_owned()))
            .expression_attribute_values(":agreed", AttributeValue::Bool(personalization))
            .expression_attribute_values(":one", AttributeValue::N("1".to_owned()))
            .expression_attribute_values(":now", number(now))
            .update_expression(
                // A refusal is remembered for good: it does not expire.
                "SET personalization = :agreed, updatedAt = :now REMOVE expiresAt ADD generation :one",
            )
            .send()
            .await
            .map_err(failure("dynamodb:UpdateItem"))?;
        Ok(())
    }

    /// Keeps the latest purchases alone, unless somebody wrote since. Not done now it is done with
    /// the next purchase.
    async fn cut(&self, key: &str, memory: &Memory) {
        let latest = &memory.bought[memory.bought.len() - BOUGHT..];
        let cut = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("listKey", AttributeValue::S(key.to_owned()))
            .expression_attribute_values(":latest", texts(latest))
            .expression_attribute_values(":seen", AttributeValue::N(memory.generation.to_string()))
            .condition_expression("generation = :seen")
            .update_expression("SET bought = :latest")
            .send()
            .await
            .map_err(failure("dynamodb:UpdateItem"));
        match cut {
            Err(error) if !error.condition_failed() => {
                tracing::warn!(%error, "a long list of purchases was not cut");
            }
            _ => {}
        }
    }

    fn remembered(&self, answer: UpdateItemOutput) -> Result<Memory, VisitorError> {
        self.decode(answer.attributes.unwrap_or_default())
    }

    fn decode(&self, item: HashMap<String, AttributeValue>) -> Result<Memory, VisitorError> {
        Memory::from_item(item).map_err(|error| VisitorError::Shape {
            table: self.table.clone(),
            message: error.to_string(),
        })
    }
}

/// Seconds that what is under `key` is remembered.
fn life(key: &str) -> i64 {
    if key.starts_with(SESSION) {
        SESSION_LIFE
    } else {
        USER_LIFE
    }
}

fn number(value: i64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

fn texts(texts: &[String]) -> AttributeValue {
    let texts = texts.iter().cloned().map(AttributeValue::S);
    AttributeValue::L(texts.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_and_sessions_of_one_name_are_two() {
        let user = Visitor::User("a".into());
        let session = Visitor::Session("a".into());
        assert_ne!(user.key(), session.key());
        assert_ne!(user.name(), session.name());
        assert_eq!(Visitor::Nobody.key(), None);
    }

    #[test]
    fn nobody_is_taken_for_a_session_of_that_name() {
        let session = Visitor::Session("a".into()).name().unwrap();
        assert_eq!(Visitor::user(session), Err(IdError::Reserved));
    }

    #[test]
    fn the_longest_sessions_have_names_that_personalize_takes() {
        let name = |character: &str| session_name(&character.repeat(MAX_ID_CHARACTERS));
        assert_eq!(name("a").len(), 2 + 64);
        assert_ne!(name("a"), name("b"));
        assert_eq!(session_name(&"é".repeat(254)).chars().count(), 256);
    }

    #[test]
    fn users_are_remembered_for_longer_than_sessions() {
        let life_of = |visitor: Visitor| visitor.key().map(|key| life(&key));
        assert_eq!(
            life_of(Visitor::Session("a".into())),
            Some(90 * 24 * 60 * 60)
        );
        assert!(life_of(Visitor::User("a".into())) > life_of(Visitor::Session("a".into())));
    }

    #[test]
    fn ids_are_counted_in_characters() {
        assert!(sound_id("userId", "é".repeat(256)).is_ok());
        let refused = sound_id("itemIds[1]", String::new()).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "itemIds[1] has 0 characters; an id has 1 to 256"
        );
    }

    #[test]
    fn a_visitor_of_two_names_is_one() {
        let memory = |generation, bought: &[&str], personalization| Memory {
            generation,
            bought: bought.iter().map(|&item| item.to_owned()).collect(),
            personalization,
            updated_at: 1,
        };
        let both = memory(2, &["a"], None).and(memory(3, &["a", "b"], Some(false)));
        assert_eq!(both, memory(5, &["a", "b"], Some(false)));
        assert!(
            memory(0, &[], Some(true))
                .and(memory(0, &[], None))
                .agreed()
        );
    }

    #[test]
    fn who_never_said_anything_agreed() {
        assert!(Memory::default().agreed());
        let item = HashMap::from([
            (
                "listKey".to_owned(),
                AttributeValue::S("visitor#user#u".into()),
            ),
            ("generation".to_owned(), AttributeValue::N("7".into())),
            ("personalization".to_owned(), AttributeValue::Bool(false)),
        ]);
        let memory = Memory::from_item(item).unwrap();
        assert_eq!((memory.generation, memory.agreed()), (7, false));
    }
}
