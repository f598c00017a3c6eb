//! What is kept of a request: a click in the event log, or that a consent ended.

use aws_config::SdkConfig;
use interactions::{EventLog, Line};
use jiff::Timestamp;
use messages::{Consent, ConsentChange, MessagesTable, links::Unsubscribe};
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
        let Some(at) = refused_at(known.as_ref(), at) else {
            return Ok(());
        };
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

/// When the refusal that somebody says `at` is written: never before the consent that it ends, which a clock
/// that is ahead may have put later than now. Of two at the same time the refusal holds. Nothing when it
/// ended before.
fn refused_at(known: Option<&Consent>, at: Timestamp) -> Option<Timestamp> {
    match known {
        None => Some(at),
        Some(known) if !known.given => None,
        Some(known) => Some(Timestamp::from_second(known.at).map_or(at, |known| known.max(at))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_never_before_the_consent_that_it_ends() {
        let now = Timestamp::from_second(100).unwrap();
        let known = |given, at| Consent {
            given,
            source: "import".to_owned(),
            at,
        };
        let of = |known: Option<Consent>| refused_at(known.as_ref(), now).map(Timestamp::as_second);
        assert_eq!(of(None), Some(100));
        assert_eq!(of(Some(known(true, 50))), Some(100));
        assert_eq!(of(Some(known(true, 250))), Some(250), "a clock was ahead");
        assert_eq!(of(Some(known(false, 50))), None);
    }
}
