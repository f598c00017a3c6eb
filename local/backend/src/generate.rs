//! A shop that is made up, the same for the same amounts and seed: for benchmarks and tests.

use std::path::Path;

use crate::{
    database::{Counts, Customer, Database, Event, Product},
    dice,
    error::Error,
};

/// The end of what is generated: 2026-11-01T00:00:00Z.
const END: i64 = 1_793_491_200;
/// The events' time: a hundred days, so that one day is one percent.
const SECONDS: i64 = 100 * 86_400;
/// One event in so many is a `wishlist`: another filter that keeps one percent.
const RARE: u64 = 100;

const COUNTRIES: [&str; 8] = ["GB", "DE", "FR", "ES", "IT", "NL", "PL", "SE"];
const BRANDS: [&str; 12] = [
    "Alder & Co",
    "Birchwood",
    "Coppice",
    "Dunes",
    "Elmhurst",
    "Fernway",
    "Gorse",
    "Heathland",
    "Ivybridge",
    "Juniper",
    "Kelp & Sons",
    "Larch",
];
const CATEGORIES: [&str; 10] = [
    "Lanterns", "Mugs", "Baskets", "Blankets", "Clocks", "Frames", "Candles", "Cushions", "Vases",
    "Trays",
];
const KINDS: [&str; 16] = [
    "Amber", "Ash", "Cedar", "Coral", "Flint", "Granite", "Hazel", "Indigo", "Jade", "Linen",
    "Maple", "Moss", "Oak", "Pearl", "Slate", "Willow",
];

/// How much of everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Amounts {
    /// Products.
    pub products: u64,
    /// Customers.
    pub customers: u64,
    /// Events, about a tenth of which are purchases.
    pub events: u64,
    /// Other seeds make other shops.
    pub seed: u64,
}

/// Makes the shop at `path` in place of one that is there.
///
/// # Errors
/// [`Error::File`] and [`Error::Database`].
pub fn generate(path: &Path, amounts: &Amounts) -> Result<Counts, Error> {
    let mut seeding = Database::create(path)?;
    for number in 0..amounts.products {
        seeding.product(&product(amounts.seed, number))?;
    }
    for number in 0..amounts.customers {
        let country = Some(pick(&COUNTRIES, amounts.seed, "country", number).to_owned());
        let created = Some(END - SECONDS - seconds(number));
        seeding.customer(&Customer {
            id: customer_id(number),
            country,
            created,
        })?;
    }
    // Without products or customers nothing happens.
    let events = if amounts.products > 0 && amounts.customers > 0 {
        amounts.events
    } else {
        0
    };
    for number in 0..events {
        event(&mut seeding, amounts, number)?;
    }
    seeding.finish()
}

fn product(seed: u64, number: u64) -> Product {
    let category = pick(&CATEGORIES, seed, "category", number);
    let kind = pick(&KINDS, seed, "kind", number);
    let brand = pick(&BRANDS, seed, "brand", number);
    let cents = 100 + dice::roll(seed, "price", number) % 20_000;
    let id = format!("P{number:06}");
    Product {
        title: format!("{kind} {} {number}", category.to_lowercase()),
        description: Some(format!(
            "{kind}, made by {brand} for those who like {}.",
            category.to_lowercase()
        )),
        // As many cents as a double holds.
        #[allow(clippy::cast_precision_loss)]
        price: Some(cents as f64 / 100.0),
        currency: Some("GBP".to_owned()),
        category: Some(category.to_owned()),
        brand: Some(brand.to_owned()),
        image: Some(format!("https://images.shop.example/{id}.jpg")),
        url: Some(format!("https://shop.example/products/{id}")),
        available: !dice::happens(5.0, seed, "unavailable", number),
        created: Some(END - SECONDS - seconds(number) * 60),
        id,
    }
}

fn event(seeding: &mut crate::Seeding, amounts: &Amounts, number: u64) -> Result<(), Error> {
    let seed = amounts.seed;
    // A few products are what most events are about.
    let popularity = dice::share(seed, "product", number).powi(2);
    let product = place(popularity, amounts.products);
    let customer = place(dice::share(seed, "customer", number), amounts.customers);
    let event_type = match dice::roll(seed, "event", number) % 100 {
        _ if number % RARE == RARE - 1 => "wishlist",
        0..10 => "purchase",
        10..25 => "add_to_cart",
        _ => "view",
    };
    let bought = event_type == "purchase";
    let pieces = 1.0 + two_more_at_most(dice::share(seed, "pieces", number));
    seeding.event(&Event {
        customer: &customer_id(customer),
        product: &format!("P{product:06}"),
        event_type,
        occurred: END - SECONDS + seconds_of(number, amounts.events),
        value: bought.then_some(pieces),
    })
}

fn two_more_at_most(share: f64) -> f64 {
    (share * 3.0).floor()
}

fn customer_id(number: u64) -> String {
    format!("C{number:07}")
}

/// A place among `count` for a share of all.
fn place(share: f64, count: u64) -> u64 {
    // Amounts are far below what a double holds, and a share is below one.
    #[allow(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss
    )]
    let place = (share * count as f64) as u64;
    place.min(count.saturating_sub(1))
}

/// Events come evenly, in the order of their numbers.
fn seconds_of(number: u64, events: u64) -> i64 {
    let all = SECONDS.cast_unsigned();
    let part = u128::from(number) * u128::from(all) / u128::from(events.max(1));
    i64::try_from(part).unwrap_or(SECONDS)
}

fn seconds(number: u64) -> i64 {
    i64::try_from(number % 1_000_000_000).unwrap_or_default()
}

fn pick<const N: usize>(
    words: &[&'static str; N],
    seed: u64,
    subject: &str,
    number: u64,
) -> &'static str {
    let place = place(dice::share(seed, subject, number), N as u64);
    usize::try_from(place)
        .ok()
        .and_then(|place| words.get(place))
        .copied()
        .unwrap_or_default()
}
