//! Items that nobody used yet, known by what they say of themselves.
//!
//! A cold item is worth what the warm items like it are worth, at a discount:
//!
//! ```text
//! say(w)   = score(w), and at least largest score / (1 + place) for what was used or asked last
//! score(c) = 1/2 · newness(c) · Σ_w sim(c, w) · say(w) / (Σ_w sim(c, w) + 1/2)   over 20 warm items w like c
//! newness  = 1/2 + 1/2 · 2^(−age / 30 days)        1 when nobody knows the age
//! ```
//!
//! The half in the divisor keeps a slight likeness from counting as a full one. Old items that are
//! still cold had their chance. 30 days is how long Personalize calls an item new
//! (`explorationItemAgeCutOff`). An answer looks at the hundred best warm items, and every warm item
//! speaks for at most 50 cold ones, so this costs an answer at most 5,000 additions.

use crate::accumulator::Accumulator;
use crate::catalogue::Catalogue;
use crate::content::Content;
use crate::neighbours::Neighbours;
use crate::popularity::Popularity;
use crate::{Ids, Scored};
use serde::{Deserialize, Serialize};

/// What a cold item is worth of what its like are worth.
const DISCOUNT: f32 = 0.5;
/// Added to the similarities that a mean is divided by.
const DOUBT: f32 = 0.5;
/// Warm items that a cold one is compared with.
const LIKE: usize = 20;
/// Cold items that a warm one speaks for.
const SPOKEN_FOR: usize = 50;
/// Warm items of an answer that speak.
const SPEAKERS: usize = 100;
/// In seconds.
const HALF_LIFE: f32 = 30.0 * 86_400.0;

/// Cold items and the warm ones like them. The default knows none.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Cold {
    /// For a cold item the warm ones like it, by similarity.
    like: Neighbours,
    /// For a warm item the cold ones it speaks for, by what they get of its score.
    spoken_for: Neighbours,
}

impl Default for Cold {
    fn default() -> Self {
        Self {
            like: Neighbours::none(),
            spoken_for: Neighbours::none(),
        }
    }
}

impl Cold {
    /// Finds the warm items like each cold one: those that `popularity` knows.
    pub(crate) fn learn(
        content: &Content,
        catalogue: &Catalogue,
        items: &Ids,
        popularity: &Popularity,
    ) -> Self {
        let warm = |item| popularity.score(item) > 0.0;
        let cold = |item| !warm(item) && content.describes(item);
        if !(0..items.len() as u32).any(cold) {
            return Self::default();
        }
        let like = content.neighbours(LIKE, cold, warm, |_, _, similarity| similarity);
        let newness = newness(catalogue, items);
        let mut heard = vec![Vec::new(); items.len()];
        for item in (0..items.len() as u32).filter(|&item| cold(item)) {
            let all: f32 = like.of(item).map(|(_, similarity)| similarity).sum();
            let share = DISCOUNT * newness[item as usize] / (all + DOUBT);
            for (speaker, similarity) in like.of(item) {
                heard[speaker as usize].push((item, similarity * share));
            }
        }
        let fill = |item: u32, sums: &mut Accumulator| {
            for &(cold, share) in &heard[item as usize] {
                sums.add(cold, share);
            }
        };
        let spoken_for = Neighbours::build(items.len(), SPOKEN_FOR, fill, |_, _, share| share);
        Self { like, spoken_for }
    }

    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.like.fits(0)
    }

    /// Warm items like a cold one, by similarity; none for a warm item.
    pub(crate) fn like(&self, item: u32) -> impl Iterator<Item = (u32, f32)> {
        self.like.of(item)
    }

    /// Gives cold items their scores when warm ones have theirs. `latest` is what was used or asked,
    /// the last first.
    pub(crate) fn score(&self, latest: impl Iterator<Item = u32>, scores: &mut Accumulator) {
        let mut speakers: Vec<Scored> = scores
            .sums()
            .map(|(item, score)| Scored { item, score })
            .collect();
        if speakers.len() > SPEAKERS {
            speakers.select_nth_unstable_by(SPEAKERS, Scored::best_first);
            speakers.truncate(SPEAKERS);
        }
        let largest = match scores.largest() {
            0.0 => 1.0,
            largest => largest,
        };
        for (place, item) in latest.enumerate() {
            let least = largest / (1.0 + place as f32);
            match speakers.iter_mut().find(|speaker| speaker.item == item) {
                Some(speaker) => speaker.score = speaker.score.max(least),
                None => speakers.push(Scored { item, score: least }),
            }
        }
        for speaker in speakers {
            for (cold, share) in self.spoken_for.of(speaker.item) {
                scores.add(cold, share * speaker.score);
            }
        }
    }

    /// Whether all numbers fit together, for a vocabulary of `items` items.
    pub(crate) fn fits(&self, items: usize) -> bool {
        [&self.like, &self.spoken_for]
            .into_iter()
            .all(|all| all.fits(if self.is_empty() { 0 } else { items }))
    }
}

