//! The lines, or rows, of a file from any of them on: a piece of it is in memory.

use messages::csv;

use super::{
    bucket::Bucket,
    cursor::{Cursor, Format},
};
use crate::{error::ContactsError, line::Heading};

/// How much is asked for at once, in bytes; no line is longer.
const PIECE: u64 = 4 * 1024 * 1024;

/// Reads a file.
pub(super) struct Rows<'a> {
    bucket: &'a Bucket,
    /// Bytes of the file from `start` on.
    piece: Vec<u8>,
    start: u64,
    /// What of the piece was given.
    given: usize,
}

/// Some lines.
pub(super) struct Batch {
    pub(super) rows: Vec<Vec<u8>>,
    /// The first byte behind them.
    pub(super) behind: u64,
    /// Whether they are the last.
    pub(super) ended: bool,
}

impl<'a> Rows<'a> {
    /// Of the file of `cursor`, from where it is.
    pub(super) fn new(bucket: &'a Bucket, cursor: &Cursor) -> Self {
        Self {
            bucket,
            piece: Vec::new(),
            start: cursor.offset,
            given: 0,
        }
    }

    /// The next lines, at most `most`; empty ones are none.
    pub(super) async fn next(
        &mut self,
        cursor: &mut Cursor,
        most: usize,
    ) -> Result<Batch, ContactsError> {
        let mut rows = Vec::new();
        while rows.len() < most {
            let Some(row) = self.row(cursor).await? else {
                return Ok(self.batch(rows, true));
            };
            if row.is_empty() {
                continue;
            }
            match &mut cursor.format {
                Format::Csv(heading @ None) => {
                    let named = Heading::of(&row).map_err(|message| ContactsError::Heading {
                        key: cursor.file.key.clone(),
                        message,
                    })?;
                    *heading = Some(named);
                }
                _ => rows.push(row),
            }
        }
        Ok(self.batch(rows, false))
    }

    fn batch(&self, rows: Vec<Vec<u8>>, ended: bool) -> Batch {
        Batch {
            rows,
            behind: self.start + to_u64(self.given),
            ended,
        }
    }

    /// The next row, without its line break; nothing at the end.
    async fn row(&mut self, cursor: &Cursor) -> Result<Option<Vec<u8>>, ContactsError> {
        loop {
            let rest = self.piece.get(self.given..).unwrap_or_default();
            let is_last = self.start + to_u64(self.piece.len()) >= cursor.bytes;
            let is_csv = matches!(cursor.format, Format::Csv(_));
            let is_long = to_u64(rest.len()) >= PIECE;
            let end = match end(rest, is_csv, is_last || is_long) {
                Some(end) => end,
                None if is_last && rest.is_empty() => return Ok(None),
                None if is_last => rest.len(),
                // A line that has no end is cut: what is left of it is no line either.
                None if is_long => rest.len(),
                None => {
                    self.more(cursor).await?;
                    continue;
                }
            };
            let row = rest.get(..end).unwrap_or_default();
            let row = row.strip_suffix(b"\r").unwrap_or(row).to_vec();
            self.given = (self.given + end + 1).min(self.piece.len());
            return Ok(Some(row));
        }
    }

    async fn more(&mut self, cursor: &Cursor) -> Result<(), ContactsError> {
        self.piece.drain(..self.given);
        self.start += to_u64(self.given);
        self.given = 0;
        let first = self.start + to_u64(self.piece.len());
        let last = cursor.bytes.min(first + PIECE) - 1;
        let bytes = self
            .bucket
            .range(&cursor.file.key, &cursor.etag, (first, last))
            .await?;
        self.piece.extend(bytes);
        Ok(())
    }
}

/// Where the first line of `bytes` ends, or the first row of CSV; `is_all` says that no more can be had.
fn end(bytes: &[u8], is_csv: bool, is_all: bool) -> Option<usize> {
    match is_csv {
        true => csv::end(bytes, is_all),
        false => bytes.iter().position(|byte| *byte == b'\n'),
    }
}

fn to_u64(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::end;

    #[test]
    fn rows_of_csv_may_have_line_breaks_and_lines_of_json_have_none() {
        assert_eq!(end(b"\"a\nb\"\nc", true, false), Some(5));
        assert_eq!(end(b"\"a\nb\"\nc", false, false), Some(2));
        assert_eq!(end(b"abc", true, true), None);
    }

    #[test]
    fn a_quote_that_is_not_closed_takes_no_row_along() {
        assert_eq!(end(b"u1,5\" pipe\nu2,b\n", true, false), Some(10));
        assert_eq!(end(b"u1,\"Ann\nu2,b\n", true, true), Some(7));
    }
}
