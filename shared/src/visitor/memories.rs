//! The memories of all visitors, in the `Lists` table.
//!
//! A session leaves three months after its last event, and a year after it refused; a user two years
//! after the last event, and never after a refusal.

use std::collections::{BTreeSet, HashMap};

use aws_sdk_dynamodb::{
    operation::{
        get_item::GetItemInput,
        update_item::{UpdateItemInput, UpdateItemOutput, builders::UpdateItemInputBuilder},
    },
    types::{AttributeValue, ReturnValue},
};

use super::{
    idle::{IDLE_SECONDS, shard},
    memory::Memory,
    purchase::{Purchase, superfluous},
};
use crate::{
    aws::AwsError,
    direct::DynamoDb,
    fault::{Fault, FaultKind},
};

/// Where the keys of sessions begin.
pub(super) const SESSION: &str = "visitor#session#";

/// Where the keys of users begin.
pub(super) const USER: &str = "visitor#user#";

const DAY: i64 = 24 * 60 * 60;

/// Seconds a session is remembered after its last event.
const SESSION_LIFE: i64 = 90 * DAY;

/// Seconds a session's refusal is remembered: sessions are many, and nobody is one for so long.
const SESSION_REFUSAL_LIFE: i64 = 365 * DAY;

/// Seconds a user is remembered after the last event.
const USER_LIFE: i64 = 2 * 365 * DAY;

/// Holds unless the visitor refused.
pub(super) const UNLESS_REFUSED: &str =
    "attribute_not_exists(personalization) OR personalization = :yes";

/// The keys a visitor is remembered under.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Names {
    /// The user, else the session.
    pub first: String,
    /// The session of a user. The shop may ask for it alone later: it holds the purchases too.
    pub also: Option<String>,
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
    pub(super) dynamodb: DynamoDb,
    pub(super) table: String,
}

impl Memories {
    /// In the table of that name.
    #[must_use]
    pub fn new(dynamodb: DynamoDb, table: String) -> Self {
        Self { dynamodb, table }
    }

    /// What is remembered under `key` ([`Visitor::key`]), as of now.
    ///
    /// # Errors
    /// When the table cannot be read, or holds something else under the key.
    pub async fn get(&self, key: &str) -> Result<Memory, VisitorError> {
        let input = GetItemInput::builder()
            .table_name(&self.table)
            .key("listKey", AttributeValue::S(key.to_owned()))
            .consistent_read(true);
        let answer = self.dynamodb.get_item(input).await?;
        answer
            .item
            .map_or(Ok(Memory::default()), |item| self.decode(item))
    }

    /// Whether the visitor agrees under all of `names`, as of now.
    ///
    /// # Errors
    /// When the table cannot be read, or holds something else under a key.
    pub async fn agrees(&self, names: &Names) -> Result<bool, VisitorError> {
        let also = async {
            match &names.also {
                Some(also) => self.get(also).await,
                None => Ok(Memory::default()),
            }
        };
        let (first, also) = tokio::try_join!(self.get(&names.first), also)?;
        Ok(first.and(also).agreed())
    }

    /// Makes lists made before stale, and adds `purchases` to what is remembered of the visitor, under
    /// all of `names`; whether they agreed. Nothing is remembered of who refused under any. `now` is in
    /// epoch seconds. Done twice it does no harm: a list is made anew once more.
    ///
    /// # Errors
    /// When the table cannot be written, or holds something else under a key.
    pub async fn told(
        &self,
        names: &Names,
        purchases: &[Purchase],
        now: i64,
    ) -> Result<bool, VisitorError> {
        let first = self.changed(&names.first, purchases, now);
        let Some(also) = &names.also else {
            return Ok(first.await?.agreed());
        };
        if purchases.is_empty() {
            let (first, also) = tokio::try_join!(first, self.get(also))?;
            return Ok(first.agreed() && also.agreed());
        }
        // One after the other: what one refused is not remembered of the other.
        Ok(self.get(also).await?.agreed()
            && first.await?.agreed()
            && self.changed(also, purchases, now).await?.agreed())
    }

