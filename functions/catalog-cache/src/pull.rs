//! Which pull counts, and its pages. Pulls are folders whose names begin with a year and sort by time:
//! `raw/products/<pull>/` of all products, `raw/changes/<pull>/` of those that changed.

use serde::{Deserialize, Serialize};

use crate::error::CacheError;

/// Where pulls of all products are, when the event does not say.
pub(crate) const PULLS: &str = "raw/products/";
/// Where pulls of what changed are.
const CHANGES: &str = "raw/changes/";
/// Where single products are.
const SINGLE: &str = "raw/single/";

/// The most spans of an answer: what a Map state makes of them has to fit 256 KB.
const MAX_SPANS: usize = 250;

/// What a pull has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Mode {
    /// All products: what it does not list has left.
    Full,
    /// Those that changed.
    Incremental,
}

/// The answer of the step `list`.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Pull {
    /// The pull's folder; without any pull the folder of all.
    pub(crate) prefix: String,
    /// What it has.
    pub(crate) mode: Mode,
    /// How many pages it has.
    pub(crate) count: usize,
    /// All its pages, in order; some pages to a span when there are many.
    pub(crate) spans: Vec<Span>,
}

/// Pages of a pull that are written in one step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Span {
    /// The key of its first page.
    pub(crate) page: String,
    /// The key of its last page.
    pub(crate) through: String,
}

impl Pull {
    /// The pull under `prefix` with `pages`, which are sorted.
    pub(crate) fn new(prefix: String, pages: &[String]) -> Self {
        let each = pages.len().div_ceil(MAX_SPANS).max(1);
        let span = |pages: &[String]| {
            Some(Span {
                page: pages.first()?.clone(),
                through: pages.last()?.clone(),
            })
        };
        Self {
            mode: mode(&prefix),
            prefix,
            count: pages.len(),
            spans: pages.chunks(each).filter_map(span).collect(),
        }
    }
}

/// Whether the page `key` has what changed, and no more.
pub(crate) fn is_of_changes(key: &str) -> bool {
    mode(key) == Mode::Incremental
}

/// What a pull under `prefix` has.
fn mode(prefix: &str) -> Mode {
    if prefix.starts_with(CHANGES) {
        Mode::Incremental
    } else {
        Mode::Full
    }
}

/// `folder` with a `/` at its end, when it is where pulls may be.
pub(crate) fn within_raw(folder: &str) -> Result<String, CacheError> {
    if !folder.starts_with("raw/") {
        return Err(CacheError::OutsideRaw(folder.to_owned()));
    }
    Ok(format!("{}/", folder.trim_end_matches('/')))
}

/// `folder` likewise, when a pull in it may have all products.
pub(crate) fn of_all(folder: &str) -> Result<String, CacheError> {
    let folder = within_raw(folder)?;
    if folder.starts_with(CHANGES) || folder.starts_with(SINGLE) {
        return Err(CacheError::NotAll(folder));
    }
    Ok(folder)
}

/// `key`, when it is a page that `is_single` or is of a pull.
pub(crate) fn page_key(key: String, is_single: bool) -> Result<String, CacheError> {
    if !key.starts_with("raw/") {
        return Err(CacheError::OutsideRaw(key));
    }
    if is_single && !(key.starts_with(SINGLE) && key.ends_with(".jsonl")) {
        return Err(CacheError::NotSingle(key));
    }
    Ok(key)
}

/// Whether `prefix`, which ends with `/`, is a pull itself and no folder of pulls.
pub(crate) fn is_pull(prefix: &str) -> bool {
    let name = prefix.trim_end_matches('/').rsplit('/').next();
    let year = name.and_then(|name| name.get(..4));
    year.is_some_and(|year| year.bytes().all(|byte| byte.is_ascii_digit()))
}

/// What the steps that write pages of the same pull have in common: `products/<pull>`. Single products
/// of an hour are one: `single/20261129T23`.
pub(crate) fn run_of(key: &str) -> String {
    if let Some(name) = key.strip_prefix(SINGLE) {
        let hour: String = name.chars().take("20261129T23".len()).collect();
        return format!("single/{hour}");
    }
    let folders: Vec<&str> = key.split('/').skip(1).take(2).collect();
    folders.join("/")
}

/// The latest of `folders`.
pub(crate) fn latest(folders: Vec<String>) -> Option<String> {
    folders.into_iter().max()
}

