//! Separated values, as Hive's SerDes read them.

use std::borrow::Cow;

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};
use datafusion::arrow::{array::StringBuilder, datatypes::Schema};

use super::{Columns, RECORD, ROWS, bad};
use crate::{query::failure::Failure, resources::TextFormat, tables::files::typed};

/// Bytes that are worth a batch, unless there are no more.
const WORTHWHILE: usize = 64 << 10;

/// Reads records.
pub(super) struct Text {
    format: TextFormat,
    reader: Reader,
    skipped: usize,
    output: Vec<u8>,
    ends: Vec<usize>,
    /// Bytes and ends of the record that is being read.
    length: usize,
    fields: usize,
}

impl Text {
    /// For a format.
    pub(super) fn new(format: &TextFormat) -> Self {
        let mut reader = ReaderBuilder::new();
        reader.delimiter(format.delimiter);
        match format.quote {
            Some(quote) => {
                reader.quote(quote).escape(format.escape);
            }
            None => {
                reader.quoting(false);
            }
        }
        Self {
            format: format.clone(),
            reader: reader.build(),
            skipped: 0,
            output: vec![0; 4_096],
            ends: vec![0; 64],
            length: 0,
            fields: 0,
        }
    }

    /// Takes rows from the beginning of the input.
    ///
    /// # Errors
    /// When a record is too long.
    pub(super) fn take(
        &mut self,
        input: &mut Vec<u8>,
        ended: bool,
        columns: &Schema,
        wanted: &[bool],
        key: &str,
    ) -> Result<Option<Columns>, Failure> {
        let mut at = 0;
        while self.skipped < self.format.skip_lines {
            match input[at..].iter().position(|&byte| byte == b'\n') {
                Some(end) => {
                    at += end + 1;
                    self.skipped += 1;
                }
                None if ended => at = input.len(),
                None => break,
            }
            if at == input.len() {
                break;
            }
        }
        if self.skipped < self.format.skip_lines {
            input.drain(..at);
            return Ok(None);
        }
        // Few large batches: small chunks wait until they are worth one.
        let lines = ended || input.len() >= WORTHWHILE;
        let mut builders: Vec<StringBuilder> = columns
            .fields()
            .iter()
            .map(|_| StringBuilder::new())
            .collect();
        let mut rows = 0;
        // An empty input would tell the reader that there is no more.
        while lines && rows < ROWS && (ended || at < input.len()) {
            let (result, read, written, ends) = self.reader.read_record(
                &input[at..],
                &mut self.output[self.length..],
                &mut self.ends[self.fields..],
            );
            at += read;
            self.length += written;
            self.fields += ends;
            match result {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::End => break,
                ReadRecordResult::OutputFull if self.output.len() >= RECORD => {
                    return Err(bad(key, "a record has more than 32 MiB"));
                }
                ReadRecordResult::OutputFull => self.output.resize(self.output.len() * 2, 0),
                ReadRecordResult::OutputEndsFull => self.ends.resize(self.ends.len() * 2, 0),
                ReadRecordResult::Record => {
                    self.append(&mut builders, wanted);
                    rows += 1;
                }
            }
        }
        input.drain(..at);
        if rows == 0 {
            return Ok(None);
        }
        let columns = columns.fields().iter().zip(builders).zip(wanted);
        let columns = columns.map(|((field, mut builder), wanted)| {
            let texts = builder.finish();
            wanted.then(|| typed(&texts, field.data_type())).transpose()
        });
        Ok(Some((columns.collect::<Result<_, _>>()?, rows)))
    }

    /// Adds a record's fields to the columns; fields that are too many are ignored, missing ones are
    /// NULL, as in Hive.
    fn append(&mut self, builders: &mut [StringBuilder], wanted: &[bool]) {
        let mut start = 0;
        for (index, builder) in builders.iter_mut().enumerate() {
            let end = (index < self.fields).then(|| self.ends[index]);
            let field = end.map(|end| String::from_utf8_lossy(&self.output[start..end]));
            start = end.unwrap_or(start);
            match field {
                _ if !wanted[index] => {}
                Some(text) if self.format.null.as_deref() != Some(&text) => {
                    builder.append_value(self.plain(&text));
                }
                _ => builder.append_null(),
            }
        }
        self.length = 0;
        self.fields = 0;
    }

    /// Text without quotes may still have a sign for "take the next one as it is".
    fn plain<'a>(&self, text: &'a str) -> Cow<'a, str> {
        match (self.format.quote, self.format.escape) {
            (None, Some(escape)) if text.as_bytes().contains(&escape) => {
                let escape = char::from(escape);
                let mut plain = String::with_capacity(text.len());
                let mut signs = text.chars();
                while let Some(sign) = signs.next() {
                    plain.extend(if sign == escape {
                        signs.next()
                    } else {
                        Some(sign)
                    });
                }
                plain.into()
            }
            _ => text.into(),
        }
    }
}
