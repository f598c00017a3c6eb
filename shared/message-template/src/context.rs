//! A letter as the template language sees it: clean, cut to size, and without what is missing.

use std::collections::BTreeMap;

use minijinja::Value;

use crate::{Letter, Person, Product, filters::cut, guard};

/// Products that a message shows.
pub(crate) const MAX_PRODUCTS: usize = 20;
/// Characters of a title, name or reason.
const MAX_LINE: usize = 200;
/// Characters of a description or an attribute.
const MAX_TEXT: usize = 1_000;
/// Attributes of a person.
const MAX_ATTRIBUTES: usize = 20;

/// A letter's values but for its products, which a text may show fewer of.
pub(crate) struct Context {
    rest: Vec<(&'static str, Value)>,
    products: Vec<Value>,
}

impl Context {
    /// The values of `letter`, for a template in `language`.
    pub(crate) fn new(letter: &Letter<'_>, language: &str) -> Self {
        let shop = Value::from_pairs(present([
            ("name", letter.shop.name.and_then(line)),
            ("url", address(letter.shop.url)),
            ("postal_address", text(letter.shop.postal_address)),
        ]));
        let rest = present([
            ("person", Some(person(&letter.person))),
            ("shop", Some(shop)),
            ("unsubscribe_url", address(letter.unsubscribe_url)),
            ("preferences_url", letter.preferences_url.and_then(address)),
            ("campaign", line(letter.campaign)),
            ("language", Some(Value::from(language))),
            ("opt_out", Some(Value::from(opt_out(language)))),
        ]);
        let products = letter.products.iter().take(MAX_PRODUCTS);
        Self {
            rest: rest.collect(),
            products: products.map(product).collect(),
        }
    }

    /// How many products there are.
    pub(crate) fn products(&self) -> usize {
        self.products.len()
    }

    /// The values, with the first `shown` products.
    pub(crate) fn value(&self, shown: usize) -> Value {
        let products = Value::from_iter(self.products.iter().take(shown).cloned());
        let rest = self.rest.iter().cloned();
        Value::from_pairs(rest.chain([("products", products)]))
    }

    /// The values, with all products.
    pub(crate) fn all(&self) -> Value {
        self.value(self.products.len())
    }
}

/// What a text ends with, so that whoever gets it knows how to end them. Carriers and the service know the word
/// STOP in every country.
fn opt_out(language: &str) -> &'static str {
    match language.split('-').next().unwrap_or_default() {
        "de" => "Abmelden mit STOP",
        "en" => "Reply STOP to opt out",
        "es" => "STOP para no recibir",
        "fr" => "STOP pour arreter",
        "it" => "STOP per disiscriverti",
        "nl" => "Afmelden met STOP",
        _ => "Opt out: STOP",
    }
}

fn person(person: &Person<'_>) -> Value {
    let attributes: &BTreeMap<String, String> = person.attributes;
    let attributes = attributes.iter().take(MAX_ATTRIBUTES);
    let attributes = attributes.filter_map(|(name, value)| Some((name, text(value)?)));
    Value::from_pairs(present([
        ("first_name", person.first_name.and_then(line)),
        ("language", person.language.and_then(line)),
        ("attributes", Some(Value::from_pairs(attributes))),
    ]))
}

fn product(product: &Product) -> Value {
    let optional = |field: &Option<String>| field.as_deref().and_then(line);
    let price = product.price;
    let described = product.description.as_deref();
    let pictured = product.image_url.as_deref();
    Value::from_pairs(present([
        ("id", line(&product.id)),
        ("title", line(&product.title)),
        (
            "price",
            (price.is_finite() && price >= 0.0).then(|| Value::from(price)),
        ),
        ("currency", optional(&product.currency)),
        ("category", optional(&product.category)),
        ("brand", optional(&product.brand)),
        ("description", described.and_then(text)),
        ("image_url", pictured.and_then(address)),
        ("url", address(&product.url)),
        ("reason", optional(&product.reason)),
    ]))
}

fn present<const N: usize>(
    fields: [(&'static str, Option<Value>); N],
) -> impl Iterator<Item = (&'static str, Value)> {
    fields
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
}

fn address(url: &str) -> Option<Value> {
    guard::web(url).map(Value::from)
}

/// `text` as one line.
fn line(text: &str) -> Option<Value> {
    clean(text, MAX_LINE, |c| {
        c.is_control() || c == '\u{2028}' || c == '\u{2029}'
    })
}

/// `text`, with its lines.
fn text(text: &str) -> Option<Value> {
    clean(text, MAX_TEXT, |c| c.is_control() && c != '\n')
}

/// `text` in at most `length` characters, without what is `odd` and what would turn the words of the message
/// around it: overrides of the direction, which none that is written in Arabic or Hebrew needs.
fn clean(text: &str, length: usize, odd: fn(char) -> bool) -> Option<Value> {
    let text = text.trim();
    let turns = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    if text.is_empty() {
        return None;
    }
    // Four bytes a character at most, so that what is far too long is not even read.
    let mut far = text.len().min(4 * (length + 1));
    while !text.is_char_boundary(far) {
        far -= 1;
    }
    let text = &text[..far];
    if text.is_ascii() && text.len() <= length && !text.contains(odd) {
        return Some(Value::from(text));
    }
    let kept: String = text
        .chars()
        .filter(|c| !turns(*c))
        .map(|c| if odd(c) { ' ' } else { c })
        .collect();
    let kept = cut(kept.trim(), length);
    (!kept.is_empty()).then(|| Value::from(kept))
}
