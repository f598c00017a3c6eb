//! What is known of items besides who used them: categories, text, when they came to be.
//!
//! Text is cut into words when it is pushed and not kept, so a catalogue costs 12 bytes for each
//! different word or category of an item.

use crate::{Ids, tokens};
use std::collections::BTreeMap;

/// Characters of text that are read per item; Personalize's limit for a textual field.
const MOST_TEXT: usize = 20_000;
/// Different words and categories kept per item.
const MOST_FEATURES: usize = 512;
/// Bytes of a category that are compared; Personalize allows 1,000 characters for all of a field.
const LONGEST_CATEGORY: usize = 1_000;

/// How an item describes itself.
#[derive(Debug, Clone, Copy, Default)]
pub struct Description<'a> {
    /// Names of fields and their values; several values of one field have `|` between them.
    pub categories: &'a [(&'a str, &'a str)],
    /// Prose, in any language.
    pub texts: &'a [&'a str],
    /// When the item came to be, in seconds since 1970; `None` when nobody knows.
    pub created: Option<i64>,
}

/// A word or category of an item.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Feature {
    pub(crate) number: u32,
    /// How often the item says it.
    pub(crate) count: u16,
    pub(crate) is_word: bool,
}

#[derive(Debug, Clone, Default)]
struct Row {
    features: Vec<Feature>,
    created: Option<i64>,
}

/// Items and what they say of themselves. The default knows none.
#[derive(Debug, Clone, Default)]
pub struct Catalogue {
    items: Ids,
    rows: Vec<Row>,
    features: usize,
}

impl Catalogue {
    /// The items, in the order first pushed.
    #[must_use]
    pub fn items(&self) -> &Ids {
        &self.items
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// How many different words and categories there are.
    pub(crate) fn features(&self) -> usize {
        self.features
    }

    /// The words and categories of the item with this number, each once.
    pub(crate) fn of(&self, item: u32) -> &[Feature] {
        &self.rows[item as usize].features
    }

    pub(crate) fn created(&self, item: u32) -> Option<i64> {
        self.rows[item as usize].created
    }
}

/// Takes descriptions in any order.
#[derive(Debug, Default)]
pub struct CatalogueBuilder {
    catalogue: Catalogue,
    words: Ids,
    categories: Ids,
}

impl CatalogueBuilder {
    /// An empty builder.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Describes `item`; a later description takes the place of an earlier one. Of texts the first
    /// 20,000 characters are read, of words and categories 512 different ones are kept.
    pub fn push(&mut self, item: &str, description: &Description<'_>) {
        let row = Row {
            features: self.features(description),
            created: description.created,
        };
        let number = self.catalogue.items.intern(item) as usize;
        match self.catalogue.rows.get_mut(number) {
            Some(known) => *known = row,
            None => self.catalogue.rows.push(row),
        }
    }

    fn features(&mut self, description: &Description<'_>) -> Vec<Feature> {
        // Words get even numbers and categories odd ones: neither needs to know how many the other has.
        let mut counts: BTreeMap<u32, u16> = BTreeMap::new();
        let mut count = |number| {
            if counts.len() < MOST_FEATURES || counts.contains_key(&number) {
                let count = counts.entry(number).or_default();
                *count = count.saturating_add(1);
            }
        };
        for (field, values) in description.categories {
            for value in values.split('|').map(str::trim) {
                if !value.is_empty() && value.len() <= LONGEST_CATEGORY {
                    let name = format!("{field}\n{}", value.to_lowercase());
                    count(self.categories.intern(&name) * 2 + 1);
                }
            }
        }
        let mut left = MOST_TEXT;
        for text in description.texts {
            tokens::words(text, left, |word| count(self.words.intern(word) * 2));
            left = left.saturating_sub(text.chars().count());
        }
        let feature = |(number, count)| Feature {
            number,
            count,
            is_word: number % 2 == 0,
        };
        counts.into_iter().map(feature).collect()
    }

    /// What was pushed.
    #[must_use]
    pub fn build(mut self) -> Catalogue {
        self.catalogue.features = 2 * self.words.len().max(self.categories.len());
        self.catalogue
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn catalogue(descriptions: &[Description<'_>]) -> Catalogue {
        let mut builder = CatalogueBuilder::new();
        for (item, description) in descriptions.iter().enumerate() {
            builder.push(&item.to_string(), description);
        }
        builder.build()
    }

    #[test]
    fn categories_are_split_and_belong_to_their_field() {
        let catalogue = catalogue(&[
            Description {
                categories: &[("COLOUR", "Red | blue|"), ("STYLE", "red")],
                ..Description::default()
            },
            Description {
                categories: &[("COLOUR", "red")],
                ..Description::default()
            },
        ]);
        assert_eq!(catalogue.of(0).len(), 3);
        assert_eq!(catalogue.of(1), [catalogue.of(0)[0]]);
    }

    #[test]
    fn words_are_counted_and_the_last_description_counts() {
        let mut builder = CatalogueBuilder::new();
        for text in ["gone", "Tea tea time"] {
            let description = Description {
                texts: &[text],
                created: Some(7),
                ..Description::default()
            };
            builder.push("a", &description);
        }
        let catalogue = builder.build();
        let counts: Vec<u16> = catalogue.of(0).iter().map(|one| one.count).collect();
        assert_eq!((counts, catalogue.items().len()), (vec![2, 1], 1));
        assert_eq!(catalogue.created(0), Some(7));
    }

    #[test]
    fn what_one_item_may_say_is_limited() {
        let long: Vec<String> = (0..9_999).map(|word| word.to_string()).collect();
        let description = Description {
            texts: &[&long.join(" ")],
            ..Description::default()
        };
        assert_eq!(catalogue(&[description]).of(0).len(), MOST_FEATURES);
    }
}
