//! What fills a template.

use std::collections::BTreeMap;

/// A message to a person, before it is words.
#[derive(Debug, Clone, Copy)]
pub struct Letter<'a> {
    /// Whom it is to.
    pub person: Person<'a>,
    /// What is recommended, best first: at most 20 are shown.
    pub products: &'a [Product],
    /// Whom it is from.
    pub shop: Shop<'a>,
    /// Where the person ends these messages, without signing in.
    pub unsubscribe_url: &'a str,
    /// Where the person chooses what they get.
    pub preferences_url: Option<&'a str>,
    /// The campaign's name.
    pub campaign: &'a str,
}

/// Whom a letter is to.
#[derive(Debug, Clone, Copy)]
pub struct Person<'a> {
    /// What to call them.
    pub first_name: Option<&'a str>,
    /// A language tag such as `de` or `de-AT`.
    pub language: Option<&'a str>,
    /// What else the shop keeps of them.
    pub attributes: &'a BTreeMap<String, String>,
}

/// Whom a letter is from.
#[derive(Debug, Clone, Copy)]
pub struct Shop<'a> {
    /// Its name.
    pub name: Option<&'a str>,
    /// Its first page.
    pub url: &'a str,
    /// Where letters on paper reach it.
    pub postal_address: &'a str,
}

/// A recommended product. What is empty is the same to a template as what is missing.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Product {
    /// The shop's id.
    pub id: String,
    /// What a person reads.
    pub title: String,
    /// In units of `currency`; a template does not see a price that is negative or no number.
    pub price: f64,
    /// ISO 4217 code.
    pub currency: Option<String>,
    /// The shop's category.
    pub category: Option<String>,
    /// The maker.
    pub brand: Option<String>,
    /// Plain text.
    pub description: Option<String>,
    /// Where a picture is.
    pub image_url: Option<String>,
    /// Where a click goes: the tracked link.
    pub url: String,
    /// Why it is recommended.
    pub reason: Option<String>,
}
