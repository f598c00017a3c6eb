//! Rows from bytes: separated values as Hive's SerDes read them, and JSON objects, one a line.

mod json;
mod text;

use std::io::Write;

use datafusion::arrow::{array::ArrayRef, datatypes::SchemaRef};
use flate2::write::MultiGzDecoder;

use self::text::Text;
use crate::{query::failure::Failure, resources::Format};

/// Rows of a batch.
const ROWS: usize = 8_192;
/// The longest record, in bytes; a file without line ends is no table.
const RECORD: usize = 32 << 20;

/// Columns by their place in the table; those that nobody wants are missing. And how many rows there are.
pub(crate) type Columns = (Vec<Option<ArrayRef>>, usize);

/// Takes bytes in and gives batches of columns.
pub(crate) struct Rows {
    gzip: Option<MultiGzDecoder<Vec<u8>>>,
    /// Bytes that are not rows yet.
    input: Vec<u8>,
    kind: Kind,
    columns: SchemaRef,
    wanted: Vec<bool>,
}

enum Kind {
    Text(Box<Text>),
    Json,
}

impl Rows {
    /// For objects of a format, of which only some columns are wanted.
    ///
    /// # Errors
    /// For Parquet, which has no lines.
    pub(crate) fn new(
        format: &Format,
        columns: &SchemaRef,
        projection: &[usize],
        gzip: bool,
    ) -> Result<Self, Failure> {
        let kind = match format {
            Format::Text(format) => Kind::Text(Box::new(Text::new(format))),
            Format::Json => Kind::Json,
            Format::Parquet => {
                return Err(Failure::Engine("Parquet has no lines".to_owned()));
            }
        };
        Ok(Self {
            gzip: gzip.then(|| MultiGzDecoder::new(Vec::new())),
            input: Vec::new(),
            kind,
            columns: columns.clone(),
            wanted: (0..columns.fields().len())
                .map(|index| projection.contains(&index))
                .collect(),
        })
    }

    /// Takes bytes in.
    ///
    /// # Errors
    /// When they are not what the key's ending says, or a record does not end.
    pub(crate) fn push(&mut self, bytes: &[u8], key: &str) -> Result<(), Failure> {
        match &mut self.gzip {
            None => self.input.extend_from_slice(bytes),
            Some(gzip) => {
                let written = gzip.write_all(bytes).and_then(|()| gzip.flush());
                written.map_err(|error| bad(key, &format!("it is not gzip: {error}")))?;
                self.input.append(gzip.get_mut());
            }
        }
        if self.input.len() > RECORD && !self.input.contains(&b'\n') {
            return Err(bad(key, "a line has more than 32 MiB"));
        }
        Ok(())
    }

    /// Gives a batch when there are enough rows for one; the last ones when the object has ended.
    ///
    /// # Errors
    /// When a row is broken.
    pub(crate) fn take(&mut self, ended: bool, key: &str) -> Result<Option<Columns>, Failure> {
        if ended && let Some(mut gzip) = self.gzip.take() {
            let finished = gzip.try_finish();
            finished.map_err(|error| bad(key, &format!("its gzip is cut off: {error}")))?;
            self.input.append(gzip.get_mut());
        }
        match &mut self.kind {
            Kind::Text(text) => text.take(&mut self.input, ended, &self.columns, &self.wanted, key),
            Kind::Json => json::take(&mut self.input, ended, &self.columns, &self.wanted, key),
        }
    }
}

fn bad(key: &str, problem: &str) -> Failure {
    Failure::Data {
        code: "HIVE_BAD_DATA",
        message: format!("Error reading {key}: {problem}"),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use datafusion::arrow::{
        datatypes::{DataType, Field, Schema, TimeUnit},
        util::pretty::pretty_format_columns,
    };

    use super::*;
    use crate::resources::TextFormat;

    fn columns() -> SchemaRef {
        Arc::new(Schema::new(vec![
            Field::new("id", DataType::Int64, true),
            Field::new("name", DataType::Utf8, true),
            Field::new("at", DataType::Timestamp(TimeUnit::Millisecond, None), true),
        ]))
    }

    fn read(format: &Format, chunks: &[&[u8]], gzip: bool) -> Result<Vec<String>, Failure> {
        let mut rows = Rows::new(format, &columns(), &[0, 1, 2], gzip)?;
        let mut lines = Vec::new();
        let mut show = |batch: Option<Columns>| {
            let Some((columns, count)) = batch else {
                return false;
            };
            let columns: Vec<ArrayRef> = columns.into_iter().flatten().collect();
            assert_eq!(columns[0].len(), count);
            for row in 0..count {
                let values = columns.iter().map(|column| {
                    let value = pretty_format_columns("v", &[column.slice(row, 1)]).unwrap();
                    let value = value.to_string();
                    value
                        .lines()
                        .nth(3)
                        .unwrap()
                        .trim_matches(['|', ' '])
                        .to_owned()
                });
                lines.push(values.collect::<Vec<_>>().join("/"));
            }
            true
        };
        for chunk in chunks {
            rows.push(chunk, "key")?;
            while show(rows.take(false, "key")?) {}
        }
        while show(rows.take(true, "key")?) {}
        Ok(lines)
    }

    fn text(quote: Option<u8>, null: Option<&str>, skip_lines: usize) -> Format {
        Format::Text(TextFormat {
            delimiter: b',',
            quote,
            escape: quote.map(|_| b'\\'),
            skip_lines,
            null: null.map(str::to_owned),
        })
    }

    #[test]
    fn separated_values_are_read_as_hive_reads_them() {
        let quoted = text(Some(b'"'), None, 1);
        let chunks: [&[u8]; 3] = [
            b"id,name,at\n1,\"a, \"\"b\"\"\",20",
            b"26-11-29 10:00:00\r\nx,,\n3",
            b",last",
        ];
        assert_eq!(
            read(&quoted, &chunks, false).unwrap(),
            ["1/a, \"b\"/2026-11-29T10:00:00", "//", "3/last/"]
        );
        let plain = text(None, Some("\\N"), 0);
        assert_eq!(
            read(
                &plain,
                &[b"1,\"x\",2026-11-29T10:00:00Z,more\n\\N,\\N,\\N\n"],
                false
            )
            .unwrap(),
            ["1/\"x\"/2026-11-29T10:00:00", "//"]
        );
    }

    #[test]
    fn json_is_read_whatever_the_case_of_names() {
        let chunks: [&[u8]; 2] = [
            b"{\"ID\":1,\"Name\":\"a\",\"at\":\"2026-11-29T10:00:00Z\",\"other\":[1]}\n\n{\"id\":\"2\",",
            b"\"name\":{\"x\":1}}\n{\"name\":5}",
        ];
        assert_eq!(
            read(&Format::Json, &chunks, false).unwrap(),
            ["1/a/2026-11-29T10:00:00", "2/{\"x\":1}/", "/5/"]
        );
        let broken = read(&Format::Json, &[b"{\"id\":1}\n{\"id\":"], false).unwrap_err();
        assert!(
            broken
                .to_string()
                .contains("HIVE_BAD_DATA: Error reading key"),
            "{broken}"
        );
    }

    #[test]
    fn gzip_is_read_and_checked() {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(b"1,a,\n2,b,\n").unwrap();
        let bytes = encoder.finish().unwrap();
        let (one, two) = bytes.split_at(12);
        let plain = text(None, None, 0);
        assert_eq!(read(&plain, &[one, two], true).unwrap(), ["1/a/", "2/b/"]);
        assert!(read(&plain, &[b"1,a"], true).is_err());
    }
}
