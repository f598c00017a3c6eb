//! Which pull counts: pulls are folders whose names sort by time, and the last one does.

use serde::Serialize;

use crate::error::CacheError;

/// Where pulls are when the event does not say.
pub(crate) const PULLS: &str = "raw/products/";

/// The answer of the step `list`.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Pull {
    /// The latest pull's folder; without any pull the folder of all.
    pub(crate) prefix: String,
    /// Keys of its pages, sorted.
    pub(crate) pages: Vec<String>,
}

/// `folder` with a `/` at its end, when it is where pulls may be.
pub(crate) fn within_raw(folder: &str) -> Result<String, CacheError> {
    if !folder.starts_with("raw/") {
        return Err(CacheError::OutsideRaw(folder.to_owned()));
    }
    Ok(format!("{}/", folder.trim_end_matches('/')))
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
        let keys = ["p/page-00002.jsonl", "p/_done.json", "p/page-00001.jsonl"];
        let pages = pages(keys.map(str::to_owned).to_vec());
        assert_eq!(pages, ["p/page-00001.jsonl", "p/page-00002.jsonl"]);
    }

    #[test]
    fn a_folder_is_a_folder_with_or_without_its_slash() {
        assert_eq!(within_raw("raw/products").unwrap(), PULLS);
        assert_eq!(within_raw("raw/products/").unwrap(), PULLS);
        let refused = within_raw("datasets/").unwrap_err().to_string();
        assert!(refused.contains("not under raw/"), "{refused}");
    }
}