/// By item, ages being counted from the newest.
fn newness(catalogue: &Catalogue, items: &Ids) -> Vec<f32> {
    let created = |name| {
        let item = catalogue.items().get(name)?;
        catalogue.created(item)
    };
    let newest = items.iter().filter_map(created).max().unwrap_or_default();
    let of = |created: Option<i64>| {
        let age = created.map_or(0, |created| newest.saturating_sub(created));
        0.5 + 0.5 * (-(age as f32) / HALF_LIFE).exp2()
    };
    items.iter().map(|name| of(created(name))).collect()
}

#[cfg(test)]
mod tests {
    use crate::{
        Catalogue, CatalogueBuilder, Description, Event, Interactions, InteractionsBuilder, Model,
        Options, Query, Recipe,
    };

    /// Users 0 to 19 drink, the others sit; nobody knows the last three items.
    fn shop() -> (Interactions, Catalogue) {
        let mut builder = InteractionsBuilder::new();
        for user in 0..40 {
            for time in 0..3 {
                let kind = ["tea", "chair"][usize::from(user >= 20)];
                let item = format!("{kind}-{}", (user + time) % 4);
                builder.push(&user.to_string(), &item, i64::from(time), 1.0);
            }
        }
        let mut catalogue = CatalogueBuilder::new();
        let mut push = |item: &str, text, created| {
            let description = Description {
                categories: &[("SHOP", "ours")],
                texts: &[text],
                created: Some(created),
            };
            catalogue.push(item, &description);
        };
        for number in 0..4 {
            push(&format!("tea-{number}"), "green leaves to drink", 0);
            push(&format!("chair-{number}"), "oak legs to sit", 0);
        }
        push("new-tea", "black leaves to drink", 31_536_000);
        push("old-tea", "black leaves to drink", 0);
        push("new-chair", "pine legs to sit", 31_536_000);
        (builder.build(), catalogue.build())
    }

    /// The names of the answer with these items asked about or in the history.
    fn answer(model: &Model, name: &str) -> Vec<String> {
        let item = model.items().get(name).unwrap();
        let event = Event {
            item,
            timestamp: 9,
            weight: 1.0,
        };
        let query = Query {
            history: &[event],
            item: Some(item),
            now: 10,
            limit: 6,
        };
        let scored = model.recommend(&query, |_| true);
        assert!(scored.is_sorted_by(|a, b| a.score >= b.score));
        scored
            .iter()
            .map(|one| model.items().name(one.item).to_owned())
            .collect()
    }

    fn place(answer: &[String], name: &str) -> Option<usize> {
        answer.iter().position(|item| item == name)
    }

    #[test]
    fn a_new_item_comes_to_those_who_like_its_like() {
        let (data, catalogue) = shop();
        for recipe in [Recipe::UserPersonalization, Recipe::SimilarItems] {
            let options = Options::default();
            let model = Model::train_with(recipe, &data, &catalogue, &options).unwrap();
            let found = answer(&model, "tea-0");
            let new = place(&found, "new-tea").expect("a new tea for a drinker");
            assert!(
                place(&found, "old-tea").is_none_or(|old| new < old),
                "{found:?}"
            );
            assert_eq!(place(&found, "new-chair"), None, "{found:?}");
            assert!(place(&answer(&model, "chair-0"), "new-chair").is_some());
        }
    }

    #[test]
    fn given_items_are_ordered_by_what_they_are_like() {
        let (data, catalogue) = shop();
        let options = Options::default();
        let recipe = Recipe::PersonalizedRanking;
        let model = Model::train_with(recipe, &data, &catalogue, &options).unwrap();
        let number = |name| model.items().get(name).unwrap();
        let event = Event {
            item: number("chair-1"),
            timestamp: 9,
            weight: 1.0,
        };
        let query = Query {
            history: &[event],
            item: None,
            now: 10,
            limit: 0,
        };
        let ranked = model.rank(&query, &[number("new-tea"), number("new-chair")]);
        assert_eq!(ranked[0].item, number("new-chair"));
        assert!(ranked[0].score > 0.0 && model.is_cold(ranked[0].item));
    }

    #[test]
    fn a_page_of_a_new_item_has_related_items() {
        let (data, catalogue) = shop();
        for recipe in [Recipe::SimilarItems, Recipe::SemanticSimilarity] {
            let options = Options::default();
            let model = Model::train_with(recipe, &data, &catalogue, &options).unwrap();
            let found = answer(&model, "new-tea");
            assert!(
                found[..4].iter().all(|item| item.contains("tea")),
                "{found:?}"
            );
            assert_eq!(place(&found, "new-tea"), None);
        }
    }

    #[test]
    fn a_catalogue_of_warm_items_changes_no_answer_and_bytes_keep_the_cold_ones() {
        let (data, catalogue) = shop();
        let options = Options::default();
        let recipe = Recipe::UserPersonalization;
        let plain = Model::train(recipe, &data, &options).unwrap();
        let mut warm = CatalogueBuilder::new();
        warm.push("tea-0", &Description::default());
        let described = Model::train_with(recipe, &data, &warm.build(), &options).unwrap();
        assert_eq!(answer(&plain, "tea-0"), answer(&described, "tea-0"));

        let cold = Model::train_with(recipe, &data, &catalogue, &options).unwrap();
        let read = Model::from_bytes(&cold.to_bytes().unwrap()).unwrap();
        assert_eq!(answer(&cold, "tea-0"), answer(&read, "tea-0"));
    }
}
