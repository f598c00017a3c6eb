//! How far the parts of a run are: an item for each part that a sender came to the end of, in the
//! `Messages` table beside the ledger (`run#<run>` / `part#<part>`). What was sent is in the ledger;
//! here is what nobody else knows: who was not sent anything, why, and who gets it later.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_dynamodb::{
    operation::{put_item::PutItemInput, query::QueryInput},
    types::AttributeValue,
};
use serde::{Deserialize, Serialize};
use shared::direct::DynamoDb;

use crate::{error::SendError, part::Part};

/// Seconds that it is kept, as the ledger is.
const LIFE: i64 = 31 * 86_400;

/// How far a part is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Progress {
    /// Its name.
    pub(crate) part: String,
    /// Whether a sender came to its end, and nobody was released since.
    pub(crate) done: bool,
    /// People who got it, or in a dry run would have, by channel.
    pub(crate) sent: BTreeMap<String, u64>,
    /// People whose message was refused by the service, by its reason.
    pub(crate) failed: BTreeMap<String, u64>,
    /// People who do not get it, by reason.
    pub(crate) skipped: BTreeMap<String, u64>,
    /// People who got it, by `<experiment>/<arm>`.
    pub(crate) arms: BTreeMap<String, u64>,
    /// People who get it later, if they do.
    pub(crate) later: Option<Later>,
    /// People of blocks of which it is not known yet whether they were sent.
    pub(crate) uncertain: u64,
    /// Those of whom it will not be known.
    pub(crate) held: u64,
    /// People whose message did not leave, and who are to get it in a block of its own.
    pub(crate) released: u64,
    /// Epoch seconds before which the part is not to be sent again.
    pub(crate) again_at: Option<i64>,
    /// Epoch seconds when the uncertain ones are looked at next.
    pub(crate) settle_at: Option<i64>,
    /// The blocks whose people experiments were not told of, as it was not known whether they were sent.
    pub(crate) untold: Vec<u32>,
    /// Keys of previews.
    pub(crate) previews: Vec<String>,
}

/// People who were put off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Later {
    /// Epoch seconds when the first of them may get it.
    pub(crate) at: i64,
    /// They, as a part.
    pub(crate) part: Part,
}

impl Progress {
    /// Of a part that nothing is known of yet.
    pub(crate) fn new(part: &str) -> Self {
        Self {
            part: part.to_owned(),
            ..Self::default()
        }
    }
}

/// The items.
#[derive(Debug, Clone)]
pub(crate) struct ProgressTable {
    dynamodb: DynamoDb,
    table: String,
}

impl ProgressTable {
    /// In the table of that name.
    pub(crate) fn new(dynamodb: DynamoDb, table: String) -> Self {
        Self { dynamodb, table }
    }

    /// Writes how far a part is; `now` is in epoch seconds.
    pub(crate) async fn put(
        &self,
        run: &str,
        progress: &Progress,
        now: i64,
    ) -> Result<(), SendError> {
        let text = serde_json::to_string(progress).unwrap_or_default();
        let input = PutItemInput::builder()
            .table_name(&self.table)
            .item("pk", AttributeValue::S(format!("run#{run}")))
            .item("sk", AttributeValue::S(format!("part#{}", progress.part)))
            .item("progress", AttributeValue::S(text))
            .item("expiresAt", AttributeValue::N((now + LIFE).to_string()));
        self.dynamodb.put_item(input).await?;
        Ok(())
    }

    /// How far the parts of `run` are that a sender came to the end of; those alone whose names begin with
    /// `prefix`.
    pub(crate) async fn all(&self, run: &str, prefix: &str) -> Result<Vec<Progress>, SendError> {
        let mut all = Vec::new();
        let mut from = None;
        loop {
            let input = QueryInput::builder()
                .table_name(&self.table)
                .key_condition_expression("pk = :pk AND begins_with(sk, :part)")
                .expression_attribute_values(":pk", AttributeValue::S(format!("run#{run}")))
                .expression_attribute_values(":part", AttributeValue::S(format!("part#{prefix}")))
                .consistent_read(true)
                .set_exclusive_start_key(from);
            let page = self.dynamodb.query(input).await?;
            for item in page.items.unwrap_or_default() {
                all.push(read(&item).ok_or_else(|| SendError::Progress {
                    table: self.table.clone(),
                    run: run.to_owned(),
                })?);
            }
            from = page.last_evaluated_key;
            if from.is_none() {
                return Ok(all);
            }
        }
    }
}

fn read(item: &HashMap<String, AttributeValue>) -> Option<Progress> {
    let text = item.get("progress")?.as_s().ok()?;
    serde_json::from_str(text).ok()
}
