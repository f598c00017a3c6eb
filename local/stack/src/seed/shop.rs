//! What every source is turned into: products, users, interactions.

use std::borrow::Cow;

use serde::Serialize;

use crate::error::Result;

/// A product, in the shape of a line of a catalogue pull.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Product {
    /// Its id, at most 256 characters.
    pub id: String,
    /// Its name.
    pub title: String,
    /// More about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Price of one, in `currency`; without it the product is no line of the catalogue.
    pub price: Option<f64>,
    /// ISO 4217.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// One category.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// Whether it can be bought.
    pub available: bool,
    /// Since when it is sold, in epoch seconds.
    #[serde(rename = "createdAt", skip_serializing_if = "Option::is_none")]
    pub created: Option<i64>,
}

/// A customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Their id, at most 256 characters.
    pub id: String,
    /// Where they are.
    pub country: Option<String>,
}

/// Something a customer did with a product.
#[derive(Debug, Clone, PartialEq)]
pub struct Interaction<'a> {
    /// Who.
    pub user: Cow<'a, str>,
    /// With what.
    pub item: Cow<'a, str>,
    /// When, in epoch seconds.
    pub timestamp: i64,
    /// `view`, `purchase`, ...
    pub event_type: Cow<'a, str>,
    /// How much, when the source tells.
    pub value: Option<f64>,
}

/// Takes what a reader yields, in any order.
pub trait Sink {
    /// Takes a product.
    ///
    /// # Errors
    /// Whatever keeps it from being stored.
    fn product(&mut self, product: &Product) -> Result<()>;
    /// Takes a user.
    ///
    /// # Errors
    /// Whatever keeps it from being stored.
    fn user(&mut self, user: &User) -> Result<()>;
    /// Takes an interaction.
    ///
    /// # Errors
    /// Whatever keeps it from being stored.
    fn interaction(&mut self, interaction: &Interaction<'_>) -> Result<()>;
}

/// A sink that keeps everything, for tests of readers.
#[cfg(test)]
#[derive(Debug, Default)]
pub(super) struct Kept {
    pub(super) products: Vec<Product>,
    pub(super) users: Vec<User>,
    pub(super) interactions: Vec<Interaction<'static>>,
}

#[cfg(test)]
impl Sink for Kept {
    fn product(&mut self, product: &Product) -> Result<()> {
        self.products.push(product.clone());
        Ok(())
    }

    fn user(&mut self, user: &User) -> Result<()> {
        self.users.push(user.clone());
        Ok(())
    }

    fn interaction(&mut self, interaction: &Interaction<'_>) -> Result<()> {
        self.interactions.push(Interaction {
            user: interaction.user.clone().into_owned().into(),
            item: interaction.item.clone().into_owned().into(),
            event_type: interaction.event_type.clone().into_owned().into(),
            ..*interaction
        });
        Ok(())
    }
}
