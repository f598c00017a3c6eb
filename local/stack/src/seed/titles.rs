//! One title and one price for a product that a sales log names in many ways: the description
//! seen most often on lines of sale, and the median of what was paid.

use std::collections::{BTreeMap, HashMap};

use super::shop::Product;

/// What the sales of one product say about it.
#[derive(Debug)]
pub(super) struct Votes {
    titles: HashMap<String, u32>,
    /// Price in thousandths to the number of times it was asked.
    prices: BTreeMap<u64, u32>,
    first_sold: i64,
}

impl Votes {
    /// No vote yet.
    pub(super) fn new() -> Self {
        Self {
            titles: HashMap::new(),
            prices: BTreeMap::new(),
            first_sold: i64::MAX,
        }
    }

    /// Counts one line of sale.
    pub(super) fn sale(&mut self, description: &str, price: f64, time: i64) {
        if is_sane(description) {
            match self.titles.get_mut(description) {
                Some(votes) => *votes += 1,
                None => drop(self.titles.insert(description.to_owned(), 1)),
            }
        }
        *self
            .prices
            .entry((price * 1000.0).round() as u64)
            .or_default() += 1;
        self.first_sold = self.first_sold.min(time);
    }

    /// The product, when any description was sane.
    pub(super) fn product(&self, id: &str, currency: &str) -> Option<Product> {
        // Equally frequent ones: the longer says more, then the alphabet decides.
        let rank = |(title, votes): &(&String, &u32)| (**votes, title.len(), title.to_string());
        let (title, _) = self.titles.iter().max_by_key(rank)?;
        Some(Product {
            id: id.to_owned(),
            title: title.split_whitespace().collect::<Vec<_>>().join(" "),
            description: None,
            price: Some(self.median_price()),
            currency: Some(currency.to_owned()),
            category: None,
            available: true,
            created: Some(self.first_sold),
        })
    }

    /// The lower median, in the currency's unit.
    fn median_price(&self) -> f64 {
        let sales: u32 = self.prices.values().sum();
        let mut passed = 0;
        for (price, times) in &self.prices {
            passed += times;
            if passed * 2 >= sales {
                return *price as f64 / 1000.0;
            }
        }
        0.0
    }
}

/// Notes of the warehouse are no titles: `?`, `damages`, `Unknown`.
fn is_sane(description: &str) -> bool {
    let letters = description
        .chars()
        .filter(|character| character.is_alphabetic())
        .count();
    let note = [
        "unknown", "damaged", "damages", "check", "missing", "ebay", "amazon", "test",
    ];
    letters >= 3 && !note.contains(&description.trim().to_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_frequent_sane_description_and_the_median_price_win() {
        let mut votes = Votes::new();
        for (description, price) in [
            ("?", 1.0),
            ("?", 1.0),
            ("?", 9.0),
            ("RED  MUG ", 2.55),
            ("RED  MUG ", 2.55),
            ("Red mug, boxed", 2.55),
        ] {
            votes.sale(description, price, 100);
        }
        votes.sale("damages", 2.55, 50);
        let product = votes.product("1", "GBP").unwrap();
        assert_eq!(product.title, "RED MUG");
        assert!((product.price.unwrap() - 2.55).abs() < 1e-9);
        assert_eq!(product.created, Some(50));
    }

    #[test]
    fn without_a_sane_description_there_is_no_product() {
        let mut votes = Votes::new();
        votes.sale("Unknown", 1.0, 1);
        assert_eq!(votes.product("1", "GBP"), None);
    }
}