/// The pages among `keys`, sorted.
pub(crate) fn pages(keys: Vec<String>) -> Vec<String> {
    let mut pages: Vec<String> = keys
        .into_iter()
        .filter(|key| key.ends_with(".jsonl"))
        .collect();
    pages.sort();
    pages
}

/// The folder of the pull that the page `key` is of.
pub(crate) fn folder_of(key: &str) -> &str {
    let third = key.match_indices('/').nth(2);
    third.map_or(key, |(end, _)| &key[..=end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_pull_is_the_last_by_name() {
        let folders = ["raw/products/2026-11-22T10/", "raw/products/2026-11-23T02/"];
        let folders = folders.map(str::to_owned).to_vec();
        assert_eq!(latest(folders).unwrap(), "raw/products/2026-11-23T02/");
        assert_eq!(latest(Vec::new()), None);
    }

    #[test]
    fn only_pages_are_pages() {
        let keys = [
            "p/b/page-00002.jsonl",
            "p/_done.json",
            "p/a/page-00001.jsonl",
        ];
        let pages = pages(keys.map(str::to_owned).to_vec());
        assert_eq!(pages, ["p/a/page-00001.jsonl", "p/b/page-00002.jsonl"]);
    }

    #[test]
    fn a_folder_is_a_folder_with_or_without_its_slash() {
        assert_eq!(within_raw("raw/products").unwrap(), PULLS);
        assert_eq!(within_raw("raw/products/").unwrap(), PULLS);
        let refused = within_raw("datasets/").unwrap_err().to_string();
        assert!(refused.contains("not under raw/"), "{refused}");
    }

    #[test]
    fn a_pull_is_known_by_its_name() {
        assert!(is_pull("raw/changes/20261129T233000Z/"));
        assert!(is_pull("raw/products/2026-11-23T02/"));
        assert!(!is_pull(PULLS) && !is_pull("raw/products/eu/"));
    }

    #[test]
    fn what_changed_says_nothing_of_what_left() {
        for prefix in ["raw/changes/20261129T233000Z/", "raw/single"] {
            let refused = of_all(prefix).unwrap_err().to_string();
            assert!(refused.contains("not all products"), "{refused}");
        }
        assert!(of_all("raw/products/20261129T233000Z").is_ok());
        assert!(is_of_changes(
            "raw/changes/20261129T233000Z/part-000/page-00001.jsonl"
        ));
        assert!(!is_of_changes(
            "raw/products/20261129T233000Z/part-000/page-00001.jsonl"
        ));
    }

    #[test]
    fn only_a_single_product_is_one() {
        let is_single = |key: &str| page_key(key.to_owned(), true).is_ok();
        assert!(is_single("raw/single/20261129T233000Z-1a2b.jsonl"));
        assert!(!is_single("raw/products/20261129T233000Z/page-00001.jsonl"));
        assert!(!is_single("raw/single/notes.txt"));
        assert!(page_key("config/personalization.yaml".to_owned(), false).is_err());
    }

    #[test]
    fn pages_of_a_pull_are_of_one_run() {
        let part = "raw/products/20261129T233000Z/part-000/page-00001.jsonl";
        assert_eq!(run_of(part), "products/20261129T233000Z");
        let single = "raw/single/20261129T233000Z-1a2b.jsonl";
        assert_eq!(run_of(single), "single/20261129T23");
    }

    #[test]
    fn every_page_is_in_one_span() {
        for count in [0, 1, 250, 251, 4_000] {
            let pages: Vec<String> = (0..count).map(|page| format!("{page:05}.jsonl")).collect();
            let pull = Pull::new("raw/changes/2026/".to_owned(), &pages);
            assert!(pull.spans.len() <= MAX_SPANS, "{count}");
            let within = |page: &String, span: &Span| (&span.page..=&span.through).contains(&page);
            for page in &pages {
                let spans = pull.spans.iter().filter(|span| within(page, span));
                assert_eq!(spans.count(), 1, "{page} of {count}");
            }
            assert_eq!((pull.count, pull.mode), (count, Mode::Incremental));
        }
    }

    #[test]
    fn a_page_tells_its_pull() {
        let pull = "raw/products/20261129T233000Z/";
        assert_eq!(folder_of(&format!("{pull}part-000/page-00001.jsonl")), pull);
        assert_eq!(folder_of(&format!("{pull}page-00001.jsonl")), pull);
    }
}
