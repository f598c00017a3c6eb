//! Writing several items together, or none of them.

use aws_sdk_dynamodb::{
    operation::transact_write_items::TransactWriteItemsError,
    types::{CancellationReason, ConditionCheck, Put, TransactWriteItem, Update},
};
use shared::aws::failure;

use super::{Item, MessagesTable, TRIES, pause};
use crate::error::MessagesError;

/// What became of a transaction.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Transacted {
    /// All is written.
    Done,
    /// Nothing is, because the conditions of the operations at these places do not hold.
    Refused(Vec<usize>),
}

impl MessagesTable {
    /// Writes `operations`, at most 100, together. `token` has at most 36 characters; it is the same when
    /// the same is tried again, and then DynamoDB does it once.
    ///
    /// Others who write the same items at the same time, and a table that is throttled, are waited for.
    pub(super) async fn transact(
        &self,
        operations: Vec<TransactWriteItem>,
        token: &str,
    ) -> Result<Transacted, MessagesError> {
        for tries in 0..TRIES {
            let sent = self
                .client
                .transact_write_items()
                .set_transact_items(Some(operations.clone()))
                .client_request_token(token)
                .send()
                .await;
            let error = match sent {
                Ok(_) => return Ok(Transacted::Done),
                Err(error) => error,
            };
            match error.as_service_error().and_then(reasons) {
                Some(reasons) => {
                    let refused = places(reasons, "ConditionalCheckFailed");
                    if !refused.is_empty() {
                        return Ok(Transacted::Refused(refused));
                    }
                    if !reasons.iter().any(may_pass) {
                        return Err(failure("dynamodb:TransactWriteItems")(error).into());
                    }
                }
                None if is_under_way(error.as_service_error()) => {}
                None => return Err(failure("dynamodb:TransactWriteItems")(error).into()),
            }
            pause(tries).await;
        }
        Err(self.busy("a transaction"))
    }

    /// Puts `item`, under no condition.
    pub(super) fn put(&self, item: Item) -> Result<TransactWriteItem, MessagesError> {
        let put = Put::builder().table_name(&self.table).set_item(Some(item));
        Ok(TransactWriteItem::builder().put(put.build()?).build())
    }

    /// Puts `item` where there is none.
    pub(super) fn put_new(&self, item: Item) -> Result<TransactWriteItem, MessagesError> {
        let put = Put::builder()
            .table_name(&self.table)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(pk)");
        Ok(TransactWriteItem::builder().put(put.build()?).build())
    }
}

/// An operation that changes nothing.
pub(super) fn check(check: ConditionCheck) -> TransactWriteItem {
    TransactWriteItem::builder().condition_check(check).build()
}

/// An operation that changes an item.
pub(super) fn update(update: Update) -> TransactWriteItem {
    TransactWriteItem::builder().update(update).build()
}

fn reasons(error: &TransactWriteItemsError) -> Option<&[CancellationReason]> {
    match error {
        TransactWriteItemsError::TransactionCanceledException(canceled) => {
            Some(canceled.cancellation_reasons())
        }
        _ => None,
    }
}

/// Whether the same transaction, sent before, is not over yet.
fn is_under_way(error: Option<&TransactWriteItemsError>) -> bool {
    error.is_some_and(TransactWriteItemsError::is_transaction_in_progress_exception)
}

fn places(reasons: &[CancellationReason], code: &str) -> Vec<usize> {
    let with_code = reasons
        .iter()
        .enumerate()
        .filter(|(_, reason)| reason.code() == Some(code));
    with_code.map(|(place, _)| place).collect()
}

fn may_pass(reason: &CancellationReason) -> bool {
    matches!(
        reason.code(),
        Some("TransactionConflict" | "ThrottlingError" | "ProvisionedThroughputExceeded")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_at_the_places_of_the_operations() {
        let reason = |code: &str| CancellationReason::builder().code(code).build();
        let reasons = ["None", "ConditionalCheckFailed", "TransactionConflict"].map(reason);
        assert_eq!(places(&reasons, "ConditionalCheckFailed"), [1]);
        assert!(may_pass(&reasons[2]) && !may_pass(&reasons[0]) && !may_pass(&reasons[1]));
    }
}
