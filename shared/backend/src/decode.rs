//! Bodies into records, one after the other: of CSV and XML only one is in memory beside the body.

use std::{borrow::Cow, io::Cursor, vec};

use bytes::Bytes;
use serde_json::{Map, Value};

use crate::{error::BackendError, json::has_replacement, xml};

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
            .from_reader(Cursor::new(body));
        let header = reader.byte_headers().map_err(|error| unreadable(&error))?;
        let name = |name: &[u8]| String::from_utf8_lossy(name).trim().to_owned();
        let header = header.iter().map(name).collect();
        Ok(Self(Kind::Csv(Box::new(Csv {
            header,
            reader,
            row: csv::ByteRecord::new(),
        }))))
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
    /// The next row: missing values are absent, those without a column are left out.
    fn next(&mut self) -> Option<Result<Record, BackendError>> {
        match self.reader.read_byte_record(&mut self.row) {
            Ok(false) => return None,
            Ok(true) => {}
            Err(error) => return Some(Err(unreadable(&error))),
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
