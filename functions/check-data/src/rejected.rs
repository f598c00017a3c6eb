//! The file of rejected rows: for each the object, the line, the reason and the row itself, so that
//! a person can mend the source. Bounded: the first [`MAX_ROWS`], each cut at [`MAX_TEXT`] characters.

use crate::reason::Rejection;

/// Rows kept; more of the same help nobody.
pub(crate) const MAX_ROWS: u64 = 10_000;
/// Characters kept of each.
const MAX_TEXT: usize = 1_000;

/// Collects rejected rows as CSV: `object,line,reason,detail,row`.
pub(crate) struct RejectedRows {
    csv: csv::Writer<Vec<u8>>,
    /// Rows in it.
    pub(crate) stored: u64,
}

impl Default for RejectedRows {
    /// An empty file.
    fn default() -> Self {
        Self {
            csv: csv::Writer::from_writer(Vec::new()),
            stored: 0,
        }
    }
}

impl RejectedRows {
    /// Adds one row, while there is room.
    ///
    /// # Errors
    /// When it cannot be written as CSV.
    pub(crate) fn add(
        &mut self,
        object: &str,
        number: u64,
        raw: &[u8],
        why: &Rejection<'_>,
    ) -> Result<(), csv::Error> {
        if self.stored == MAX_ROWS {
            return Ok(());
        }
        if self.stored == 0 {
            self.csv
                .write_record(["object", "line", "reason", "detail", "row"])?;
        }
        self.stored += 1;
        // Four bytes a character at most: the rest of a long line need not be decoded.
        let head = &raw[..raw.len().min(4 * MAX_TEXT)];
        let text: String = String::from_utf8_lossy(head)
            .chars()
            .take(MAX_TEXT)
            .collect();
        let line = number.to_string();
        self.csv.write_record([
            object,
            &line,
            why.reason.name(),
            &why.detail.to_string(),
            &text,
        ])
    }

    /// The file's bytes.
    ///
    /// # Errors
    /// When the last rows cannot be written as CSV.
    pub(crate) fn into_bytes(self) -> Result<Vec<u8>, csv::Error> {
        self.csv
            .into_inner()
            .map_err(|error| error.into_error().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reason::{Detail, Reason};

    #[test]
    fn a_row_is_kept_with_its_place_and_cut_when_long() {
        let mut rejected = RejectedRows::default();
        let why = Rejection::new(
            Reason::IdTooLong,
            Detail::Column("USER_ID", "has more than 256 characters"),
        );
        rejected
            .add("a.csv", 7, "é".repeat(3_000).as_bytes(), &why)
            .unwrap();
        rejected.add("b, c.csv", 9, b"u1,\"i1", &why).unwrap();
        let bytes = rejected.into_bytes().unwrap();
        let rows: Vec<csv::StringRecord> = csv::Reader::from_reader(&bytes[..])
            .records()
            .map(Result::unwrap)
            .collect();
        assert_eq!((&rows[0][1], &rows[0][2]), ("7", "id-too-long"));
        assert_eq!(rows[0][4].chars().count(), MAX_TEXT);
        assert_eq!((&rows[1][0], &rows[1][4]), ("b, c.csv", "u1,\"i1"));
    }

    #[test]
    fn the_file_ends_growing() {
        let mut rejected = RejectedRows::default();
        let why = Rejection::new(Reason::Duplicate, Detail::Line(""));
        for line in 0..MAX_ROWS + 5 {
            rejected.add("a.csv", line, b"row", &why).unwrap();
        }
        assert_eq!(rejected.stored, MAX_ROWS);
    }
}
