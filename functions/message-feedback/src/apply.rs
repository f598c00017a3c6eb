//! What follows from feedback, in the table. All of it may be done twice.

use jiff::Timestamp;
use messages::{
    Channel, ConsentChange, MessagesError, MessagesTable, Suppressing, SuppressionReason, key,
};

use crate::{
    feedback::{Feedback, Suppress},
    text::BLOCKED,
};

/// Where a person agreed again.
const STARTED: &str = "sms-start";

/// Does what `feedback` asks for.
///
/// # Errors
/// When the table cannot be read or written; some of it may be done by then.
pub(crate) async fn apply(table: &MessagesTable, feedback: &Feedback) -> Result<(), MessagesError> {
    match feedback {
        Feedback::Nothing => Ok(()),
        Feedback::Suppress(suppress) => {
            for address in &suppress.addresses {
                table
                    .suppress(&Suppressing {
                        key: &key::address(suppress.channel, address),
                        reason: suppress.reason,
                        source: suppress.source,
                        at: suppress.at.as_second(),
                        person: suppress.person.as_deref(),
                    })
                    .await?;
            }
            end_consent(table, suppress).await
        }
        Feedback::OptIn { phone, at } => opt_in(table, phone, *at).await,
    }
}

/// An address that does not exist says nothing of what its person wants.
async fn end_consent(table: &MessagesTable, suppress: &Suppress) -> Result<(), MessagesError> {
    let Some(person) = &suppress.person else {
        return Ok(());
    };
    if suppress.reason == SuppressionReason::Bounce {
        return Ok(());
    }
    let Some(user) = table.user(person).await? else {
        return Ok(());
    };
    let change = ConsentChange {
        channel: suppress.channel,
        given: false,
        source: suppress.source.to_owned(),
        at: suppress.at,
    };
    table.set_consent(&user, &change).await.map(|_| ())
}

/// Gives back what an opt-out took, and nothing else: the consent first, because as long as the number is
/// suppressed this is done again if it breaks off.
async fn opt_in(table: &MessagesTable, phone: &str, at: Timestamp) -> Result<(), MessagesError> {
    let address = key::address(Channel::Sms, phone);
    let suppression = table.suppression(&address).await?;
    let Some(suppression) = suppression
        .filter(|known| known.reason == SuppressionReason::OptOut && known.at <= at.as_second())
    else {
        return Ok(());
    };
    if let Some(person) = suppression.person
        && let Some(user) = table.user(&person).await?
        && let Some(contact) = table.contact(&user).await?
        && let Some(consent) = contact.consents.get(&Channel::Sms)
        && !consent.given
        && consent.source == BLOCKED
    {
        let change = ConsentChange {
            channel: Channel::Sms,
            given: true,
            source: STARTED.to_owned(),
            at,
        };
        table.set_consent(&user, &change).await?;
    }
    let opted_out = Some(SuppressionReason::OptOut);
    table.unsuppress(&address, opted_out).await.map(|_| ())
}
