//! What a user of the crate sees: recipes trained, asked, written and read.

#![allow(
    clippy::unwrap_used,
    reason = "a test may stop at what it did not expect"
)]

use recommender::{
    Catalogue, CatalogueBuilder, Description, Error, Event, Interactions, InteractionsBuilder,
    Model, Options, Query, Recipe,
};

/// Tea drinkers and coffee drinkers, who buy cups after their drink; everybody buys milk.
fn shop() -> Interactions {
    let mut builder = InteractionsBuilder::new();
    for n in 0..60 {
        let user = format!("user-{n}");
        let drink = ["tea", "coffee"][n % 2];
        builder.push(&user, "milk", 100, 1.0);
        builder.push(&user, drink, 200, 1.0);
        builder.push(&user, &format!("{drink} cup"), 300 + n as i64, 1.0);
        builder.push(&user, &format!("thing {}", n % 7), 400, 1.0);
    }
    builder.build()
}

/// What the shop says of its things; the recipe for what is like an item needs it.
fn shelves() -> Catalogue {
    let mut builder = CatalogueBuilder::new();
    for item in shop().items().iter() {
        let description = Description {
            categories: &[],
            texts: &[item],
            created: None,
        };
        builder.push(item, &description);
    }
    builder.build()
}

fn train(recipe: Recipe) -> Model {
    Model::train_with(recipe, &shop(), &shelves(), &Options::default()).unwrap()
}

fn history(model: &Model, items: &[&str]) -> Vec<Event> {
    let event = |(time, item): (usize, &&str)| Event {
        item: model.items().get(item).unwrap_or(u32::MAX),
        timestamp: 1_000 + time as i64,
        weight: 1.0,
    };
    items.iter().enumerate().map(event).collect()
}

fn names(model: &Model, query: &Query<'_>, without: &str) -> Vec<String> {
    let without = model.items().get(without);
    let answer = model.recommend(query, |item| Some(item) != without);
    assert!(answer.iter().all(|scored| scored.score > 0.0));
    assert!(answer.is_sorted_by(|a, b| a.score >= b.score));
    answer
        .into_iter()
        .map(|scored| model.items().name(scored.item).to_owned())
        .collect()
}

#[test]
fn one_event_changes_what_comes_next() {
    let model = train(Recipe::UserPersonalization);
    let next = |items: &[&str]| {
        let history = history(&model, items);
        let query = Query {
            history: &history,
            item: None,
            now: 2_000,
            limit: 3,
        };
        names(&model, &query, "milk")
    };
    assert_eq!(next(&["milk", "tea"])[0], "tea cup");
    assert_eq!(next(&["milk", "coffee"])[0], "coffee cup");
    assert_eq!(next(&["milk", "coffee", "tea"])[0], "tea cup");
    assert_eq!(next(&["an unknown item"]), next(&[]));
}

#[test]
fn an_answer_is_as_long_as_asked_when_enough_items_pass() {
    for recipe in Recipe::all() {
        let model = train(recipe);
        let history = history(&model, &["tea"]);
        let ask = |limit, item, without| {
            let query = Query {
                history: &history,
                item,
                now: 2_000,
                limit,
            };
            names(&model, &query, without)
        };
        let all = model.items().len();
        assert_eq!(ask(0, None, "").len(), 0);
        assert_eq!(ask(10, None, "").len(), 10);
        assert_eq!(ask(500, None, "milk").len(), all - 1);
        let mut distinct = ask(500, None, "");
        distinct.sort();
        distinct.dedup();
        assert_eq!(distinct.len(), all);
    }
}

#[test]
fn similar_items_never_hold_the_item_itself() {
    let model = train(Recipe::SimilarItems);
    let ask = |item| {
        names(
            &model,
            &Query {
                history: &[],
                item,
                now: 0,
                limit: 500,
            },
            "",
        )
    };
    let like_tea = ask(model.items().get("tea"));
    assert_eq!(like_tea.len(), model.items().len() - 1);
    assert!(!like_tea.contains(&"tea".to_owned()));
    assert!(like_tea[..2].contains(&"tea cup".to_owned()));
    assert_eq!(ask(Some(u32::MAX)), ask(None));
}

#[test]
fn ranking_puts_wanted_items_first_and_unknown_ones_last() {
    let model = train(Recipe::PersonalizedRanking);
    let history = history(&model, &["tea"]);
    let query = Query {
        history: &history,
        item: None,
        now: 2_000,
        limit: 1,
    };
    let number = |name: &str| model.items().get(name).unwrap();
    let items = [900, number("coffee"), number("tea cup"), 800];
    let ranked: Vec<u32> = model
        .rank(&query, &items)
        .into_iter()
        .map(|scored| scored.item)
        .collect();
    assert_eq!(ranked, [items[2], items[1], 900, 800]);
}

#[test]
fn a_model_is_the_same_for_any_number_of_threads_and_after_reading() {
    for recipe in Recipe::all() {
        let bytes = |threads| {
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .unwrap();
            pool.install(|| train(recipe).to_bytes().unwrap())
        };
        let one = bytes(1);
        assert_eq!(one, bytes(4));

        let read = Model::from_bytes(&one).unwrap();
        assert_eq!(read.recipe(), recipe);
        let history = history(&read, &["milk", "tea"]);
        let item = read.items().get("tea");
        let query = Query {
            history: &history,
            item,
            now: 2_000,
            limit: 9,
        };
        assert_eq!(
            read.recommend(&query, |_| true),
            train(recipe).recommend(&query, |_| true)
        );
    }
}

#[test]
fn bytes_of_another_version_or_broken_ones_are_refused() {
    let good = train(Recipe::SimilarItems).to_bytes().unwrap();
    let mut other = good.clone();
    other[0] += 1;
    let error = Model::from_bytes(&other).unwrap_err();
    assert_eq!(
        error,
        Error::Format {
            found: 6,
            expected: 5
        }
    );
    assert!(error.to_string().contains("train it again"));
    for length in 0..good.len() {
        let error = Model::from_bytes(&good[..length]).unwrap_err();
        assert!(matches!(error, Error::Damaged { .. }), "{length}: {error}");
    }
}

#[test]
fn what_cannot_be_learned_from_is_an_error_that_says_so() {
    let empty = InteractionsBuilder::new().build();
    for recipe in Recipe::all() {
        let error = Model::train(recipe, &empty, &Options::default()).unwrap_err();
        assert_eq!(error, Error::NoInteractions);
    }
    let options = Options {
        window: 0,
        ..Options::default()
    };
    let error = Model::train(Recipe::SimilarItems, &shop(), &options).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("`window` must be at least 1; it is 0"),
        "{error}"
    );
}
