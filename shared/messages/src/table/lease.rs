//! The lease of a shard.

use aws_sdk_dynamodb::types::TransactWriteItem;
use aws_sdk_dynamodb::{
    operation::update_item::builders::UpdateItemFluentBuilder, types::ConditionCheck,
};
use shared::aws::failure;
use uuid::Uuid;

use super::{MessagesTable, TRIES, key, number, pause, text, transaction::check};
use crate::{error::MessagesError, key::SHARDS, ledger::Lease};

/// How long a lease holds without being renewed, in seconds: longer than Lambda lets its holder live, by
/// a minute for clocks that differ.
const LEASE_SECONDS: i64 = 16 * 60;

impl MessagesTable {
    /// The lease of `shard` for `part`, which is `<run>/<part of the run>`; nothing while another part has
    /// it. A part that is tried again takes it from its earlier try, who cannot claim from then on.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn lease(
        &self,
        shard: u32,
        part: &str,
        now: i64,
    ) -> Result<Option<Lease>, MessagesError> {
        if shard >= SHARDS {
            return Err(MessagesError::Invalid(
                "there is no such shard: they are 0 to 31",
            ));
        }
        let mine = format!("{part}#");
        let lease = Lease {
            shard,
            owner: format!("{mine}{}", Uuid::new_v4().simple()),
            until: now + LEASE_SECONDS,
        };
        let condition =
            "attribute_not_exists(#owner) OR #until < :now OR begins_with(#owner, :mine)";
        let request = self
            .update(&lease)
            .update_expression("SET #owner = :owner, #until = :until")
            .condition_expression(condition)
            .expression_attribute_names("#until", "until")
            .expression_attribute_values(":until", number(lease.until))
            .expression_attribute_values(":now", number(now))
            .expression_attribute_values(":mine", text(mine));
        Ok(self.holds(request).await?.then_some(lease))
    }

    /// Holds `lease` for longer; nothing when somebody else has taken it.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn renew(&self, lease: &Lease, now: i64) -> Result<Option<Lease>, MessagesError> {
        let until = now + LEASE_SECONDS;
        let request = self
            .update(lease)
            .update_expression("SET #until = :until")
            .condition_expression("#owner = :owner")
            .expression_attribute_names("#until", "until")
            .expression_attribute_values(":until", number(until));
        let holds = self.holds(request).await?;
        Ok(holds.then(|| Lease {
            until,
            ..lease.clone()
        }))
    }

    /// Gives `lease` back; it is no error when somebody else has taken it.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn give_back(&self, lease: &Lease) -> Result<(), MessagesError> {
        let request = self
            .update(lease)
            .update_expression("REMOVE #owner, #until")
            .condition_expression("#owner = :owner")
            .expression_attribute_names("#until", "until");
        self.holds(request).await.map(|_| ())
    }

    /// That nobody else has taken `lease`.
    pub(super) fn held(&self, lease: &Lease) -> Result<TransactWriteItem, MessagesError> {
        let held = ConditionCheck::builder()
            .table_name(&self.table)
            .set_key(Some(key(&pk(lease.shard), "lease")))
            .condition_expression("#owner = :owner")
            .expression_attribute_names("#owner", "owner")
            .expression_attribute_values(":owner", text(&lease.owner));
        Ok(check(held.build()?))
    }

    fn update(&self, lease: &Lease) -> UpdateItemFluentBuilder {
        self.client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key(&pk(lease.shard), "lease")))
            .expression_attribute_names("#owner", "owner")
            .expression_attribute_values(":owner", text(&lease.owner))
    }

    /// Sends an update; whether its condition holds. A claim that looks at the lease in the same moment is
    /// waited for.
    pub(super) async fn holds(
        &self,
        request: UpdateItemFluentBuilder,
    ) -> Result<bool, MessagesError> {
        for tries in 0..TRIES {
            let sent = request.clone().send().await;
            let error = match sent.map_err(failure("dynamodb:UpdateItem")) {
                Ok(_) => return Ok(true),
                Err(error) if error.condition_failed() => return Ok(false),
                Err(error) if error.code() == "TransactionConflictException" => error,
                Err(error) => return Err(error.into()),
            };
            tracing::debug!(code = error.code(), tries, "somebody else writes the item");
            pause(tries).await;
        }
        Err(self.busy("UpdateItem"))
    }
}

fn pk(shard: u32) -> String {
    format!("shard#{shard}")
}
