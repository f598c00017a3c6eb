//! Interned ids: each distinct string once, numbered from 0 in the order first seen.
//!
//! All text lies in one buffer and the look-up table holds numbers only, so an id costs its own
//! bytes and about 14 more. Not an ordered set: numbers say nothing about the alphabet.

use hashbrown::HashTable;
use rustc_hash::FxBuildHasher;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser::SerializeSeq};
use std::fmt;
use std::hash::BuildHasher;

/// A set of strings, each with a dense number.
#[derive(Clone, Default)]
pub struct Ids {
    text: String,
    /// Where each id ends in `text`; it begins where the one before ends.
    ends: Vec<usize>,
    numbers: HashTable<u32>,
}

impl Ids {
    /// An empty set.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The number of `id`, given now if it is new.
    pub fn intern(&mut self, id: &str) -> u32 {
        let Self {
            text,
            ends,
            numbers,
        } = self;
        let next = ends.len() as u32;
        let entry = numbers.entry(
            hash(id),
            |&number| slice(text, ends, number) == id,
            |&number| hash(slice(text, ends, number)),
        );
        let number = *entry.or_insert(next).get();
        if number == next {
            text.push_str(id);
            ends.push(text.len());
        }
        number
    }

    /// The number of `id`, or `None` when it was never seen.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<u32> {
        self.numbers
            .find(hash(id), |&number| self.name(number) == id)
            .copied()
    }

    /// The id with this number.
    ///
    /// # Panics
    /// When `number` is not below [`len`](Self::len).
    #[must_use]
    pub fn name(&self, number: u32) -> &str {
        slice(&self.text, &self.ends, number)
    }

    /// How many distinct ids there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// All ids in the order of their numbers.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &str> {
        (0..self.ends.len()).map(|number| self.name(number as u32))
    }
}

fn slice<'a>(text: &'a str, ends: &[usize], number: u32) -> &'a str {
    let number = number as usize;
    let start = if number == 0 { 0 } else { ends[number - 1] };
    &text[start..ends[number]]
}

fn hash(id: &str) -> u64 {
    FxBuildHasher.hash_one(id)
}

impl fmt::Debug for Ids {
    /// The count only: ids can be personal.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ids")
            .field("len", &self.len())
            .finish_non_exhaustive()
    }
}

impl<S: AsRef<str>> FromIterator<S> for Ids {
    fn from_iter<I: IntoIterator<Item = S>>(ids: I) -> Self {
        let mut set = Self::new();
        for id in ids {
            set.intern(id.as_ref());
        }
        set
    }
}

impl Serialize for Ids {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut names = serializer.serialize_seq(Some(self.len()))?;
        for name in self.iter() {
            names.serialize_element(name)?;
        }
        names.end()
    }
}

impl<'de> Deserialize<'de> for Ids {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(Names)
    }
}

/// Reads names one by one, so that no list of strings is ever held.
struct Names;

impl<'de> de::Visitor<'de> for Names {
    type Value = Ids;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of distinct ids")
    }

    fn visit_seq<A: de::SeqAccess<'de>>(self, mut names: A) -> Result<Ids, A::Error> {
        let mut ids = Ids::new();
        while let Some(name) = names.next_element::<std::borrow::Cow<'de, str>>()? {
            let expected = ids.len() as u32;
            if ids.intern(&name) != expected {
                return Err(de::Error::custom("an id is there twice"));
            }
        }
        Ok(ids)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_follow_first_sight_and_names_come_back() {
        let mut ids = Ids::new();
        assert_eq!(
            [
                ids.intern("b"),
                ids.intern(""),
                ids.intern("b"),
                ids.intern("ä")
            ],
            [0, 1, 0, 2]
        );
        assert_eq!(ids.iter().collect::<Vec<_>>(), ["b", "", "ä"]);
        assert_eq!(ids.get("ä"), Some(2));
        assert_eq!(ids.get("c"), None);
    }

    #[test]
    fn look_up_survives_growth_and_serialisation() {
        let ids: Ids = (0..10_000).map(|n| format!("id-{n}")).collect();
        let bytes = postcard::to_allocvec(&ids).unwrap();
        let read: Ids = postcard::from_bytes(&bytes).unwrap();
        assert_eq!(read.len(), 10_000);
        assert!((0..10_000).all(|n| read.get(&format!("id-{n}")) == Some(n)));
    }

    #[test]
    fn a_doubled_id_in_the_bytes_is_refused() {
        let bytes = postcard::to_allocvec(&["a", "b", "a"].as_slice()).unwrap();
        assert!(postcard::from_bytes::<Ids>(&bytes).is_err());
    }

    #[test]
    fn debug_shows_no_id() {
        let ids: Ids = ["someone@example.com"].into_iter().collect();
        assert!(!format!("{ids:?}").contains("someone"));
    }
}
