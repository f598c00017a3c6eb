//! What is remembered of one visitor.

use std::collections::{HashMap, HashSet};

use aws_sdk_dynamodb::types::AttributeValue;
use serde::{Deserialize, Serialize};

use super::purchase::Purchase;

/// What is remembered of a visitor.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Memory {
    /// Counts the events after which lists made before are stale.
    pub generation: u64,
    /// What they bought.
    pub purchases: Vec<Purchase>,
    /// Whether they agreed to be shown things by what they did; yes when they never said.
    pub personalization: Option<bool>,
    /// Epoch seconds of the last event after which lists made before are stale.
    pub updated_at: i64,
    /// Epoch seconds when a user who did nothing since is to be looked at, if they bought something.
    pub due_at: Option<i64>,
}

impl Memory {
    /// What is remembered of one visitor under two names. A change of either makes lists stale; who
    /// refused under either refused.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.generation += other.generation;
        self.purchases.extend(other.purchases);
        self.personalization = match (self.personalization, other.personalization) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (said, also_said) => said.or(also_said),
        };
        self.updated_at = self.updated_at.max(other.updated_at);
        self
    }

    /// The items they bought.
    #[must_use]
    pub fn bought(&self) -> HashSet<&str> {
        let purchases = self.purchases.iter();
        purchases.map(|one| one.item_id.as_str()).collect()
    }

    /// Whether their events may be used.
    #[must_use]
    pub fn agreed(&self) -> bool {
        self.personalization.unwrap_or(true)
    }

    /// The memory in an item of the table.
    ///
    /// # Errors
    /// When the item has another shape.
    pub fn from_item(item: HashMap<String, AttributeValue>) -> Result<Self, serde_dynamo::Error> {
        serde_dynamo::from_item(item)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_visitor_of_two_names_is_one() {
        let memory = |generation, bought: &[&str], personalization| Memory {
            generation,
            purchases: bought.iter().map(|&item| item.to_owned().into()).collect(),
            personalization,
            updated_at: 1,
            due_at: None,
        };
        let both = memory(2, &["a"], None).and(memory(3, &["a", "b"], Some(false)));
        assert_eq!((both.generation, both.agreed()), (5, false));
        assert_eq!(both.bought(), HashSet::from(["a", "b"]));
        assert!(
            memory(0, &[], Some(true))
                .and(memory(0, &[], None))
                .agreed()
        );
    }

    #[test]
    fn who_never_said_anything_agreed() {
        assert!(Memory::default().agreed());
        let item = HashMap::from([
            (
                "listKey".to_owned(),
                AttributeValue::S("visitor#user#u".into()),
            ),
            ("generation".to_owned(), AttributeValue::N("7".into())),
            ("personalization".to_owned(), AttributeValue::Bool(false)),
        ]);
        let memory = Memory::from_item(item).unwrap();
        assert_eq!((memory.generation, memory.agreed()), (7, false));
    }
}
