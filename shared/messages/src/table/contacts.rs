//! Contacts: kept one by one, or many at once.

use aws_sdk_dynamodb::types::{Put, TransactWriteItem};
use uuid::Uuid;

use super::{
    Item, MessagesTable, TRIES, consent::ConsentChange, json, key, number, pause, person_pk, text,
    transaction::Transacted,
};
use crate::{contact::Contact, error::MessagesError, key as keys};

/// The most operations of a transaction.
const MAX_OPERATIONS: usize = 100;

/// A contact in the table.
pub(super) struct Stored {
    pub(super) contact: Contact,
    /// Counts its changes.
    pub(super) revision: i64,
}

impl MessagesTable {
    /// The contact of `user`, as it is now.
    ///
    /// # Errors
    /// When the table cannot be read or holds another shape.
    pub async fn contact(&self, user: &str) -> Result<Option<Contact>, MessagesError> {
        Ok(self.stored(user).await?.map(|stored| stored.contact))
    }

    /// Keeps `contact` in place of what was known of them, but for consents: of those that the table has
    /// and those of `contact` the later ones hold, and those that are news are in the ledger of consents.
    /// What is known already is not written.
    ///
    /// # Errors
    /// When the contact is beyond its limits, or the table cannot be written.
    pub async fn save_contact(&self, contact: &Contact) -> Result<(), MessagesError> {
        let replace = |known: &mut Contact| {
            let consents = std::mem::take(&mut known.consents);
            known.clone_from(contact);
            for (channel, consent) in consents {
                known.hear(channel, consent);
            }
        };
        self.change_contact(&contact.user, replace)
            .await
            .map(|_| ())
    }

    /// Changes the contact of `user` by `change`, which may be called more than once; who is unknown
    /// begins as an empty contact. Consents that are older than what the table has are left out.
    /// Gives the contact as it is then.
    ///
    /// # Errors
    /// When the contact is beyond its limits, or the table cannot be written.
    pub async fn change_contact(
        &self,
        user: &str,
        mut change: impl FnMut(&mut Contact),
    ) -> Result<Contact, MessagesError> {
        for tries in 0..TRIES {
            let stored = self.stored(user).await?;
            let old = stored.as_ref().map(|stored| &stored.contact);
            let mut contact = old.cloned().unwrap_or_default();
            change(&mut contact);
            contact.user = user.to_owned();
            let ledger = news(old, &mut contact);
            contact.check()?;
            if ledger.is_empty() && old.is_some_and(|old| says_the_same(old, &contact)) {
                return Ok(contact);
            }
            if self.commit(stored.as_ref(), &contact, ledger).await? {
                return Ok(contact);
            }
            pause(tries).await;
        }
        Err(self.busy("a change of a contact"))
    }

    /// Keeps `contacts` of distinct users as [`save_contact`](Self::save_contact) does, with few calls.
    ///
    /// # Errors
    /// When a contact is beyond its limits, then nothing is written; or the table cannot be written, then
    /// some may be.
    pub async fn save_contacts(&self, contacts: &[Contact]) -> Result<(), MessagesError> {
        for contact in self.add_contacts(contacts).await? {
            self.save_contact(contact).await?;
        }
        Ok(())
    }

