//! Cuts a list into parts that fit DynamoDB items, while its ids come in: a segment of millions of
//! users is never in memory as a whole.

use shared::lists::{ReadyMadeList, part_key};

/// The most bytes of ids in one part: a DynamoDB item has 400 KB, names and numbers included.
const MAX_BYTES: usize = 350_000;
/// What DynamoDB adds to each element of a list.
const OVERHEAD: usize = 4;

/// What all lists of one loading have in common.
#[derive(Debug, Clone)]
pub(crate) struct Stamp {
    /// The job that made them.
    pub(crate) source: String,
    /// Epoch seconds.
    pub(crate) updated_at: i64,
    /// Epoch seconds.
    pub(crate) expires_at: i64,
}

/// One list on its way into the table.
#[derive(Debug)]
pub(crate) struct Parts<'a> {
    stamp: &'a Stamp,
    key: String,
    /// The first part, kept to be given out last.
    first: Option<Vec<String>>,
    /// Parts closed.
    closed: u32,
    ids: Vec<String>,
    bytes: usize,
}

impl<'a> Parts<'a> {
    /// The list that is to be under `key`.
    pub(crate) fn new(stamp: &'a Stamp, key: String) -> Self {
        Self {
            stamp,
            key,
            first: None,
            closed: 0,
            ids: Vec::new(),
            bytes: 0,
        }
    }

    /// Adds an id; a part that is full by it, unless it is the first.
    pub(crate) fn push(&mut self, id: String) -> Option<ReadyMadeList> {
        let bytes = id.len() + OVERHEAD;
        let full = (self.bytes + bytes > MAX_BYTES).then(|| self.close());
        self.bytes += bytes;
        self.ids.push(id);
        full.flatten()
    }

    /// The last part, if it is not the first, and then the first, by which the list is found.
    pub(crate) fn finish(mut self) -> impl Iterator<Item = ReadyMadeList> {
        let last = self.close();
        let parts = (self.closed > 1).then_some(self.closed);
        let first = self.first.take().unwrap_or_default();
        let first = self.part(1, first, parts);
        last.into_iter().chain([first])
    }

    fn close(&mut self) -> Option<ReadyMadeList> {
        self.bytes = 0;
        self.closed += 1;
        let ids = std::mem::take(&mut self.ids);
        if self.closed == 1 {
            self.first = Some(ids);
            return None;
        }
        Some(self.part(self.closed, ids, None))
    }

    fn part(&self, part: u32, items: Vec<String>, parts: Option<u32>) -> ReadyMadeList {
        ReadyMadeList {
            list_key: part_key(&self.key, part),
            items,
            source: self.stamp.source.clone(),
            updated_at: self.stamp.updated_at,
            expires_at: Some(self.stamp.expires_at),
            parts,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(ids: usize) -> Vec<ReadyMadeList> {
        let stamp = Stamp {
            source: "nightly".to_owned(),
            updated_at: 1,
            expires_at: 2,
        };
        let mut parts = Parts::new(&stamp, "segment#nightly/42".to_owned());
        let mut lists = Vec::new();
        for id in 0..ids {
            lists.extend(parts.push(format!("{id:096}")));
        }
        lists.extend(parts.finish());
        lists
    }

    #[test]
    fn what_fits_is_one_item() {
        let lists = cut(3_500);
        assert_eq!(lists.len(), 1);
        assert_eq!((lists[0].items.len(), lists[0].parts), (3_500, None));
    }

    #[test]
    fn what_does_not_goes_on_in_parts_and_the_first_is_given_out_last() {
        let lists = cut(8_000);
        let keys: Vec<_> = lists.iter().map(|list| list.list_key.as_str()).collect();
        assert_eq!(
            keys,
            [
                "segment#nightly/42#part-2",
                "segment#nightly/42#part-3",
                "segment#nightly/42"
            ]
        );
        assert_eq!(lists[2].parts, Some(3));
        assert_eq!(lists[2].items[0], format!("{:096}", 0));
        assert_eq!(lists[0].items[0], format!("{:096}", 3_500));
        let all: usize = lists.iter().map(|list| list.items.len()).sum();
        assert_eq!(all, 8_000);
    }

    #[test]
    fn an_answer_without_items_is_an_empty_list() {
        let lists = cut(0);
        assert_eq!((lists.len(), lists[0].items.len()), (1, 0));
    }
}
