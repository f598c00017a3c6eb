//! Related items by metadata alone, what is popular a little preferred.
//!
//! ```text
//! w(a, b) = sim(a, b) · (0.9 + 0.1 · ln(1 + popularity(b)) / ln(1 + largest popularity))
//! ```
//!
//! `sim` is that of `content.rs`. Popularity decides between items that are about as alike, as
//! sizes or colours of one product are, and never makes up for what is not alike.

use crate::Options;
use crate::content::Content;
use crate::neighbours::Neighbours;
use crate::popularity::Popularity;

/// The part of a weight that popularity decides.
const POPULAR: f32 = 0.1;

/// Learns for every item which are like it.
pub(crate) fn learn(content: &Content, popularity: &Popularity, options: &Options) -> Neighbours {
    let most = popularity
        .order()
        .first()
        .map_or(0.0, |&item| popularity.score(item));
    let largest = most.max(f32::MIN_POSITIVE).ln_1p();
    let weigh = |_, other, similarity: f32| {
        let popular = popularity.score(other).ln_1p() / largest;
        similarity * (1.0 - POPULAR + POPULAR * popular)
    };
    content.neighbours(options.neighbours, |_| true, |_| true, weigh)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::training::Training;
    use crate::{CatalogueBuilder, Description, Error, InteractionsBuilder, Model, Recipe};

    #[test]
    fn popularity_decides_between_equals_only() {
        let mut builder = InteractionsBuilder::new();
        for (item, count) in [("red", 1), ("blue", 2), ("chair", 99), ("asked", 1)] {
            (0..count).for_each(|_| builder.push("u", item, 0, 1.0));
        }
        let data = builder.build();
        let mut builder = CatalogueBuilder::new();
        let texts = [
            ("red", "tea cup large"),
            ("blue", "tea cup large"),
            ("chair", "large chair"),
            ("asked", "tea cup"),
        ];
        for (item, text) in texts {
            let description = Description {
                texts: &[text],
                ..Description::default()
            };
            builder.push(item, &description);
        }
        let content = Content::of(&builder.build(), data.items());
        let popularity = Popularity::count(&Training::all(&data));
        let learned = learn(&content, &popularity, &Options::default());
        let found: Vec<u32> = learned.of(3).map(|(item, _)| item).collect();
        assert_eq!(found, [1, 0]);
        let refused = Model::train(Recipe::SemanticSimilarity, &data, &Options::default());
        assert_eq!(refused.err(), Some(Error::NoCatalogue));
    }
}
