//! What becomes of a page's entries: lines of pages, and lines about those that were rejected.

use std::collections::HashMap;

use jiff::Timestamp;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::{
    adapter::{Entry, Mode},
    product::{Product, Reason},
};

/// Lines of one object: what one invocation of `catalog-cache` writes.
const MAX_LINES: usize = 1_000;

/// What is written of a part of a page: one object, and one about what was rejected in it.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Written {
    /// JSON lines of the page.
    pub(crate) lines: Vec<u8>,
    /// JSON lines about what was rejected.
    pub(crate) rejects: Vec<u8>,
    /// Products in `lines`.
    pub(crate) products: u64,
    /// Lines in `rejects`.
    pub(crate) rejected: u64,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Line<'a> {
    Product(&'a Product),
    Withdrawn { id: &'a str, withdrawn: bool },
    Rejected { id: &'a str, rejected: Reason },
}

/// A line with the moment that it is true of: `catalog-cache` never replaces what was said later.
#[derive(Serialize)]
struct Dated<'a> {
    #[serde(flatten)]
    line: Line<'a>,
    /// When the backend was asked, in epoch milliseconds.
    #[serde(rename = "asOf")]
    as_of: i64,
}

#[derive(Serialize)]
struct Reject<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    page: u64,
    index: usize,
    reason: Reason,
    message: &'a str,
}

/// `entries`, which were asked for at `as_of`, as objects of at most [`MAX_LINES`]; the first is the
/// `page`th of its part.
pub(crate) fn written(
    mode: Mode,
    as_of: Timestamp,
    page: u64,
    entries: Vec<Entry>,
) -> Vec<Written> {
    let entries = once_each(mode, entries);
    let chunks = entries.chunks(MAX_LINES);
    (page..)
        .zip(chunks)
        .map(|(page, entries)| Written::of(mode, as_of, page, entries))
        .collect()
}

/// What tells a page from the one before: its ids, or without any its bytes.
pub(crate) fn fingerprint(entries: &[Entry], body: &[u8]) -> String {
    let mut hash = Sha256::new();
    let mut ids = entries.iter().filter_map(Entry::id).peekable();
    if ids.peek().is_none() {
        hash.update(body);
    }
    for id in ids {
        hash.update(id);
        hash.update([0]);
    }
    short(&hash.finalize())
}

/// A short name for an id in a key.
pub(crate) fn id_hash(id: &str) -> String {
    short(&Sha256::digest(id))
}

fn short(digest: &[u8]) -> String {
    let first = digest.iter().take(8);
    first.map(|byte| format!("{byte:02x}")).collect()
}

/// Entries without those whose id the page has twice. A product that is listed is not gone, whatever a
/// deleted record of the same id says: both are of the same moment. Of everything, the first counts and
/// the others are rejected; of changes, the last one is how the product is now.
fn once_each(mode: Mode, entries: Vec<Entry>) -> Vec<Entry> {
    let winners = winners(mode, &entries);
    let mut kept = Vec::with_capacity(entries.len());
    for (place, entry) in entries.into_iter().enumerate() {
        let Some(id) = entry.id() else {
            kept.push(entry);
            continue;
        };
        if winners.get(id) == Some(&place) {
            kept.push(entry);
        } else if mode == Mode::Full && !is_gone(&entry) {
            kept.push(Entry::Rejected {
                id: Some(id.to_owned()),
                index: place,
                reason: Reason::Duplicate,
                message: "the page has a product with this id before".to_owned(),
            });
        }
    }
    kept
}

/// The place of the entry that counts, by id.
fn winners(mode: Mode, entries: &[Entry]) -> HashMap<String, usize> {
    let mut winners: HashMap<String, usize> = HashMap::new();
    for (place, entry) in entries.iter().enumerate() {
        let Some(id) = entry.id() else { continue };
        let counts = match winners.get(id).and_then(|place| entries.get(*place)) {
            None => true,
            Some(before) if is_gone(before) != is_gone(entry) => is_gone(before),
            Some(_) => mode == Mode::Incremental,
        };
        if counts {
            winners.insert(id.to_owned(), place);
        }
    }
    winners
}

fn is_gone(entry: &Entry) -> bool {
    matches!(entry, Entry::Withdrawn { .. })
}

impl Written {
    fn of(mode: Mode, as_of: Timestamp, page: u64, entries: &[Entry]) -> Self {
        let mut written = Self::default();
        for entry in entries {
            written.add(mode, as_of, page, entry);
        }
        written
    }

    fn add(&mut self, mode: Mode, as_of: Timestamp, page: u64, entry: &Entry) {
        let as_of = as_of.as_millisecond();
        let dated = |line| Dated { line, as_of };
        match entry {
            Entry::Product(product) => {
                self.products += 1;
                line(&mut self.lines, &dated(Line::Product(product)));
            }
            // Of everything, what is not listed has left.
            Entry::Withdrawn { .. } if mode == Mode::Full => {}
            Entry::Withdrawn { id } => {
                let withdrawn = true;
                line(&mut self.lines, &dated(Line::Withdrawn { id, withdrawn }));
            }
            Entry::Rejected {
                id,
                index,
                reason,
                message,
            } => {
                self.rejected += 1;
                let reject = Reject {
                    id: id.as_deref(),
                    page,
                    index: *index,
                    reason: *reason,
                    message,
                };
                line(&mut self.rejects, &reject);
                // It is listed all the same. What the page has twice has a line already.
                if let (Some(id), false) = (id, *reason == Reason::Duplicate) {
                    let rejected = *reason;
                    line(&mut self.lines, &dated(Line::Rejected { id, rejected }));
                }
            }
        }
    }
}

