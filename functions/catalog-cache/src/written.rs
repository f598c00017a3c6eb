//! The answer of the steps `write` and `change`: what became of the lines of a page.

use std::collections::{BTreeMap, HashSet};

use serde::Serialize;

use crate::{
    announce::Unannounced, entry::Entry, lines::Line, product::id_hash, rejection::Rejection,
    terms::Fate,
};

/// The most reasons of rejections that are told apart.
const MAX_REASONS: usize = 32;

/// The answer of the step: `read` is the sum of the next six.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Written {
    /// The page's key, or that of the first page.
    pub(crate) page: String,
    /// Lines that are not blank.
    pub(crate) read: u64,
    /// Products written, because they are new, changed or back.
    pub(crate) written: u64,
    /// Products written as they were, so that they do not expire or are not undone.
    pub(crate) renewed: u64,
    /// Products the table has as they are, or has no more.
    pub(crate) unchanged: u64,
    /// Products that became tombstones.
    pub(crate) withdrawn: u64,
    /// Products of which the table, or the page itself, has something later.
    pub(crate) older: u64,
    /// Lines that are no products, by reason.
    pub(crate) rejected: BTreeMap<Rejection, u64>,
    /// Products that the table did not have, or had as tombstones.
    pub(crate) new: u64,
    /// Of the new ones, those that Personalize was told.
    pub(crate) announced: u64,
    /// Of the new ones, those that are left to the next import, by reason.
    pub(crate) unannounced: BTreeMap<Unannounced, u64>,
}

impl Written {
    /// What `line` says, when it is sound and not among those `seen`: hashes of ids, and whether they
    /// are of products that left. A page may have both of one id.
    pub(crate) fn sift(
        &mut self,
        line: &Line<'_>,
        seen: &mut HashSet<(u64, bool)>,
    ) -> Option<Entry> {
        let entry = match line {
            Line::TooLong => Err(Rejection::LineTooLong),
            Line::Whole(bytes) if bytes.trim_ascii().is_empty() => return None,
            Line::Whole(bytes) => Entry::parse(bytes),
        };
        self.read += 1;
        let entry = entry.and_then(|entry| {
            let left = matches!(entry, Entry::Withdrawn(_));
            let new = seen.insert((id_hash(entry.id()), left));
            new.then_some(entry).ok_or(Rejection::Duplicate)
        });
        entry.map_err(|rejection| self.reject(rejection)).ok()
    }

    fn reject(&mut self, rejection: Rejection) {
        let is_one_more = !self.rejected.contains_key(&rejection);
        let rejection = if is_one_more && self.rejected.len() >= MAX_REASONS {
            Rejection::Rejected
        } else {
            rejection
        };
        *self.rejected.entry(rejection).or_default() += 1;
    }

    /// Adds what became of another page.
    pub(crate) fn add(&mut self, other: Self) {
        if self.page.is_empty() {
            self.page = other.page;
        }
        self.read += other.read;
        self.written += other.written;
        self.renewed += other.renewed;
        self.unchanged += other.unchanged;
        self.withdrawn += other.withdrawn;
        self.older += other.older;
        self.new += other.new;
        self.announced += other.announced;
        for (reason, lines) in other.rejected {
            *self.rejected.entry(reason).or_default() += lines;
        }
        for (reason, items) in other.unannounced {
            *self.unannounced.entry(reason).or_default() += items;
        }
    }

    /// Counts what became of a product.
    pub(crate) fn count(&mut self, fate: Fate) {
        let counter = match fate {
            Fate::Older => &mut self.older,
            Fate::Unchanged => &mut self.unchanged,
            Fate::Renewed => &mut self.renewed,
            Fate::Changed | Fate::New => &mut self.written,
        };
        *counter += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(id: &str) -> String {
        format!(r#"{{"id":"{id}","title":"T","price":1}}"#)
    }

    #[test]
    fn good_lines_go_on_and_bad_ones_are_counted() {
        let (mut written, mut seen) = (Written::default(), HashSet::new());
        let (a, b) = (line("a"), line("b"));
        let lines = [
            Line::Whole(a.as_bytes()),
            Line::Whole(b"  "),
            Line::TooLong,
            Line::Whole(b"{"),
            Line::Whole(a.as_bytes()),
            Line::Whole(br#"{"id":"c","rejected":"noPrice"}"#),
            Line::Whole(b.as_bytes()),
        ];
        let entries = lines
            .iter()
            .filter_map(|line| written.sift(line, &mut seen));
        let ids: Vec<String> = entries.map(|entry| entry.id().to_owned()).collect();
        assert_eq!(ids, ["a", "b"]);
        assert_eq!(written.read, 6);
        let rejected = serde_json::to_value(&written).unwrap()["rejected"].take();
        let expected =
            serde_json::json!({"lineTooLong": 1, "notJson": 1, "duplicate": 1, "noPrice": 1});
        assert_eq!(rejected, expected);
    }

    #[test]
    fn an_answer_has_not_more_reasons_than_anybody_reads() {
        let (mut written, mut seen) = (Written::default(), HashSet::new());
        for reason in 0..1_000 {
            let line = format!(r#"{{"id":"c","rejected":"reason{reason}"}}"#);
            assert_eq!(written.sift(&Line::Whole(line.as_bytes()), &mut seen), None);
        }
        assert_eq!(written.rejected.len(), MAX_REASONS + 1);
        assert_eq!(written.rejected[&Rejection::Rejected], 1_000 - 32);
    }
}
