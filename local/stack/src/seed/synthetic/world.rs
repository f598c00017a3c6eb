//! Who likes what, and what goes with what, in the made-up shop.

use rand::Rng;
use rand::rngs::SmallRng;

/// One customer for every 40 interactions.
const USERS: usize = 2_500;
/// Products that are looked at after a product.
const COMPANIONS: usize = 4;

/// The shop as its customers see it.
pub(super) struct World {
    /// Products by category, the most popular first.
    categories: Vec<Vec<usize>>,
    category_of: Vec<usize>,
    companions: Vec<[usize; COMPANIONS]>,
    /// The two categories each user likes best.
    tastes: Vec<[usize; 2]>,
}

impl World {
    /// A world over products given as id and category.
    pub(super) fn new(products: &[(String, String)], dice: &mut SmallRng) -> Self {
        let mut names: Vec<&str> = products
            .iter()
            .map(|(_, category)| category.as_str())
            .collect();
        names.sort_unstable();
        names.dedup();
        let category_of: Vec<usize> = products
            .iter()
            .map(|(_, category)| names.binary_search(&category.as_str()).unwrap_or(0))
            .collect();
        let mut categories = vec![Vec::new(); names.len()];
        for (product, category) in category_of.iter().enumerate() {
            let members: &mut Vec<usize> = &mut categories[*category];
            members.insert(dice.random_range(0..=members.len()), product);
        }
        let mut world = Self {
            categories,
            category_of,
            companions: Vec::new(),
            tastes: Vec::new(),
        };
        for product in 0..products.len() {
            // Three of its own category, one of the next.
            let own = world.category_of[product];
            let next = (own + 1) % world.categories.len();
            let companions = [own, own, own, next].map(|category| world.popular(category, dice));
            world.companions.push(companions);
        }
        for _ in 0..USERS {
            let taste = [0, 0].map(|_: usize| dice.random_range(0..world.categories.len()));
            world.tastes.push(taste);
        }
        world
    }

    /// How many customers there are.
    pub(super) fn users(&self) -> usize {
        self.tastes.len()
    }

    /// Who comes next: some come often, most rarely.
    pub(super) fn visitor(&self, dice: &mut SmallRng) -> usize {
        skewed(self.tastes.len(), 1.6, dice)
    }

    /// The product a visit begins with.
    pub(super) fn entrance(&self, user: usize, dice: &mut SmallRng) -> usize {
        let category = match dice.random_range(0..100) {
            0..60 => self.tastes[user][0],
            60..88 => self.tastes[user][1],
            _ => dice.random_range(0..self.categories.len()),
        };
        self.popular(category, dice)
    }

    /// The product looked at after `item`.
    pub(super) fn onward(&self, user: usize, item: usize, dice: &mut SmallRng) -> usize {
        match dice.random_range(0..100) {
            0..60 => self.companions[item][dice.random_range(0..COMPANIONS)],
            60..85 => self.popular(self.category_of[item], dice),
            _ => self.entrance(user, dice),
        }
    }

    /// A product of a category, by popularity.
    fn popular(&self, category: usize, dice: &mut SmallRng) -> usize {
        let members = &self.categories[category];
        members[skewed(members.len(), 2.5, dice)]
    }
}

/// An index below `length`; the greater the skew, the more of them are small. A density that
/// falls with a power of the index, drawn by its inverse.
fn skewed(length: usize, skew: f64, dice: &mut SmallRng) -> usize {
    let position = dice.random::<f64>().powf(skew) * length as f64;
    (position as usize).min(length.saturating_sub(1))
}

/// True with a probability.
pub(super) fn chance(probability: f64, dice: &mut SmallRng) -> bool {
    dice.random::<f64>() < probability
}