    /// Keeps those of `contacts`, of distinct users, who are unknown, with few calls. Gives those who were
    /// not kept: they are known, or one of those who were to be written with them is by now.
    ///
    /// # Errors
    /// As [`save_contacts`](Self::save_contacts).
    pub async fn add_contacts<'a>(
        &self,
        contacts: &'a [Contact],
    ) -> Result<Vec<&'a Contact>, MessagesError> {
        contacts.iter().try_for_each(Contact::check)?;
        let users: Vec<&str> = contacts
            .iter()
            .map(|contact| contact.user.as_str())
            .collect();
        let known = self.people(&users).await?;
        let mut left = Vec::new();
        let mut batch = Vec::new();
        let mut operations = Vec::new();
        for contact in contacts {
            let is_known = known
                .get(&contact.user)
                .is_some_and(|one| one.contact.is_some());
            if is_known {
                left.push(contact);
                continue;
            }
            let mut new = contact.clone();
            let ledger = news(None, &mut new);
            let more = self.operations(None, &new, &ledger)?;
            if operations.len() + more.len() > MAX_OPERATIONS {
                let contacts = std::mem::take(&mut batch);
                let operations = std::mem::take(&mut operations);
                left.extend(self.save_new(contacts, operations).await?);
            }
            batch.push(contact);
            operations.extend(more);
        }
        left.extend(self.save_new(batch, operations).await?);
        Ok(left)
    }

    /// Writes `operations`, which keep `contacts`, who were unknown; gives them back if one of them is not
    /// any more.
    async fn save_new<'a>(
        &self,
        contacts: Vec<&'a Contact>,
        operations: Vec<TransactWriteItem>,
    ) -> Result<Vec<&'a Contact>, MessagesError> {
        if contacts.is_empty() {
            return Ok(Vec::new());
        }
        let token = Uuid::new_v4().to_string();
        Ok(match self.transact(operations, &token).await? {
            Transacted::Done => Vec::new(),
            Transacted::Refused(_) => contacts,
        })
    }

    pub(super) async fn stored(&self, user: &str) -> Result<Option<Stored>, MessagesError> {
        let Some(item) = self.item(&person_pk(user), "contact").await? else {
            return Ok(None);
        };
        Ok(Some(Stored {
            contact: self.json("contact", &item, "contact")?,
            revision: self.number("contact", &item, "revision")?,
        }))
    }

    /// Writes `contact` in place of `stored`, and `ledger`; false when somebody else was quicker.
    pub(super) async fn commit(
        &self,
        stored: Option<&Stored>,
        contact: &Contact,
        mut ledger: Vec<ConsentChange>,
    ) -> Result<bool, MessagesError> {
        let revision = stored.map(|stored| stored.revision);
        for _ in 0..TRIES {
            let operations = self.operations(revision, contact, &ledger)?;
            let changes = operations.len() - ledger.len();
            let token = Uuid::new_v4().to_string();
            match self.transact(operations, &token).await? {
                Transacted::Done => return Ok(true),
                Transacted::Refused(places) if places.iter().any(|&place| place < changes) => {
                    return Ok(false);
                }
                Transacted::Refused(places) => {
                    let taken = places.into_iter().map(|place| place - changes);
                    self.make_room(&contact.user, &mut ledger, taken).await?;
                }
            }
        }
        Err(self.busy("a change of a contact"))
    }

    fn operations(
        &self,
        revision: Option<i64>,
        contact: &Contact,
        ledger: &[ConsentChange],
    ) -> Result<Vec<TransactWriteItem>, MessagesError> {
        let mut item = key(&person_pk(&contact.user), "contact");
        item.insert("contact".to_owned(), json(contact));
        let next = revision.unwrap_or_default() + 1;
        item.insert("revision".to_owned(), number(next));
        let mut operations = match revision {
            None => vec![self.put_new(item)?, self.put(person(&contact.user))?],
            Some(revision) => {
                let put = Put::builder()
                    .table_name(&self.table)
                    .set_item(Some(item))
                    .condition_expression("revision = :revision")
                    .expression_attribute_values(":revision", number(revision));
                vec![TransactWriteItem::builder().put(put.build()?).build()]
            }
        };
        for change in ledger {
            operations.push(self.put_new(change.item(&contact.user))?);
        }
        Ok(operations)
    }
}

/// By which a person's key leads to them.
fn person(user: &str) -> Item {
    let mut item = key(&format!("key#{}", keys::person(user)), "person");
    item.insert("user".to_owned(), text(user));
    item
}

/// What `contact` says of consents that is news to `old`; what is not is set back in it.
fn news(old: Option<&Contact>, contact: &mut Contact) -> Vec<ConsentChange> {
    let said = std::mem::take(&mut contact.consents);
    contact.consents = old.map(|old| old.consents.clone()).unwrap_or_default();
    let mut news = Vec::new();
    for (channel, consent) in said {
        if contact.hear(channel, consent.clone()) {
            news.push(ConsentChange::of(channel, &consent));
        }
    }
    news
}

/// Whether two contacts differ in when they were written alone.
fn says_the_same(old: &Contact, new: &Contact) -> bool {
    let mut old = old.clone();
    old.updated_at = new.updated_at;
    old == *new
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Channel, Consent};

    fn contact(given: bool, at: i64) -> Contact {
        let consent = Consent {
            given,
            source: "test".to_owned(),
            at,
        };
        Contact {
            user: "u".to_owned(),
            consents: [(Channel::Email, consent)].into(),
            ..Contact::default()
        }
    }

    #[test]
    fn an_older_consent_never_replaces_a_newer_one() {
        let old = contact(false, 9);
        let mut new = contact(true, 8);
        assert_eq!(news(Some(&old), &mut new), []);
        assert_eq!(new, old);
        let mut new = contact(true, 10);
        let news = news(Some(&old), &mut new);
        assert_eq!(news.len(), 1);
        assert!(news[0].given && new.agreed(Channel::Email));
    }

    #[test]
    fn writing_the_same_again_is_no_change() {
        let (old, mut new) = (contact(true, 1), contact(true, 1));
        new.updated_at = 99;
        assert!(news(Some(&old), &mut new).is_empty() && says_the_same(&old, &new));
        new.email = Some("a@shop.example".to_owned());
        assert!(!says_the_same(&old, &new));
    }
}