    async fn changed(
        &self,
        key: &str,
        purchases: &[Purchase],
        now: i64,
    ) -> Result<Memory, VisitorError> {
        let mut update = self
            .update(key)
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":now", number(now))
            .expression_attribute_values(":until", number(now + life(key)))
            .expression_attribute_values(":yes", AttributeValue::Bool(true))
            .condition_expression(UNLESS_REFUSED)
            .return_values(ReturnValue::AllNew);
        let (mut set, mut add) = (TIMES.to_owned(), "generation :one".to_owned());
        if !purchases.is_empty() {
            update = update.expression_attribute_values(":purchases", texts(purchases));
            add.push_str(", purchases :purchases");
        }
        if !purchases.is_empty() && key.starts_with(USER) {
            update = due(update, key, now);
            set.push_str(DUE);
        }
        let update = update.update_expression(format!("SET {set} ADD {add}"));
        let memory = match self.dynamodb.update_item(update).await {
            Ok(answer) => self.remembered(answer)?,
            Err(error) if error.condition_failed() => return self.get(key).await,
            Err(error) => return Err(error.into()),
        };
        self.cut(key, &memory).await;
        Ok(memory)
    }

    /// Remembers whether the visitor agreed, and makes lists made before stale. What who refuses bought
    /// is forgotten.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn agreed(
        &self,
        key: &str,
        personalization: bool,
        now: i64,
    ) -> Result<(), VisitorError> {
        let mut update = self
            .update(key)
            .expression_attribute_values(":agreed", AttributeValue::Bool(personalization))
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":now", number(now));
        let (mut set, mut remove) = (
            "personalization = :agreed, updatedAt = :now".to_owned(),
            Vec::new(),
        );
        match said_life(key, personalization) {
            Some(life) => {
                set.push_str(", expiresAt = :until");
                update = update.expression_attribute_values(":until", number(now + life));
            }
            None => remove.push("expiresAt"),
        }
        if !personalization {
            remove.extend(PURCHASES);
        }
        let remove = match remove.is_empty() {
            true => String::new(),
            false => format!(" REMOVE {}", remove.join(", ")),
        };
        let update = update.update_expression(format!("SET {set}{remove} ADD generation :one"));
        self.dynamodb.update_item(update).await?;
        Ok(())
    }

    /// Forgets what is too much of the purchases. Not done now it is done with the next purchase.
    async fn cut(&self, key: &str, memory: &Memory) {
        let superfluous = superfluous(&memory.purchases);
        if superfluous.is_empty() {
            return;
        }
        let cut = self
            .update(key)
            .expression_attribute_values(":superfluous", AttributeValue::Ss(superfluous))
            .update_expression("DELETE purchases :superfluous");
        if let Err(error) = self.dynamodb.update_item(cut).await {
            tracing::warn!(%error, "a long list of purchases was not cut");
        }
    }

    pub(super) fn update(&self, key: &str) -> UpdateItemInputBuilder {
        UpdateItemInput::builder()
            .table_name(&self.table)
            .key("listKey", AttributeValue::S(key.to_owned()))
    }

    pub(super) fn remembered(&self, answer: UpdateItemOutput) -> Result<Memory, VisitorError> {
        self.decode(answer.attributes.unwrap_or_default())
    }

    fn decode(&self, item: HashMap<String, AttributeValue>) -> Result<Memory, VisitorError> {
        Memory::from_item(item).map_err(|error| VisitorError::Shape {
            table: self.table.clone(),
            message: error.to_string(),
        })
    }
}

/// When something happened, and how long it is remembered.
pub(super) const TIMES: &str = "updatedAt = :now, expiresAt = :until";

/// What is known of purchases.
pub(super) const PURCHASES: [&str; 3] = ["purchases", "dueShard", "dueAt"];

/// When who buys for the first time is looked at.
pub(super) const DUE: &str = ", dueShard = :shard, dueAt = if_not_exists(dueAt, :due)";

/// The values of [`DUE`].
pub(super) fn due(update: UpdateItemInputBuilder, key: &str, now: i64) -> UpdateItemInputBuilder {
    update
        .expression_attribute_values(":shard", AttributeValue::S(shard(key)))
        .expression_attribute_values(":due", number(now + IDLE_SECONDS))
}

/// Seconds that what is under `key` is remembered after an event.
pub(super) fn life(key: &str) -> i64 {
    if key.starts_with(SESSION) {
        SESSION_LIFE
    } else {
        USER_LIFE
    }
}

/// Seconds that what a visitor said is remembered; a user's refusal for good.
pub(super) fn said_life(key: &str, personalization: bool) -> Option<i64> {
    match (key.starts_with(SESSION), personalization) {
        (true, true) => Some(SESSION_LIFE),
        (true, false) => Some(SESSION_REFUSAL_LIFE),
        (false, true) => Some(USER_LIFE),
        (false, false) => None,
    }
}

pub(super) fn number(value: i64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// A string set; it takes nothing twice.
pub(super) fn texts(purchases: &[Purchase]) -> AttributeValue {
    let texts: BTreeSet<String> = purchases.iter().map(String::from).collect();
    AttributeValue::Ss(texts.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::visitor::Visitor;

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
    fn a_user_s_refusal_is_remembered_for_good() {
        let (user, session) = (format!("{USER}a"), format!("{SESSION}a"));
        assert_eq!(said_life(&user, false), None);
        assert_eq!(said_life(&session, false), Some(365 * DAY));
        assert_eq!(said_life(&user, true), Some(life(&user)));
    }
}
