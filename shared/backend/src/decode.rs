//! Bodies into records, one after the other: of CSV and XML only one is in memory beside the body.

use std::{borrow::Cow, io::Cursor, vec};

use bytes::Bytes;
use serde_json::{Map, Value};

use crate::{error::BackendError, json::has_replacement, quote, xml};

/// One record of an answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// What is in it.
    pub value: Value,
    /// Whether a text in it was no UTF-8, and has U+FFFD instead.
    pub repaired: bool,
}

/// The records of an answer, in their order.
#[derive(Debug)]
pub struct Records(Kind);

#[derive(Debug)]
enum Kind {
    Json {
        values: vec::IntoIter<Value>,
        repaired: bool,
    },
    Csv(Box<Csv>),
    Xml(xml::Elements),
}

#[derive(Debug)]
struct Csv {
    header: Vec<String>,
    delimiter: u8,
    body: Bytes,
    reader: csv::Reader<Cursor<Bytes>>,
    row: csv::ByteRecord,
}

impl Records {
    /// The elements of a list that was read as JSON.
    pub(crate) fn json(values: Vec<Value>, repaired: bool) -> Self {
        let values = values.into_iter();
        Self(Kind::Json { values, repaired })
    }

    /// The rows of CSV under their header.
    pub(crate) fn csv(body: Bytes, delimiter: u8) -> Result<Self, BackendError> {
        let body = without_mark(body);
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .flexible(true)
            .from_reader(Cursor::new(body.clone()));
        let header = reader.byte_headers().map_err(|error| unreadable(&error))?;
        let name = |name: &[u8]| String::from_utf8_lossy(name).trim().to_owned();
        let header = header.iter().map(name).collect();
        let csv = Csv {
            header,
            delimiter,
            body,
            reader,
            row: csv::ByteRecord::new(),
        };
        csv.check_end(&csv::Position::new())?;
        Ok(Self(Kind::Csv(Box::new(csv))))
    }

    /// The elements of XML with that name.
    pub(crate) fn xml(body: &[u8], name: &str) -> Self {
        Self(Kind::Xml(xml::Elements::new(body, name)))
    }
}

impl Iterator for Records {
    type Item = Result<Record, BackendError>;

    fn next(&mut self) -> Option<Self::Item> {
        match &mut self.0 {
            Kind::Json { values, repaired } => values.next().map(|value| {
                Ok(Record {
                    repaired: *repaired && has_replacement(&value),
                    value,
                })
            }),
            Kind::Csv(csv) => csv.next(),
            Kind::Xml(elements) => elements.next(),
        }
    }
}

impl Csv {
    /// Refuses the row from `begin` on when the document ends within a quoted value of it.
    fn check_end(&self, begin: &csv::Position) -> Result<(), BackendError> {
        let place = |byte| usize::try_from(byte).unwrap_or(usize::MAX);
        let end = place(self.reader.position().byte());
        let (before, row) = self.body.split_at(place(begin.byte()).min(self.body.len()));
        if end < self.body.len() || !quote::is_open(row, self.delimiter) {
            return Ok(());
        }
        // A row begins with what is left of the end of the one before.
        let ends = row.iter().take_while(|byte| b"\r\n".contains(byte));
        let before = before.iter().chain(ends);
        let line = before.filter(|byte| **byte == b'\n').count() + 1;
        Err(BackendError::Unreadable(format!(
            "no CSV: line {line}: a quote is not closed"
        )))
    }

    /// The next row: missing values are absent, those without a column are left out.
    fn next(&mut self) -> Option<Result<Record, BackendError>> {
        match self.reader.read_byte_record(&mut self.row) {
            Ok(false) => return None,
            Ok(true) => {}
            Err(error) => return Some(Err(unreadable(&error))),
        }
        if let Some(Err(error)) = self.row.position().map(|begin| self.check_end(begin)) {
            return Some(Err(error));
        }
        let mut repaired = false;
        let mut members = Map::new();
        for (name, value) in self.header.iter().zip(self.row.iter()) {
            let text = String::from_utf8_lossy(value);
            repaired |= matches!(text, Cow::Owned(_));
            members.insert(name.clone(), Value::String(text.into_owned()));
        }
        Some(Ok(Record {
            value: Value::Object(members),
            repaired,
        }))
    }
}

fn without_mark(body: Bytes) -> Bytes {
    if body.starts_with(b"\xEF\xBB\xBF") {
        body.slice(3..)
    } else {
        body
    }
}

fn unreadable(error: &csv::Error) -> BackendError {
    BackendError::Unreadable(format!("no CSV: {error}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn rows_have_the_header_s_names_whatever_their_length() {
        let body = b"\xEF\xBB\xBFid; title ;price\n1;\"A; \"\"B\"\"\";2\n2;C\n3;D;4;more\n";
        let records = Records::csv(Bytes::from_static(body), b';').unwrap();
        let values: Vec<Value> = records.map(|record| record.unwrap().value).collect();
        let expected = [
            json!({"id": "1", "title": "A; \"B\"", "price": "2"}),
            json!({"id": "2", "title": "C"}),
            json!({"id": "3", "title": "D", "price": "4"}),
        ];
        assert_eq!(values, expected);
    }

    #[test]
    fn a_quote_that_is_not_closed_is_told_and_hides_no_row() {
        for (body, good, line) in [
            ("id,title\n1,A\n2,\"B\n3,C\n4,D\n", 1, 3),
            ("id,title\r\n1,\"A\"\r\n2,\"B", 1, 3),
            ("id,title\n1,5\" pipe\n2,\"\"\"", 1, 3),
        ] {
            let records = Records::csv(Bytes::from(body), b',').unwrap();
            let mut records: Vec<_> = records.collect();
            let error = records.pop().unwrap().unwrap_err().to_string();
            let told = format!("line {line}: a quote is not closed");
            assert!(error.contains(&told), "{body}: {error}");
            assert_eq!(records.len(), good, "{body}");
            assert!(records.iter().all(Result::is_ok), "{body}");
        }
        assert!(Records::csv(Bytes::from_static(b"id,\"title\n1,A\n"), b',').is_err());
        let whole = Records::csv(Bytes::from_static(b"id,title\n1,\"A\nB\""), b',').unwrap();
        assert!(whole.map(|record| record.is_ok()).eq([true]));
    }

    #[test]
    fn only_the_record_with_the_broken_text_is_marked() {
        let body = Bytes::from_static(b"id,title\n1,caf\xE9\n2,fine\n");
        let marks = Records::csv(body, b',').unwrap();
        let marks: Vec<bool> = marks.map(|record| record.unwrap().repaired).collect();
        assert_eq!(marks, [true, false]);
        let values = vec![json!({"t": "caf\u{fffd}"}), json!({"t": "fine"})];
        let marks = Records::json(values, true).map(|record| record.unwrap().repaired);
        assert_eq!(marks.collect::<Vec<_>>(), [true, false]);
    }
}
