//! What follows from feedback, in the table. All of it may be done twice.

use jiff::Timestamp;
use messages::{
    Channel, Consent, ConsentChange, Contact, MessagesError, MessagesTable, Suppressing,
    SuppressionReason, key,
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

/// An address that does not exist says nothing of what its person wants, and who refused already has no
/// consent that could end: their refusal stays as it is, so that START does not take it back.
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
    let contact = table.contact(&user).await?;
    let known = contact.and_then(|mut contact| contact.consents.remove(&suppress.channel));
    if !ends(known.as_ref(), suppress.reason) {
        return Ok(());
    }
    let change = ConsentChange {
        channel: suppress.channel,
        given: false,
        source: suppress.source.to_owned(),
        at: suppress.at,
    };
    table.set_consent(&user, &change).await.map(|_| ())
}

/// Whether there is anything to end. Of somebody of whom nothing is known a complaint is a refusal; a blocked
/// text is none, because START would make a consent of it.
fn ends(known: Option<&Consent>, reason: SuppressionReason) -> bool {
    match known {
        Some(known) => known.given,
        None => reason == SuppressionReason::Complaint,
    }
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
        && was_taken(&contact, &address)
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

/// Whether an opt-out took the consent of `contact`, whose number is still that of the key `address`: a
/// number that is somebody else's by now says nothing of them.
fn was_taken(contact: &Contact, address: &str) -> bool {
    let phone = contact.address(Channel::Sms);
    let is_theirs = phone.is_some_and(|phone| key::address(Channel::Sms, phone) == address);
    let consent = contact.consents.get(&Channel::Sms);
    is_theirs && consent.is_some_and(|consent| !consent.given && consent.source == BLOCKED)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn consent(given: bool, source: &str) -> Consent {
        Consent {
            given,
            source: source.to_owned(),
            at: 1,
        }
    }

    #[test]
    fn only_a_consent_ends() {
        use SuppressionReason::{Complaint, OptOut};
        let (given, refused) = (consent(true, "checkout"), consent(false, "preferences"));
        assert!(ends(Some(&given), OptOut) && ends(Some(&given), Complaint));
        assert!(!ends(Some(&refused), OptOut) && !ends(Some(&refused), Complaint));
        assert!(!ends(None, OptOut) && ends(None, Complaint));
    }

    #[test]
    fn start_gives_back_what_was_taken_to_whoever_has_the_number() {
        let contact = |source| Contact {
            phone: Some("+4930123456".to_owned()),
            consents: [(Channel::Sms, consent(false, source))].into(),
            ..Contact::default()
        };
        let (own, other) = ("+4930123456", "+4930999999");
        let taken = |source, phone| was_taken(&contact(source), &key::address(Channel::Sms, phone));
        assert!(taken(BLOCKED, own));
        assert!(!taken(BLOCKED, other), "another's by now");
        assert!(!taken("preferences", own), "refused otherwise");
        let nobody = Contact::default();
        assert!(!was_taken(&nobody, &key::address(Channel::Sms, own)));
    }
}
