//! Chunks of Athena's result in, its rows out, in bounded memory. A field may have line breaks.

use bytes::{Buf, Bytes};
use csv_core::{ReadRecordResult, Reader};

/// The longest row taken, in bytes: Personalize's largest has 100 columns of 1,000 characters and a
/// text of 20,000.
const MAX_ROW: usize = 1024 * 1024;
/// More columns than any schema may have.
const MAX_COLUMNS: usize = 1_024;

/// Splits one result.
pub(crate) struct Rows {
    parser: Reader,
    pending: Bytes,
    fields: Vec<u8>,
    ends: Vec<usize>,
    /// What the row under way has of `fields` and `ends`.
    filled: (usize, usize),
    too_long: bool,
}

/// A row, or what is one to the CSV format alone.
#[derive(Debug)]
pub(crate) enum Record<'a> {
    /// Its fields.
    Row(Row<'a>),
    /// It is too long, or has too many fields, and is passed over.
    TooLong,
}

/// The fields of a row, unquoted.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row<'a> {
    fields: &'a [u8],
    ends: &'a [usize],
}

impl<'a> Row<'a> {
    /// How many fields there are.
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The field at `index`, empty when there is none.
    pub(crate) fn get(&self, index: usize) -> &'a [u8] {
        let before = index
            .checked_sub(1)
            .and_then(|before| self.ends.get(before));
        let start = before.copied().unwrap_or(0);
        let end = self.ends.get(index).copied().unwrap_or(start);
        &self.fields[start..end]
    }

    /// All fields.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &'a [u8]> {
        (0..self.len()).map(|index| self.get(index))
    }
}

impl Rows {
    /// At the start of a result.
    pub(crate) fn new() -> Self {
        Self {
            parser: Reader::new(),
            pending: Bytes::new(),
            fields: vec![0; MAX_ROW],
            ends: vec![0; MAX_COLUMNS],
            filled: (0, 0),
            too_long: false,
        }
    }

    /// Takes the next bytes, once [`Self::next`] has given all rows of those before.
    pub(crate) fn push(&mut self, chunk: Bytes) {
        self.pending = chunk;
    }

    /// The next row, or `None` when it needs more bytes. `last`: no more bytes will come.
    pub(crate) fn next(&mut self, last: bool) -> Option<Record<'_>> {
        loop {
            // To the parser no bytes are the end.
            if self.pending.is_empty() && !last {
                return None;
            }
            let (bytes, columns) = self.filled;
            let (result, read, written, ended) = self.parser.read_record(
                &self.pending,
                &mut self.fields[bytes..],
                &mut self.ends[columns..],
            );
            self.pending.advance(read);
            self.filled = (bytes + written, columns + ended);
            match result {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull | ReadRecordResult::OutputEndsFull => {
                    self.too_long = true;
                    self.filled = (0, 0);
                }
                ReadRecordResult::Record => return Some(self.record()),
                ReadRecordResult::End => return None,
            }
        }
    }

    fn record(&mut self) -> Record<'_> {
        let (bytes, columns) = std::mem::take(&mut self.filled);
        if std::mem::take(&mut self.too_long) {
            return Record::TooLong;
        }
        Record::Row(Row {
            fields: &self.fields[..bytes],
            ends: &self.ends[..columns],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rows of `text` in chunks of `size` bytes, fields joined by `|`, too long ones as `None`.
    fn read(text: &[u8], size: usize) -> Vec<Option<String>> {
        let mut rows = Rows::new();
        let mut found = Vec::new();
        let mut take = |rows: &mut Rows, last| {
            while let Some(record) = rows.next(last) {
                found.push(match record {
                    Record::Row(row) => {
                        let fields: Vec<&str> = row
                            .iter()
                            .map(|field| str::from_utf8(field).unwrap())
                            .collect();
                        Some(fields.join("|"))
                    }
                    Record::TooLong => None,
                });
            }
        };
        for chunk in text.chunks(size) {
            rows.push(Bytes::copy_from_slice(chunk));
            take(&mut rows, false);
        }
        take(&mut rows, true);
        found
    }

    #[test]
    fn chunks_of_any_size_give_the_same_rows() {
        let text = b"\"a\",\"b\"\n\"1\",\"x, \"\"y\"\"\nz\"\n\"2\",\n,\"\"\n3,4";
        let expected = ["a|b", "1|x, \"y\"\nz", "2|", "|", "3|4"];
        let expected = expected.map(|row| Some(row.to_owned()));
        for size in 1..=text.len() {
            assert_eq!(read(text, size), expected, "chunks of {size}");
        }
        assert!(read(b"", 1).is_empty());
    }

    #[test]
    fn a_row_over_the_limit_is_passed_over_and_the_next_read() {
        let long = format!(
            "a,b\n\"{}\",\"{}\"\nc,d\n",
            "x".repeat(MAX_ROW),
            "y".repeat(MAX_ROW)
        );
        let wide = format!("{}\ne,f\n", vec!["1"; 3 * MAX_COLUMNS].join(","));
        let text = [long, wide].concat();
        let expected = [Some("a|b"), None, Some("c|d"), None, Some("e|f")];
        let expected = expected.map(|row| row.map(str::to_owned));
        for size in [1_000, 8 * 1024 * 1024] {
            assert_eq!(read(text.as_bytes(), size), expected, "chunks of {size}");
        }
    }

    #[test]
    fn the_longest_row_is_taken() {
        let text = format!("{},b\n", "x".repeat(MAX_ROW - 2));
        assert_eq!(
            read(text.as_bytes(), 1_000)[0].as_ref().unwrap().len(),
            MAX_ROW
        );
    }
}
