//! Addresses that nothing is sent to.

use serde::{Deserialize, Serialize};
use shared::aws::failure;

use super::{Item, MessagesTable, key, number, text};
use crate::error::MessagesError;

/// Why nothing is sent to an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SuppressionReason {
    /// It does not exist.
    Bounce,
    /// Who has it said that the messages are spam.
    Complaint,
    /// Who has it asked for no more.
    OptOut,
    /// Somebody of the shop said so.
    Manual,
}

impl SuppressionReason {
    /// All.
    pub const ALL: [Self; 4] = [Self::Bounce, Self::Complaint, Self::OptOut, Self::Manual];

    /// The name, as the table writes it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Bounce => "bounce",
            Self::Complaint => "complaint",
            Self::OptOut => "opt-out",
            Self::Manual => "manual",
        }
    }
}

/// An address is to be suppressed.
#[derive(Debug, Clone, Copy)]
pub struct Suppressing<'a> {
    /// The address's key, of [`key::address`](crate::key::address).
    pub key: &'a str,
    /// Why.
    pub reason: SuppressionReason,
    /// What said so: `ses`, `sms`, `console`.
    pub source: &'a str,
    /// Epoch seconds.
    pub at: i64,
    /// The key of the person whose consent it ended, when that is known.
    pub person: Option<&'a str>,
}

/// A suppressed address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suppression {
    /// Why.
    pub reason: SuppressionReason,
    /// What said so.
    pub source: String,
    /// Epoch seconds.
    pub at: i64,
    /// The key of the person whose consent it ended, when that is known.
    pub person: Option<String>,
}

impl MessagesTable {
    /// Suppresses an address. Only an opt-out, which whoever opted out may take back, is replaced by
    /// another reason; gives whether anything was written.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn suppress(&self, address: &Suppressing<'_>) -> Result<bool, MessagesError> {
        let mut item = key(&pk(address.key), "suppressed");
        item.insert("reason".to_owned(), text(address.reason.name()));
        item.insert("source".to_owned(), text(address.source));
        item.insert("at".to_owned(), number(address.at));
        if let Some(person) = address.person {
            item.insert("person".to_owned(), text(person));
        }
        // An opt-out that comes without the person after one with them would forget them.
        let replaceable =
            "(reason = :optOut AND (:reason <> :optOut OR attribute_not_exists(person)))";
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item))
            .condition_expression(format!("attribute_not_exists(pk) OR {replaceable}"))
            .expression_attribute_values(":optOut", text(SuppressionReason::OptOut.name()))
            .expression_attribute_values(":reason", text(address.reason.name()))
            .send()
            .await
            .map_err(failure("dynamodb:PutItem"));
        match put {
            Ok(_) => Ok(true),
            Err(error) if error.condition_failed() => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// The suppression of the address with `key`, as it is now.
    ///
    /// # Errors
    /// When the table cannot be read or holds another shape.
    pub async fn suppression(&self, key: &str) -> Result<Option<Suppression>, MessagesError> {
        let item = self.item(&pk(key), "suppressed").await?;
        item.map(|item| self.decoded(&item)).transpose()
    }

    /// Sends to the address with `key` again, if it is suppressed for `reason`, or for any when there is
    /// none; gives whether it was.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn unsuppress(
        &self,
        address: &str,
        reason: Option<SuppressionReason>,
    ) -> Result<bool, MessagesError> {
        let mut request = self
            .client
            .delete_item()
            .table_name(&self.table)
            .set_key(Some(key(&pk(address), "suppressed")));
        request = match reason {
            None => request.condition_expression("attribute_exists(pk)"),
            Some(reason) => request
                .condition_expression("reason = :reason")
                .expression_attribute_values(":reason", text(reason.name())),
        };
        match request.send().await.map_err(failure("dynamodb:DeleteItem")) {
            Ok(_) => Ok(true),
            Err(error) if error.condition_failed() => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    fn decoded(&self, item: &Item) -> Result<Suppression, MessagesError> {
        const KIND: &str = "suppressed";
        let reason = self.text(KIND, item, "reason")?;
        let mut reasons = SuppressionReason::ALL.into_iter();
        let reason = reasons.find(|one| one.name() == reason);
        Ok(Suppression {
            reason: reason.ok_or_else(|| self.shape(KIND))?,
            source: self.text(KIND, item, "source")?.to_owned(),
            at: self.number(KIND, item, "at")?,
            person: self.text(KIND, item, "person").ok().map(str::to_owned),
        })
    }
}

fn pk(key: &str) -> String {
    format!("suppressed#{key}")
}
