//! What is kept of a request: a click in the event log, or that a consent ended.

use aws_config::SdkConfig;
use interactions::{EventLog, Line};
use jiff::Timestamp;
use messages::{ConsentChange, MessagesTable, links::Unsubscribe};
use shared::{
    direct::{Access, Bucket},
    environment::{self, MissingVariable},
};

use crate::error::LinksError;

/// Keeps it.
pub(crate) trait Keeper {
    /// Writes a click.
    async fn clicked(&self, line: Line, at: Timestamp) -> Result<(), LinksError>;
    /// The token of a short link; none when there is none.
    async fn lengthen(&self, name: &str) -> Result<Option<String>, LinksError>;
    /// Writes that a consent ended, where somebody said so at `source`.
    async fn unsubscribed(
        &self,
        unsubscribe: &Unsubscribe,
        source: &str,
        at: Timestamp,
    ) -> Result<(), LinksError>;
}

/// S3 and DynamoDB.
#[derive(Debug)]
pub(crate) struct Aws {
    log: EventLog,
    table: MessagesTable,
}

impl Aws {
    /// Where the environment says.
    ///
    /// # Errors
    /// When a variable is missing.
    pub(crate) fn from_environment(sdk: &SdkConfig) -> Result<Self, MissingVariable> {
        let bucket = environment::required("DATA_BUCKET")?;
        let table = environment::required("MESSAGES_TABLE")?;
        Ok(Self {
            log: EventLog::new(Bucket::new(&Access::new(sdk), bucket)),
            table: MessagesTable::new(aws_sdk_dynamodb::Client::new(sdk), table),
        })
    }
}

impl Keeper for Aws {
    async fn clicked(&self, line: Line, at: Timestamp) -> Result<(), LinksError> {
        self.log.append(&[line], at).await?;
        Ok(())
    }

    async fn lengthen(&self, name: &str) -> Result<Option<String>, LinksError> {
        Ok(self.table.lengthen(name).await?)
    }

    /// Who ended it before has nothing to say again: a link that is asked for again and again writes
    /// nothing.
    async fn unsubscribed(
        &self,
        unsubscribe: &Unsubscribe,
        source: &str,
        at: Timestamp,
    ) -> Result<(), LinksError> {
        let Unsubscribe { user, channel, .. } = unsubscribe;
        let contact = self.table.contact(user).await?;
        let known = contact.and_then(|mut contact| contact.consents.remove(channel));
        if known.is_some_and(|known| !known.given) {
            return Ok(());
        }
        let change = ConsentChange {
            channel: *channel,
            given: false,
            source: source.to_owned(),
            at,
        };
        self.table.set_consent(user, &change).await?;
        Ok(())
    }
}