fn line(lines: &mut Vec<u8>, value: &impl Serialize) {
    // Texts and finite numbers under texts are always JSON.
    if serde_json::to_writer(&mut *lines, value).is_ok() {
        lines.push(b'\n');
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn product(id: &str, title: &str) -> Entry {
        Entry::Product(Product {
            id: id.to_owned(),
            title: title.to_owned(),
            available: true,
            ..Product::default()
        })
    }

    fn rejected(id: Option<&str>) -> Entry {
        Entry::Rejected {
            id: id.map(str::to_owned),
            index: 3,
            reason: Reason::InvalidPrice,
            message: "it has no price".to_owned(),
        }
    }

    fn withdrawn(id: &str) -> Entry {
        Entry::Withdrawn { id: id.to_owned() }
    }

    fn values(lines: &[u8]) -> Vec<Value> {
        let text = std::str::from_utf8(lines).unwrap();
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    fn one(mode: Mode, entries: Vec<Entry>) -> Written {
        let mut all = written(mode, Timestamp::from_second(5).unwrap(), 7, entries);
        assert_eq!(all.len(), 1);
        all.remove(0)
    }

    #[test]
    fn what_is_rejected_is_told_and_still_listed() {
        let entries = vec![
            product("a", "A"),
            rejected(Some("b")),
            rejected(None),
            withdrawn("c"),
        ];
        let written = one(Mode::Incremental, entries);
        assert_eq!((written.products, written.rejected), (1, 2));
        let lines = values(&written.lines);
        assert_eq!(lines[0]["id"], "a");
        assert_eq!(
            lines[1],
            json!({"id": "b", "rejected": "invalidPrice", "asOf": 5_000})
        );
        assert_eq!(
            lines[2],
            json!({"id": "c", "withdrawn": true, "asOf": 5_000})
        );
        let expected = json!({"id": "b", "page": 7, "index": 3, "reason": "invalidPrice", "message": "it has no price"});
        let rejects = values(&written.rejects);
        assert_eq!((&rejects[0], rejects.len()), (&expected, 2));
        assert_eq!(rejects[1].get("id"), None);
    }

    #[test]
    fn a_full_pull_has_no_withdrawals() {
        let written = one(Mode::Full, vec![product("a", "A"), withdrawn("c")]);
        assert_eq!(values(&written.lines).len(), 1);
    }

    #[test]
    fn of_everything_the_first_of_two_counts_and_of_changes_the_last() {
        let twice = || vec![product("a", "old"), product("b", "B"), product("a", "new")];
        let titles = |written: &Written| -> Vec<String> {
            let titles = values(&written.lines).into_iter();
            titles
                .map(|line| line["title"].as_str().unwrap().to_owned())
                .collect()
        };
        let full = one(Mode::Full, twice());
        assert_eq!(titles(&full), ["old", "B"]);
        assert_eq!(values(&full.rejects)[0]["reason"], "duplicate");
        let changes = one(Mode::Incremental, twice());
        assert_eq!(
            (titles(&changes), changes.rejected),
            (vec!["B".into(), "new".into()], 0)
        );
    }

    #[test]
    fn a_deleted_record_never_hides_the_live_one_of_the_page() {
        let id = "a";
        for entries in [
            vec![withdrawn(id), product(id, "A")],
            vec![product(id, "A"), withdrawn(id)],
            vec![withdrawn(id), product(id, "A"), withdrawn(id)],
        ] {
            for mode in [Mode::Full, Mode::Incremental] {
                let written = one(mode, entries.clone());
                let lines = values(&written.lines);
                assert_eq!((lines.len(), &lines[0]["title"]), (1, &json!("A")));
                assert_eq!((written.products, written.rejected), (1, 0));
            }
        }
    }

    #[test]
    fn a_broken_product_is_no_deleted_one_either() {
        for entries in [
            vec![withdrawn("b"), rejected(Some("b"))],
            vec![rejected(Some("b")), withdrawn("b")],
        ] {
            for mode in [Mode::Full, Mode::Incremental] {
                let lines = values(&one(mode, entries.clone()).lines);
                assert_eq!(lines.len(), 1);
                assert_eq!(lines[0]["rejected"], "invalidPrice");
            }
        }
        let twice = vec![withdrawn("b"), withdrawn("b")];
        assert_eq!(values(&one(Mode::Incremental, twice).lines).len(), 1);
    }

    #[test]
    fn a_long_page_is_several_objects() {
        let entries = (0..2_500).map(|id| product(&id.to_string(), "T")).collect();
        let all = written(Mode::Full, Timestamp::UNIX_EPOCH, 1, entries);
        let sizes: Vec<u64> = all.iter().map(|written| written.products).collect();
        assert_eq!(sizes, [1_000, 1_000, 500]);
    }

    #[test]
    fn pages_are_told_apart_by_ids_or_bytes() {
        let of = |entries: &[Entry], body: &str| fingerprint(entries, body.as_bytes());
        assert_eq!(of(&[product("a", "A")], "1"), of(&[product("a", "B")], "2"));
        assert_ne!(
            of(&[product("a", "A"), product("b", "")], ""),
            of(&[product("ab", "A")], "")
        );
        assert_ne!(of(&[rejected(None)], "1"), of(&[rejected(None)], "2"));
    }
}
