//! Which items are alike by what they say of themselves: the cosine of TF-IDF vectors.
//!
//! ```text
//! idf(f)    = ln(1 + (N − items(f) + 1/2) / (items(f) + 1/2))
//! v(i, f)   = kind(f) · (1 + ln count(i, f)) · idf(f)     kind: 2 for a category, 1 for a word
//! sim(a, b) = v(a) · v(b) / (|v(a)| · |v(b)|)
//! ```
//!
//! Weights are those of Salton and Buckley, "Term-weighting approaches in automatic text retrieval"
//! (1988), with the idf of BM25 (Robertson and Zaragoza, 2009), in which what everybody says counts
//! next to nothing. Only the 32 heaviest features of an item count, so a long text does not drown a
//! category.
//!
//! Neighbours are found through an inverted index. A feature lists the 2,000 items that it weighs most
//! in, and an item follows its heaviest features, which are the rare ones, until it has met 10,000
//! entries: time is at most items × 10,000 additions, memory items × 32 entries, whatever they say.

use crate::Ids;
use crate::accumulator::Accumulator;
use crate::catalogue::{Catalogue, Feature};
use crate::neighbours::Neighbours;
use rayon::prelude::*;

/// A category is chosen with care, a word of a text comes along: it counts as many words.
const CATEGORY: f32 = 2.0;
/// Features kept per item.
const FEATURES: usize = 32;
/// Items listed per feature.
const LISTED: usize = 2_000;
/// Entries met per item that asks for neighbours.
const MET: usize = 10_000;
/// Less alike than this is not alike.
const LEAST: f32 = 0.05;

/// A feature and what it weighs.
type Weighed = (u32, f32);

/// Items of a vocabulary as vectors of length 1, the heaviest feature first; empty for items that
/// say nothing.
pub(crate) struct Content {
    vectors: Vec<Vec<Weighed>>,
    features: usize,
}

impl Content {
    /// Of the items of `vocabulary`; what the catalogue says of others is left out.
    pub(crate) fn of(catalogue: &Catalogue, vocabulary: &Ids) -> Self {
        let mut items = vec![0_u32; catalogue.features()];
        for item in 0..catalogue.items().len() as u32 {
            for feature in catalogue.of(item) {
                items[feature.number as usize] += 1;
            }
        }
        let all = catalogue.items().len() as f32;
        let idf = |feature: u32| {
            let say = items[feature as usize] as f32;
            ((all - say + 0.5) / (say + 0.5)).ln_1p()
        };
        let vectors = (0..vocabulary.len() as u32)
            .into_par_iter()
            .map(|item| match catalogue.items().get(vocabulary.name(item)) {
                Some(described) => vector(catalogue.of(described), idf),
                None => Vec::new(),
            })
            .collect();
        Self {
            vectors,
            features: catalogue.features(),
        }
    }

    /// Whether `item` says anything of itself.
    pub(crate) fn describes(&self, item: u32) -> bool {
        !self.vectors[item as usize].is_empty()
    }

    /// For every item that `asks` its `most` nearest among those that `may` be answers.
    /// `weigh(item, other, similarity)` has the last word.
    pub(crate) fn neighbours(
        &self,
        most: usize,
        asks: impl Fn(u32) -> bool + Sync,
        may: impl Fn(u32) -> bool,
        weigh: impl Fn(u32, u32, f32) -> f32 + Sync,
    ) -> Neighbours {
        let index = self.index(may);
        let fill = |item: u32, sums: &mut Accumulator| {
            if !asks(item) {
                return;
            }
            let mut met = 0;
            for &(feature, weight) in &self.vectors[item as usize] {
                let listed = &index[feature as usize];
                for &(other, others) in &listed[..listed.len().min(MET - met)] {
                    sums.add(other, weight * others);
                }
                met = MET.min(met + listed.len());
            }
        };
        let weigh = |item, other, similarity: f32| match item == other || similarity < LEAST {
            true => 0.0,
            false => weigh(item, other, similarity.min(1.0)),
        };
        Neighbours::build(self.vectors.len(), most, fill, weigh)
    }

    /// For every feature the items it weighs most in, the heaviest first.
    fn index(&self, may: impl Fn(u32) -> bool) -> Vec<Vec<Weighed>> {
        let mut index = vec![Vec::new(); self.features];
        for (item, vector) in (0..).zip(&self.vectors) {
            if may(item) {
                for &(feature, weight) in vector {
                    index[feature as usize].push((item, weight));
                }
            }
        }
        index
            .par_iter_mut()
            .for_each(|listed| heaviest(listed, LISTED));
        index
    }
}

fn vector(features: &[Feature], idf: impl Fn(u32) -> f32) -> Vec<Weighed> {
    let weigh = |one: &Feature| {
        let kind = if one.is_word { 1.0 } else { CATEGORY };
        let count = 1.0 + f32::from(one.count).ln();
        (one.number, kind * count * idf(one.number))
    };
    let mut vector = features.iter().map(weigh).collect();
    heaviest(&mut vector, FEATURES);
    normalise(&mut vector);
    vector
}

fn normalise(vector: &mut [Weighed]) {
    let square: f32 = vector.iter().map(|(_, weight)| weight * weight).sum();
    vector
        .iter_mut()
        .for_each(|(_, weight)| *weight /= square.sqrt());
}

/// Keeps the `most` heaviest, the heaviest first, of equals the lower number.
fn heaviest(all: &mut Vec<Weighed>, most: usize) {
    all.sort_unstable_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    all.truncate(most);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{CatalogueBuilder, Description};

    fn content(texts: &[&str]) -> Content {
        let mut builder = CatalogueBuilder::new();
        for (item, text) in texts.iter().enumerate() {
            let description = Description {
                categories: &[("KIND", "thing")],
                texts: &[text],
                ..Description::default()
            };
            builder.push(&item.to_string(), &description);
        }
        let catalogue = builder.build();
        Content::of(&catalogue, catalogue.items())
    }

    fn nearest(content: &Content, item: u32) -> Vec<(u32, f32)> {
        let all = content.neighbours(9, |_| true, |_| true, |_, _, similarity| similarity);
        all.of(item).collect()
    }

    #[test]
    fn rare_words_say_more_than_common_ones() {
        let content = content(&["fine green tea", "fine chair", "fine lamp", "tea pot green"]);
        let nearest = nearest(&content, 0);
        assert_eq!(nearest[0].0, 3, "{nearest:?}");
        assert!(nearest.iter().all(|&(item, _)| item != 0));
    }

    #[test]
    fn the_same_description_is_as_alike_as_can_be() {
        let content = content(&["green tea", "green tea", "chair"]);
        let (item, similarity) = nearest(&content, 0)[0];
        assert_eq!(item, 1);
        assert!((similarity - 1.0).abs() < 1e-4, "{similarity}");
    }

    #[test]
    fn only_those_who_ask_get_and_only_those_who_may_are_given() {
        let content = content(&["tea", "tea", "tea"]);
        let some = content.neighbours(9, |item| item == 0, |item| item == 2, |_, _, one| one);
        let given: Vec<u32> = some.of(0).map(|(item, _)| item).collect();
        assert_eq!((given, some.of(1).count()), (vec![2], 0));
    }

    #[test]
    fn an_item_that_says_nothing_is_like_nothing() {
        let mut builder = CatalogueBuilder::new();
        builder.push("silent", &Description::default());
        let catalogue = builder.build();
        let content = Content::of(&catalogue, &["silent", "unknown"].into_iter().collect());
        assert!(!content.describes(0) && !content.describes(1));
        assert_eq!(nearest(&content, 0), []);
    }
}
