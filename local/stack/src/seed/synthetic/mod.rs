//! A made-up shop, the same on every run: 2,000 products in twenty categories and 100,000
//! interactions that have what real ones have: customers with tastes, products of very different
//! popularity, products that are looked at one after the other, purchases that follow views.

mod names;
mod world;

use std::borrow::Cow;
use std::collections::HashSet;

use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};

use super::shop::{Interaction, Product, Sink, User};
use crate::error::Result;
use world::{World, chance};

/// When the shop opened: 2025-01-01, in epoch seconds.
pub(super) const FIRST_DAY: i64 = 1_735_689_600;
/// For how long it has been open.
const DAYS: i64 = 180;
const INTERACTIONS: u64 = 100_000;
const SEED: u64 = 20_250_101;
const COUNTRIES: [&str; 6] = [
    "United Kingdom",
    "Germany",
    "France",
    "Spain",
    "Netherlands",
    "Ireland",
];

/// The whole shop; the number of its products, users and interactions.
///
/// # Errors
/// Those of the sink.
pub(super) fn shop(sink: &mut impl Sink) -> Result<u64> {
    let mut products = Vec::new();
    for product in names::products() {
        let (category, title, price) = product;
        let id = format!("P{:05}", products.len() + 1);
        sink.product(&Product {
            id: id.clone(),
            title,
            description: None,
            price: Some(price),
            currency: Some("EUR".into()),
            category: Some(category.into()),
            available: true,
            created: Some(FIRST_DAY),
        })?;
        products.push((id, category.to_owned()));
    }
    let users = interactions(&products, sink)?;
    Ok(products.len() as u64 + users + INTERACTIONS)
}

/// Users and interactions over `products`, given as id and category; the number of users.
///
/// # Errors
/// Those of the sink.
pub(super) fn interactions(products: &[(String, String)], sink: &mut impl Sink) -> Result<u64> {
    let mut dice = SmallRng::seed_from_u64(SEED);
    let world = World::new(products, &mut dice);
    for user in 0..world.users() {
        let country = COUNTRIES[(user * 7 + user / 5) % COUNTRIES.len()];
        sink.user(&User {
            id: user_id(user),
            country: Some(country.into()),
        })?;
    }
    let mut visits = Visits {
        world: &world,
        bought: HashSet::new(),
        made: 0,
        clock: FIRST_DAY,
    };
    while visits.made < INTERACTIONS {
        visits.next(products, sink, &mut dice)?;
    }
    Ok(world.users() as u64)
}

fn user_id(user: usize) -> String {
    format!("U{:05}", user + 1)
}

/// The visits to the shop, one after the other.
struct Visits<'w> {
    world: &'w World,
    bought: HashSet<(usize, usize)>,
    made: u64,
    clock: i64,
}

impl Visits<'_> {
    /// One visit: views that lead from one product to the next, and now and then a purchase.
    fn next(
        &mut self,
        products: &[(String, String)],
        sink: &mut impl Sink,
        dice: &mut SmallRng,
    ) -> Result<()> {
        let user = self.world.visitor(dice);
        // The clock follows the interactions made, so that they spread evenly over the days; no
        // two of a visit fall into one second, and visits do not overlap.
        let due = FIRST_DAY + (self.made * (DAYS * 86_400) as u64 / INTERACTIONS) as i64;
        self.clock = self.clock.max(due);
        let mut item = self.world.entrance(user, dice);
        for _ in 0..dice.random_range(2..10) {
            self.event(user, item, "view", products, sink, dice)?;
            if chance(0.25, dice) && self.bought.insert((user, item)) {
                self.event(user, item, "purchase", products, sink, dice)?;
            }
            item = self.world.onward(user, item, dice);
        }
        Ok(())
    }

    fn event(
        &mut self,
        user: usize,
        item: usize,
        kind: &'static str,
        products: &[(String, String)],
        sink: &mut impl Sink,
        dice: &mut SmallRng,
    ) -> Result<()> {
        if self.made == INTERACTIONS {
            return Ok(());
        }
        self.made += 1;
        self.clock += dice.random_range(5..40);
        sink.interaction(&Interaction {
            user: Cow::Owned(user_id(user)),
            item: Cow::Borrowed(&products[item].0),
            timestamp: self.clock,
            event_type: Cow::Borrowed(kind),
            value: None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::check::Check;
    use super::super::shop::Kept;
    use super::*;
    use std::collections::HashMap;

    fn made() -> Kept {
        let mut kept = Kept::default();
        shop(&mut kept).unwrap();
        kept
    }

    #[test]
    fn it_is_as_large_as_promised_the_same_every_time_and_all_good() {
        let (first, second) = (made(), made());
        assert_eq!(
            (first.products.len(), first.interactions.len()),
            (2_000, 100_000)
        );
        assert_eq!(first.interactions, second.interactions);
        let titles: HashSet<_> = first
            .products
            .iter()
            .map(|product| &product.title)
            .collect();
        assert_eq!(titles.len(), 2_000, "no two products of one name");
        let mut check = Check::new(FIRST_DAY + (DAYS + 10) * 86_400);
        for interaction in &first.interactions {
            assert_eq!(check.interaction(interaction), Ok(()), "{interaction:?}");
        }
    }

    #[test]
    fn customers_have_tastes_and_products_different_popularity() {
        let kept = made();
        let category: HashMap<_, _> = kept
            .products
            .iter()
            .map(|product| (&*product.id, product.category.as_deref()))
            .collect();
        let mut by_user: HashMap<&str, HashMap<Option<&str>, u32>> = HashMap::new();
        let mut by_item: HashMap<&str, u32> = HashMap::new();
        for interaction in &kept.interactions {
            let of_user = by_user.entry(&interaction.user).or_default();
            *of_user.entry(category[&*interaction.item]).or_default() += 1;
            *by_item.entry(&interaction.item).or_default() += 1;
        }
        let share = |counts: &HashMap<Option<&str>, u32>| {
            f64::from(*counts.values().max().unwrap()) / f64::from(counts.values().sum::<u32>())
        };
        let average = by_user.values().map(share).sum::<f64>() / by_user.len() as f64;
        assert!(
            average > 0.35,
            "a category out of twenty has 5 % without taste, here {average}"
        );
        let mut popularity: Vec<u32> = by_item.into_values().collect();
        popularity.sort_unstable_by(|a, b| b.cmp(a));
        let top: u32 = popularity[..200].iter().sum();
        assert!(
            top > 30_000,
            "a tenth of the products has {top} of 100,000 interactions"
        );
    }
}
