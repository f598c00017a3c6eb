//! An object with a user id a line, or CSV with a column `user_id`, read in pieces from any row on.

mod record;

use std::time::Instant;

use messages::{csv, object::Head};
use serde::{Deserialize, Serialize};

use crate::{bucket::Bucket, crowd::Crowd, error::AudienceError};
use record::{column, field};

/// How much is asked for at once, in bytes; no row is longer.
const PIECE: u64 = 4 * 1024 * 1024;

/// What an object may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// CSV with a heading, as Athena writes it.
    Csv,
    /// CSV when the heading names `user_id`, else a user id a line.
    LinesOrCsv,
}

/// A row of an object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Place {
    etag: String,
    bytes: u64,
    /// The first byte of the row.
    offset: u64,
    /// The column of the id; nothing when there are none.
    column: Option<usize>,
}

/// An object of the data bucket.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Table<'a> {
    pub(crate) bucket: &'a Bucket,
    pub(crate) key: &'a str,
}

impl Table<'_> {
    /// Its first row, behind the heading.
    ///
    /// # Errors
    /// When no column is called `user_id`, or S3 does not answer.
    pub(crate) async fn start(&self, head: Head, kind: Kind) -> Result<Place, AudienceError> {
        let mut place = Place {
            etag: head.etag,
            bytes: head.bytes,
            offset: 0,
            column: None,
        };
        let first = self.piece(&place).await?;
        let heading = csv::end(&first, true).unwrap_or(first.len());
        let names = first.get(..heading).unwrap_or_default();
        place.column = column(names);
        if place.column.is_some() {
            place.offset = u64::try_from(heading + 1)
                .unwrap_or(u64::MAX)
                .min(place.bytes);
        } else if kind == Kind::Csv || names.contains(&b',') {
            return Err(AudienceError::NoColumn {
                key: self.key.to_owned(),
            });
        }
        Ok(place)
    }

    /// Gives `crowd` the rows from `place` on until `until`; where it stopped, or nothing at the end.
    ///
    /// # Errors
    /// When the object is another one by now, a row has no end, or S3 does not answer.
    pub(crate) async fn read(
        &self,
        mut place: Place,
        crowd: &mut Crowd<'_>,
        until: Instant,
    ) -> Result<Option<Place>, AudienceError> {
        while place.offset < place.bytes {
            if Instant::now() >= until {
                return Ok(Some(place));
            }
            let piece = self.piece(&place).await?;
            let is_last = place.offset + to_u64(piece.len()) >= place.bytes;
            let mut rest = piece.as_slice();
            while !rest.is_empty() {
                // Nothing more of a row can be had than the whole piece.
                let is_all = is_last || rest.len() == piece.len();
                let row = match (row_end(rest, place.column, is_all), is_last) {
                    (Some(row), _) => row,
                    (None, true) => rest.len(),
                    (None, false) => break,
                };
                self.take(rest.get(..row).unwrap_or_default(), place.column, crowd)
                    .await?;
                rest = rest.get(row + 1..).unwrap_or_default();
            }
            let read = piece.len() - rest.len();
            if read == 0 {
                return Err(AudienceError::EndlessRow {
                    key: self.key.to_owned(),
                    offset: place.offset,
                    most: PIECE,
                });
            }
            place.offset += to_u64(read);
        }
        Ok(None)
    }

    async fn take(
        &self,
        row: &[u8],
        column: Option<usize>,
        crowd: &mut Crowd<'_>,
    ) -> Result<(), AudienceError> {
        let row = row.strip_suffix(b"\r").unwrap_or(row);
        if row.is_empty() {
            return Ok(());
        }
        let id = match column {
            Some(column) => field(row, column),
            None => Some(row.to_vec()),
        };
        match id.and_then(|id| String::from_utf8(id).ok()) {
            Some(id) => crowd.add(id.trim(), &[]).await,
            None => {
                crowd.reject();
                Ok(())
            }
        }
    }

    async fn piece(&self, place: &Place) -> Result<Vec<u8>, AudienceError> {
        if place.bytes == 0 {
            return Ok(Vec::new());
        }
        let last = place.bytes.min(place.offset + PIECE) - 1;
        let piece = self
            .bucket
            .range(self.key, &place.etag, (place.offset, last))
            .await;
        piece.map_err(|error| match error {
            AudienceError::Aws(error)
                if error.is_not_found() || error.code() == "PreconditionFailed" =>
            {
                AudienceError::ListChanged {
                    key: self.key.to_owned(),
                }
            }
            error => error,
        })
    }
}

/// Where the first row of `rest` ends. Without columns a quote is a part of an id.
fn row_end(rest: &[u8], column: Option<usize>, is_all: bool) -> Option<usize> {
    match column {
        Some(_) => csv::end(rest, is_all),
        None => rest.iter().position(|byte| *byte == b'\n'),
    }
}

fn to_u64(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::row_end;

    #[test]
    fn a_quote_that_is_not_closed_takes_no_row_along() {
        let rows = b"u1,\"Ann\nu2,b\nu3,c";
        assert_eq!(row_end(rows, Some(0), true), Some(7));
        assert_eq!(row_end(rows, Some(0), false), None);
        assert_eq!(row_end(b"5\" pipe,u1\nu2,b\n", Some(1), false), Some(10));
        assert_eq!(row_end(b"\"u1\nu2", None, false), Some(3));
    }
}
