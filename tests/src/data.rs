//! A shop small enough for a test and large enough for Personalize: 60 users, 40 products in four
//! categories, 1,200 interactions in which every user keeps to a taste.

use serde_json::{Value, json};

const USERS: u64 = 60;
const ITEMS: u64 = 40;
const EACH: u64 = 20;
const CATEGORIES: u64 = 4;
/// 2026-01-01, an hour apart for each step.
const START: u64 = 1_767_225_600;

/// Interactions in Personalize's form; users are `u0` to `u59`, items `i0` to `i39`.
#[must_use]
pub fn interactions_csv() -> String {
    let mut csv = String::from("USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE,EVENT_VALUE\n");
    for user in 0..USERS {
        for step in 0..EACH {
            // Three of four steps stay in the user's category; the strides differ by user.
            let category = if step % 4 == 3 {
                step % CATEGORIES
            } else {
                user % CATEGORIES
            };
            let item = (user / 4 + step * (1 + user % 3)) % (ITEMS / CATEGORIES) * CATEGORIES;
            let kind = if step % 5 == 4 { "purchase" } else { "view" };
            let time = START + (user * EACH + step) * 3_600;
            csv.push_str(&format!("u{user},i{},{time},{kind},\n", item + category));
        }
    }
    csv
}

/// The same interactions with the products dealt out anew: as many of each, and nobody's taste left.
#[must_use]
pub fn shuffled_interactions_csv() -> String {
    let csv = interactions_csv();
    let mut rows: Vec<Vec<&str>> = csv
        .lines()
        .skip(1)
        .map(|row| row.split(',').collect())
        .collect();
    let mut items: Vec<&str> = rows.iter().map(|row| row[1]).collect();
    // Fisher and Yates, with the dice of a linear congruential generator (Knuth's MMIX).
    let mut dice: u64 = 1;
    for last in (1..items.len()).rev() {
        dice = dice
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let other = usize::try_from((dice >> 33) % (last as u64 + 1)).unwrap_or(0);
        items.swap(last, other);
    }
    for (row, item) in rows.iter_mut().zip(items) {
        row[1] = item;
    }
    let lines = rows.iter().map(|row| row.join(",") + "\n");
    let header = csv.lines().take(1).map(|line| format!("{line}\n"));
    header.chain(lines).collect()
}

/// Item metadata for the same products.
#[must_use]
pub fn items_csv() -> String {
    let mut csv = String::from("ITEM_ID,PRICE,CATEGORY,CREATION_TIMESTAMP,DESCRIPTION\n");
    for item in 0..ITEMS {
        csv.push_str(&format!(
            "i{item},{item}.5,c{},{START},Product {item}\n",
            item % CATEGORIES
        ));
    }
    csv
}

/// User metadata for the same users.
#[must_use]
pub fn users_csv() -> String {
    let users = (0..USERS).map(|user| format!("u{user},United Kingdom\n"));
    std::iter::once("USER_ID,COUNTRY\n".to_owned())
        .chain(users)
        .collect()
}

/// One product as the backend lists it.
#[must_use]
pub fn product(id: &str, title: &str) -> Value {
    json!({ "id": id, "title": title, "price": 9.5, "currency": "GBP", "available": true })
}

/// One page with all products.
#[must_use]
pub fn products_page() -> String {
    let line = |item| product(&format!("i{item}"), &format!("Product {item}")).to_string() + "\n";
    (0..ITEMS).map(line).collect()
}
