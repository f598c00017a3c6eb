//! What is known of people who may get a message.

use std::collections::{HashMap, HashSet};

use super::{Item, MessagesTable, person_pk};
use crate::{contact::Contact, error::MessagesError, key, sends::Sends};

/// What is known of a person.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Person {
    /// How to reach them.
    pub contact: Option<Contact>,
    /// What they got lately.
    pub sends: Sends,
}

impl MessagesTable {
    /// What is known of `users`, as it is now; of those who are unknown there is an empty [`Person`].
    ///
    /// # Errors
    /// When the table cannot be read or holds another shape.
    pub async fn people(&self, users: &[&str]) -> Result<HashMap<String, Person>, MessagesError> {
        let keys = users.iter().flat_map(|user| {
            let pk = person_pk(user);
            [(pk.clone(), "contact"), (pk, "sends")]
        });
        let mut people: HashMap<String, Person> = users
            .iter()
            .map(|user| ((*user).to_owned(), Person::default()))
            .collect();
        for item in self.fetch(keys.collect()).await? {
            let user = self.text("contact", &item, "pk")?.strip_prefix("person#");
            let Some(person) = user.and_then(|user| people.get_mut(user)) else {
                continue;
            };
            match self.text("contact", &item, "sk")? {
                "contact" => person.contact = Some(self.json("contact", &item, "contact")?),
                _ => person.sends = self.sends(&item)?,
            }
        }
        Ok(people)
    }

    /// Which of the address keys `keys` are suppressed now.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn suppressed(&self, keys: &[String]) -> Result<HashSet<String>, MessagesError> {
        let keys = keys
            .iter()
            .map(|key| (format!("suppressed#{key}"), "suppressed"));
        let mut suppressed = HashSet::new();
        for item in self.fetch(keys.collect()).await? {
            let pk = self.text("suppressed", &item, "pk")?;
            suppressed.extend(pk.strip_prefix("suppressed#").map(str::to_owned));
        }
        Ok(suppressed)
    }

    /// Whose key `person` is (see [`key::person`]), if they are a contact.
    ///
    /// # Errors
    /// When the table cannot be read or holds another shape.
    pub async fn user(&self, person: &str) -> Result<Option<String>, MessagesError> {
        let item = self.item(&format!("key#{person}"), "person").await?;
        let user = item.map(|item| self.text("person", &item, "user").map(str::to_owned));
        let user = user.transpose()?;
        Ok(user.filter(|user| key::person(user) == person))
    }

    fn sends(&self, item: &Item) -> Result<Sends, MessagesError> {
        let sends = Sends::from_text(self.text("sends", item, "recent")?);
        sends.ok_or_else(|| self.shape("sends"))
    }
}
