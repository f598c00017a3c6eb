//! What a shop is made of, as it is put in.

/// A product as it is put in.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Product {
    /// Its id.
    pub id: String,
    /// Its name.
    pub title: String,
    /// More about it.
    pub description: Option<String>,
    /// Price of one in `currency`, if it has one.
    pub price: Option<f64>,
    /// ISO 4217.
    pub currency: Option<String>,
    /// One category.
    pub category: Option<String>,
    /// Who makes it.
    pub brand: Option<String>,
    /// URL of a picture.
    pub image: Option<String>,
    /// URL of its page.
    pub url: Option<String>,
    /// Whether it can be bought.
    pub available: bool,
    /// Since when it is sold, in epoch seconds; without it since its first event.
    pub created: Option<i64>,
}

/// A customer as they are put in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Customer {
    /// Their id.
    pub id: String,
    /// Where they are.
    pub country: Option<String>,
    /// Since when they are one, in epoch seconds; without it since their first event.
    pub created: Option<i64>,
}

/// What a customer did with a product.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Event<'a> {
    /// Who.
    pub customer: &'a str,
    /// With what.
    pub product: &'a str,
    /// `view`, `purchase`, ...; orders are made of `purchase`.
    pub event_type: &'a str,
    /// When, in epoch seconds.
    pub occurred: i64,
    /// How many were bought, or the price of a product that has none of its own.
    pub value: Option<f64>,
}
