//! Keeps what lines say, in the table: few calls for people who are new, one after the other for those who
//! are known, and all of it again without harm.

use std::collections::{BTreeMap, HashSet};

use futures::{StreamExt, TryStreamExt, stream};
use messages::{Contact, MessagesError, MessagesTable, Suppressing, SuppressionReason, key};

use super::Read;
use crate::{
    error::ContactsError,
    line::{Reason, Said},
};

/// People who are kept at the same time.
const AT_ONCE: usize = 16;
/// What suppresses the addresses of a line.
const SOURCE: &str = "import";

/// What became of a batch.
#[derive(Debug, Default)]
pub(super) struct Kept {
    /// People whose contact holds it now.
    pub(super) contacts: u64,
    /// Lines that were refused: number, text, reason.
    pub(super) refused: Vec<(u64, Vec<u8>, Reason)>,
}

/// Everything that the lines of a batch say of one person, in their order.
type Lines<'a> = Vec<(&'a Read, &'a Said)>;
type ByUser<'a> = BTreeMap<&'a str, Lines<'a>>;

/// Keeps `lines`; `at` is the time of their file, in epoch seconds.
///
/// # Errors
/// When the table does not answer: then some may be kept.
pub(super) async fn keep(
    table: &MessagesTable,
    lines: &[Read],
    at: i64,
) -> Result<Kept, ContactsError> {
    let mut kept = Kept::default();
    let mut people: ByUser<'_> = BTreeMap::new();
    for line in lines {
        match &line.said {
            Ok(said) => people.entry(&said.user).or_default().push((line, said)),
            Err(reason) => kept.refuse(line, reason),
        }
    }
    let users: Vec<&str> = people.keys().copied().collect();
    let known = table.people(&users).await?;
    let is_known = |user: &str| known.get(user).is_some_and(|one| one.contact.is_some());
    let (mut old, new): (Vec<_>, Vec<_>) = people.into_iter().partition(|(user, _)| is_known(user));
    old.extend(keep_new(table, new, at, &mut kept).await?);
    let changes = old.iter().map(|(user, said)| async move {
        let change = |contact: &mut Contact| tell(contact, said, at);
        Ok::<_, ContactsError>(match table.change_contact(user, change).await {
            Ok(_) => None,
            Err(MessagesError::Contact(error)) => Some((said, error.to_string())),
            Err(error) => return Err(error.into()),
        })
    });
    let mut changes = stream::iter(changes).buffer_unordered(AT_ONCE);
    while let Some(refused) = changes.try_next().await? {
        match refused {
            None => kept.contacts += 1,
            Some((said, reason)) => said.iter().for_each(|(line, _)| kept.refuse(line, &reason)),
        }
    }
    suppress(table, lines, at).await?;
    Ok(kept)
}

/// Keeps people who are new; gives those who may not be so any more: what they said meanwhile is to be asked
/// when they are told.
async fn keep_new<'a>(
    table: &MessagesTable,
    mut new: Vec<(&'a str, Lines<'a>)>,
    at: i64,
    kept: &mut Kept,
) -> Result<Vec<(&'a str, Lines<'a>)>, ContactsError> {
    let mut contacts = Vec::with_capacity(new.len());
    for (_, said) in &new {
        let mut contact = Contact::default();
        tell(&mut contact, said, at);
        match contact.check() {
            Ok(()) => contacts.push(contact),
            Err(error) => {
                let reason = error.to_string();
                said.iter().for_each(|(line, _)| kept.refuse(line, &reason));
            }
        }
    }
    let left = table.add_contacts(&contacts).await?;
    kept.contacts += u64::try_from(contacts.len() - left.len()).unwrap_or(u64::MAX);
    let left: HashSet<&str> = left.iter().map(|contact| contact.user.as_str()).collect();
    new.retain(|(user, _)| left.contains(user));
    Ok(new)
}

fn tell(contact: &mut Contact, said: &[(&Read, &Said)], at: i64) {
    for (_, said) in said {
        said.tell(contact);
    }
    contact.updated_at = contact.updated_at.max(at);
}

async fn suppress(table: &MessagesTable, lines: &[Read], at: i64) -> Result<(), ContactsError> {
    for said in lines.iter().filter_map(|line| line.said.as_ref().ok()) {
        let person = key::person(&said.user);
        for address in said.suppressed_keys() {
            let suppressing = Suppressing {
                key: &address,
                reason: SuppressionReason::Manual,
                source: SOURCE,
                at,
                person: Some(&person),
            };
            table.suppress(&suppressing).await?;
        }
    }
    Ok(())
}

impl Kept {
    fn refuse(&mut self, line: &Read, reason: &str) {
        self.refused
            .push((line.number, line.text.clone(), reason.to_owned()));
    }
}
