//! Users who bought something and have been away: Personalize's filters forget a user after three
//! months without an imported interaction, until the history is imported again
//! (<https://docs.aws.amazon.com/personalize/latest/dg/filter-expressions.html>).
//!
//! A user's row has, since the first purchase, `dueAt`, when to look at it, and `dueShard`. The sparse
//! index [`DUE_INDEX`] finds what is due, spread over [`SHARDS`] partitions. `dueAt` is not moved by every event,
//! which would cost a write of the index: who looks finds what `updatedAt` says, and moves it.

use aws_sdk_dynamodb::{operation::query::QueryInput, types::AttributeValue};
use sha2::{Digest, Sha256};

use super::memories::{Memories, USER, VisitorError, number};
use crate::batch::Item;

/// Seconds without an event after which a user's purchases are sent again: 80 days, ten before the
/// filters forget, for days on which nothing could be sent.
pub const IDLE_SECONDS: i64 = 80 * 24 * 60 * 60;

/// The index of the table: `dueShard` (text), `dueAt` (number); keys alone.
const DUE_INDEX: &str = "DueAt";

/// Partitions of the index. Each takes 1,000 writes a second.
pub const SHARDS: u8 = 8;

/// Rows a page: little enough for one process to look at in a minute.
const PAGE: i32 = 200;

/// A user to be looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// The key of their memory.
    pub key: String,
    /// The shop's id of them.
    pub user_id: String,
}

/// The shard of `key`, as text.
pub(super) fn shard(key: &str) -> String {
    (Sha256::digest(key)[0] % SHARDS).to_string()
}

impl Memories {
    /// Users of `shard` who are due at `now` (epoch seconds), those who waited longest first: one page
    /// from `next` on, and where the following one begins.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub async fn due(
        &self,
        shard: u8,
        now: i64,
        next: Option<Item>,
    ) -> Result<(Vec<Due>, Option<Item>), VisitorError> {
        let input = QueryInput::builder()
            .table_name(&self.table)
            .index_name(DUE_INDEX)
            .key_condition_expression("dueShard = :shard AND dueAt <= :now")
            .expression_attribute_values(":shard", AttributeValue::S(shard.to_string()))
            .expression_attribute_values(":now", number(now))
            .set_exclusive_start_key(next)
            .limit(PAGE);
        let answer = self.dynamodb.query(input).await?;
        let due = answer.items.unwrap_or_default().into_iter();
        let due = due.filter_map(|mut item| match item.remove("listKey") {
            Some(AttributeValue::S(key)) => {
                let user_id = key.strip_prefix(USER)?.to_owned();
                Some(Due { key, user_id })
            }
            _ => None,
        });
        Ok((due.collect(), answer.last_evaluated_key))
    }

    /// The user under `key`, who was due at `seen`, is due again at `next`, unless somebody else was
    /// faster, or the user is gone.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn due_again(&self, key: &str, seen: i64, next: i64) -> Result<(), VisitorError> {
        let update = self
            .update(key)
            .expression_attribute_values(":seen", number(seen))
            .expression_attribute_values(":next", number(next))
            .condition_expression("dueAt = :seen")
            .update_expression("SET dueAt = :next");
        match self.dynamodb.update_item(update).await {
            Err(error) if !error.condition_failed() => Err(error.into()),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_are_spread_over_all_shards() {
        let shards: std::collections::BTreeSet<String> =
            (0..200).map(|n| shard(&format!("{USER}{n}"))).collect();
        assert_eq!(shards.len(), usize::from(SHARDS));
    }
}
