//! What the adapters' tests share: scopes, answers of recorded shapes, and entries in words.

use std::{collections::BTreeMap, path::Path};

use backend::Answer;
use serde_json::Value;
use shared::config::backend::Catalog;

use crate::{
    adapter::{Entry, Mode, Page, Scope},
    product::Product,
};

/// A configuration with these settings, and pounds.
pub(super) fn catalog(adapter: &str, settings: &[(&str, &str)]) -> Catalog {
    let settings: BTreeMap<&str, &str> = settings.iter().copied().collect();
    let document = serde_json::json!({"adapter": adapter, "currency": "GBP", "settings": settings});
    serde_json::from_value(document).unwrap()
}

/// Everything.
pub(super) fn full() -> Scope {
    Scope {
        mode: Mode::Full,
        since: None,
        until: "2026-11-29T23:30:00Z".parse().unwrap(),
        page_size: None,
        currency: Some("GBP".to_owned()),
    }
}

/// What changed in five minutes.
pub(super) fn changes() -> Scope {
    Scope {
        mode: Mode::Incremental,
        since: Some("2026-11-29T23:25:00Z".parse().unwrap()),
        ..full()
    }
}

/// The file of a recorded shape.
pub(super) fn recorded(path: &str) -> Vec<u8> {
    let shapes = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/shapes");
    std::fs::read(shapes.join(path)).unwrap()
}

/// An answer of a recorded shape.
pub(super) fn shape(path: &str) -> Answer {
    Answer::new(200, &[], recorded(path))
}

/// An answer of a recorded shape after `change`.
pub(super) fn changed(path: &str, change: impl Fn(&mut Value)) -> Answer {
    let mut document: Value = serde_json::from_slice(&recorded(path)).unwrap();
    change(&mut document);
    Answer::new(200, &[], document.to_string())
}

/// An answer of a recorded shape in which `text` is no UTF-8.
pub(super) fn broken(path: &str, text: &str) -> Answer {
    let body = recorded(path);
    let at = body
        .windows(text.len())
        .position(|window| window == text.as_bytes())
        .unwrap();
    let mut broken = body[..at].to_vec();
    broken.extend(b"caf\xE9");
    broken.extend(&body[at + text.len()..]);
    Answer::new(200, &[], broken)
}

/// What a page holds, in words.
pub(super) fn told(page: &Page) -> Vec<String> {
    page.entries.iter().map(entry).collect()
}

/// An entry in words.
pub(super) fn entry(entry: &Entry) -> String {
    match entry {
        Entry::Product(product) => {
            let text = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
            format!(
                "{}: {}, {} {}, {}, {}, {}",
                product.id,
                product.title,
                product.price,
                text(&product.currency),
                text(&product.category),
                text(&product.brand),
                if product.available {
                    "available"
                } else {
                    "sold out"
                },
            )
        }
        Entry::Withdrawn { id } => format!("{id} withdrawn"),
        Entry::Rejected {
            id, index, reason, ..
        } => {
            format!(
                "{} at {index}: {reason:?}",
                id.as_deref().unwrap_or("nobody")
            )
        }
    }
}

/// The product in a page's entry.
pub(super) fn product(page: &Page, index: usize) -> &Product {
    match &page.entries[index] {
        Entry::Product(product) => product,
        other => panic!("no product: {}", entry(other)),
    }
}

/// The members of a secret that every adapter's tests know.
pub(super) fn members() -> BTreeMap<String, String> {
    let each = [
        "accessToken",
        "clientId",
        "clientSecret",
        "consumerKey",
        "consumerSecret",
    ];
    let pair = |name: &str| (name.to_owned(), format!("the-{name}"));
    each.into_iter().map(pair).collect()
}

/// Adapters against a backend that misbehaves, over HTTP.
mod served;
