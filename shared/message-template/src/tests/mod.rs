//! Templates as a whole: those that are shipped, and what they may and may not do.

mod derived;
mod imported;
mod marked;
mod parts;
mod sandbox;
mod shipped;

use std::collections::BTreeMap;

use crate::{Files, Letter, Person, Product, Shop, Template, TemplateError};

const NO_ATTRIBUTES: &BTreeMap<String, String> = &BTreeMap::new();
const UNSUBSCRIBE: &str = "https://links.shop.example/u/1.abc?x=1&y=2";

fn letter(products: &[Product]) -> Letter<'_> {
    Letter {
        person: Person {
            first_name: Some("Ada"),
            language: None,
            attributes: NO_ATTRIBUTES,
        },
        products,
        shop: Shop {
            name: Some("Shop"),
            url: "https://shop.example/",
            postal_address: "Shop Ltd\n1 Main Street",
        },
        unsubscribe_url: UNSUBSCRIBE,
        preferences_url: None,
        campaign: "picks",
    }
}

fn in_language<'a>(letter: Letter<'a>, language: &'a str) -> Letter<'a> {
    let person = Person {
        language: Some(language),
        ..letter.person
    };
    Letter { person, ..letter }
}

fn product() -> Product {
    let some = |text: &str| Some(text.to_owned());
    Product {
        id: "22423".to_owned(),
        title: "Regency cakestand".to_owned(),
        price: 12.75,
        currency: some("EUR"),
        category: some("Kitchen"),
        brand: some("Maker"),
        description: some("Three tiers"),
        image_url: some("https://shop.example/22423.jpg"),
        url: "https://links.shop.example/c/1.abc".to_owned(),
        reason: some("Goes with what you bought"),
    }
}

fn files(of: &[(&str, &str)]) -> Files {
    let mut files = Files::new("en");
    for (path, text) in of {
        files.add(path, *text).unwrap();
    }
    files
}

fn parse(of: &[(&str, &str)]) -> Result<Template, TemplateError> {
    Template::parse(&files(of))
}

/// A template of HTML whose body is `body`.
fn html(body: &str) -> Result<Template, TemplateError> {
    let link = "<a href=\"{{ unsubscribe_url }}\">end</a>";
    let html = format!("{body}\n{link}");
    parse(&[("en/email.html", &html), ("en/subject.txt", "Hello")])
}

#[test]
fn a_template_is_shared_by_tasks() {
    fn shared<T: Send + Sync>() {}
    shared::<Template>();
}
