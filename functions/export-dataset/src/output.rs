//! Rows as the CSV files of a dataset: a header each, unquoted as Personalize wants it, and cut into
//! parts for upload.

use std::borrow::Cow;

use csv::Writer;

/// How large parts and files become.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sizes {
    /// A part is sent when it has as many bytes. S3 takes no smaller ones than 5 MiB, but the last.
    pub(crate) part: usize,
    /// A file ends with the part that makes it as large.
    pub(crate) file: usize,
}

/// Files of about 1 GB, well below S3's 10,000 parts.
pub(crate) const SIZES: Sizes = Sizes {
    part: 8 * 1024 * 1024,
    file: 1_000_000_000,
};

/// Bytes of a file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Part {
    /// In the order of the rows.
    pub(crate) bytes: Vec<u8>,
    /// Whether the next part is of another file.
    pub(crate) ends_file: bool,
}

/// Rows that are not sent yet.
pub(crate) struct Output {
    header: Vec<String>,
    sizes: Sizes,
    writer: Writer<Vec<u8>>,
    /// Bytes of the file under way that are in parts already; `None` before its header.
    file: Option<usize>,
}

impl Output {
    /// Before the first file.
    pub(crate) fn new(header: Vec<String>, sizes: Sizes) -> Self {
        Self {
            header,
            sizes,
            writer: writer(),
            file: None,
        }
    }

    /// Adds a row.
    ///
    /// # Errors
    /// When it has not as many values as the header has names.
    pub(crate) fn row<'v>(
        &mut self,
        values: impl Iterator<Item = Cow<'v, [u8]>>,
    ) -> Result<(), csv::Error> {
        if self.file.is_none() {
            self.writer.write_record(&self.header)?;
            self.file = Some(0);
        }
        self.writer.write_record(values)
    }

    /// The next part, when there is enough for one.
    ///
    /// # Errors
    /// Never, as it is all in memory.
    pub(crate) fn part(&mut self) -> Result<Option<Part>, csv::Error> {
        if self.writer.get_ref().len() < self.sizes.part {
            return Ok(None);
        }
        let part = self.cut()?;
        if part.ends_file {
            self.file = None;
        }
        Ok(Some(part))
    }

    /// The last part; `None` when there is nothing left.
    ///
    /// # Errors
    /// Never, as it is all in memory.
    pub(crate) fn rest(mut self) -> Result<Option<Part>, csv::Error> {
        if self.file.is_none() {
            return Ok(None);
        }
        let part = self.cut()?;
        Ok((!part.bytes.is_empty()).then_some(Part {
            ends_file: true,
            ..part
        }))
    }

    fn cut(&mut self) -> Result<Part, csv::Error> {
        let full = std::mem::replace(&mut self.writer, writer());
        let bytes = full.into_inner().map_err(csv::IntoInnerError::into_error)?;
        let file = self.file.unwrap_or(0) + bytes.len();
        self.file = Some(file);
        Ok(Part {
            bytes,
            ends_file: file >= self.sizes.file,
        })
    }
}

fn writer() -> Writer<Vec<u8>> {
    Writer::from_writer(Vec::new())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The files that `rows` of two values become.
    fn files(rows: &[[&str; 2]], sizes: Sizes) -> Vec<String> {
        let header = ["A", "B"].map(str::to_owned).to_vec();
        let mut output = Output::new(header, sizes);
        let (mut files, mut file) = (Vec::new(), Vec::new());
        let mut take = |part: Option<Part>| {
            let Some(part) = part else { return };
            assert!(!part.bytes.is_empty());
            file.extend(part.bytes);
            if part.ends_file {
                files.push(String::from_utf8(std::mem::take(&mut file)).unwrap());
            }
        };
        for row in rows {
            let values = row.iter().map(|value| Cow::Borrowed(value.as_bytes()));
            output.row(values).unwrap();
            take(output.part().unwrap());
        }
        take(output.rest().unwrap());
        // What comes to its end with a part ends with the rows, too.
        if !file.is_empty() {
            files.push(String::from_utf8(file).unwrap());
        }
        files
    }

    #[test]
    fn a_header_is_plain_and_values_are_quoted_where_they_must() {
        let rows = [["1", "x"], ["2", "a \"b\", c"], ["", ""]];
        let expected = ["A,B\n1,x\n2,\"a \"\"b\"\", c\"\n,\n"];
        assert_eq!(files(&rows, SIZES), expected);
        assert!(files(&[], SIZES).is_empty());
    }

    #[test]
    fn a_full_file_is_followed_by_another_with_a_header() {
        let long = "x".repeat(20_000);
        let rows = vec![["1", long.as_str()]; 7];
        let row = format!("1,{long}\n");
        let sizes = |part, file| Sizes { part, file };
        let found = files(&rows, sizes(10_000, 50_000));
        let expected = [3, 3, 1].map(|rows| format!("A,B\n{}", row.repeat(rows)));
        assert_eq!(found, expected);
        // The last row ends the file: there is no empty one after it.
        let found = files(&rows[..6], sizes(10_000, 50_000));
        assert_eq!(found, expected[..2]);
        assert_eq!(files(&rows, sizes(10_000, 1_000_000)).len(), 1);
    }
}
