//! XML as feeds use it: one kind of element is a record, whatever is around it.
//!
//! An element with only text is that text. Another is an object: its elements by their names without
//! prefix, those that repeat as a list, attributes with `@` before their names, and text between them
//! as `#text`. No entity is expanded but XML's own five and characters by number.

mod nesting;

use std::borrow::Cow;

use quick_xml::{
    Reader, XmlVersion,
    events::{BytesRef, BytesStart, Event},
};
use serde_json::{Map, Value};

use self::nesting::{Flaw, Nesting};
use crate::{decode::Record, error::BackendError, json::has_replacement};

/// The records of a document.
#[derive(Debug)]
pub(crate) struct Elements {
    /// Repaired where it was no UTF-8.
    text: String,
    repaired: bool,
    /// How far it is read, in bytes.
    at: usize,
    name: String,
    nesting: Nesting,
    ended: bool,
}

/// An element that is not closed yet.
#[derive(Debug, Default)]
struct Open {
    name: String,
    members: Map<String, Value>,
    text: String,
}

impl Elements {
    pub(crate) fn new(body: &[u8], name: &str) -> Self {
        let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body);
        let text = String::from_utf8_lossy(body);
        Self {
            repaired: matches!(text, Cow::Owned(_)),
            text: text.into_owned(),
            at: 0,
            name: name.to_owned(),
            nesting: Nesting::default(),
            ended: false,
        }
    }

    pub(crate) fn next(&mut self) -> Option<Result<Record, BackendError>> {
        if self.ended {
            return None;
        }
        let found = self.record();
        self.ended = !matches!(found, Ok(Some(_)));
        let found = found.map_err(|flaw| self.unreadable(&flaw)).transpose()?;
        Some(found.map(|value| Record {
            repaired: self.repaired && has_replacement(&value),
            value,
        }))
    }

    /// The next record; `None` at the end of the document.
    fn record(&mut self) -> Result<Option<Value>, Flaw> {
        let begin = self.at;
        let mut reader = Reader::from_str(self.text.get(begin..).unwrap_or_default());
        // Each record is read by a reader of its own, which does not know what was open before.
        reader.config_mut().check_end_names = false;
        reader.config_mut().allow_unmatched_ends = true;
        let mut open: Vec<Open> = Vec::new();
        loop {
            let event = reader.read_event().map_err(|error| Flaw {
                at: begin + place(reader.error_position()),
                what: error.to_string(),
            })?;
            self.nesting.take(&event, self.at)?;
            self.at = begin + place(reader.buffer_position());
            let closed = match event {
                Event::Eof => return Ok(None),
                Event::Start(start) if !open.is_empty() || is_named(&start, &self.name) => {
                    open.push(opened(&start, self.at)?);
                    None
                }
                Event::Empty(start) if !open.is_empty() || is_named(&start, &self.name) => {
                    open.push(opened(&start, self.at)?);
                    close(&mut open)
                }
                Event::End(_) => close(&mut open),
                other => {
                    add(&mut open, &other);
                    None
                }
            };
            if closed.is_some() {
                return Ok(closed);
            }
        }
    }

    fn unreadable(&self, flaw: &Flaw) -> BackendError {
        let before = self.text.bytes().take(flaw.at);
        let line = before.filter(|byte| *byte == b'\n').count() + 1;
        BackendError::Unreadable(format!("no XML: line {line}: {}", flaw.what))
    }
}

fn place(position: u64) -> usize {
    usize::try_from(position).unwrap_or(usize::MAX)
}

fn is_named(start: &BytesStart<'_>, name: &str) -> bool {
    let local: &str = start.local_name().into_inner();
    local == name
}

/// The element that begins with `start` and goes on `at` a byte of the document.
fn opened(start: &BytesStart<'_>, at: usize) -> Result<Open, Flaw> {
    let mut members = Map::new();
    for attribute in start.attributes().with_checks(false) {
        let attribute = attribute.map_err(|_| Flaw {
            at,
            what: format!(
                "an attribute of a <{}> is ill-formed",
                start.name().into_inner()
            ),
        })?;
        let value = attribute.normalized_value(XmlVersion::Explicit1_0);
        let value = value.map_or_else(|_| attribute.value.to_string(), Cow::into_owned);
        let name = attribute.key.local_name().into_inner();
        members.insert(format!("@{name}"), Value::String(value));
    }
    Ok(Open {
        name: start.local_name().into_inner().to_owned(),
        members,
        text: String::new(),
    })
}

/// Closes the innermost element; gives it when it is the record.
fn close(open: &mut Vec<Open>) -> Option<Value> {
    let element = open.pop()?;
    let text = element.text.trim();
    let mut members = element.members;
    let value = if members.is_empty() {
        Value::String(text.to_owned())
    } else {
        if !text.is_empty() {
            members.insert("#text".to_owned(), Value::String(text.to_owned()));
        }
        Value::Object(members)
    };
    let Some(parent) = open.last_mut() else {
        return Some(value);
    };
    match parent.members.get_mut(&element.name) {
        None => {
            parent.members.insert(element.name, value);
        }
        Some(Value::Array(values)) => values.push(value),
        Some(first) => *first = Value::Array(vec![first.take(), value]),
    }
    None
}

/// Adds the text of `event`, if it is one, to the innermost element.
fn add(open: &mut [Open], event: &Event<'_>) {
    let Some(element) = open.last_mut() else {
        return;
    };
    match event {
        Event::Text(text) => element.text.push_str(&text.xml10_content()),
        Event::CData(text) => element.text.push_str(&text.xml10_content()),
        Event::GeneralRef(reference) => element.text.push_str(&resolved(reference)),
        _ => {}
    }
}

/// The text of `&name;`; as it is written when it is no name of XML's own.
fn resolved(reference: &BytesRef<'_>) -> String {
    if let Ok(Some(character)) = reference.resolve_char_ref() {
        return character.to_string();
    }
    let name = reference.xml10_content();
    match name.as_ref() {
        "amp" => "&".to_owned(),
        "lt" => "<".to_owned(),
        "gt" => ">".to_owned(),
        "quot" => "\"".to_owned(),
        "apos" => "'".to_owned(),
        other => format!("&{other};"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(body: &[u8], name: &str) -> Vec<Result<Record, BackendError>> {
        let mut elements = Elements::new(body, name);
        std::iter::from_fn(|| elements.next()).collect()
    }

    fn values(body: &str, name: &str) -> Vec<Value> {
        let read = read(body.as_bytes(), name).into_iter();
        read.map(|record| record.unwrap().value).collect()
    }

    #[test]
    fn elements_become_members_without_their_prefixes() {
        let feed = r#"<?xml version="1.0"?><rss xmlns:g="http://base.google.com/ns/1.0"><channel><title>Shop</title>
            <item kind="a&amp;b"><g:id>7</g:id><title>Red &amp; <![CDATA[<b>warm</b>]]> &#x20AC;</title>
              <g:image>a</g:image><g:image>b</g:image><g:image>c</g:image><price currency="GBP">2.50</price><none/></item>
            <item>only text</item><item/></channel></rss>"#;
        let expected = [
            json!({"@kind": "a&b", "id": "7", "title": "Red & <b>warm</b> €", "image": ["a", "b", "c"],
                "price": {"@currency": "GBP", "#text": "2.50"}, "none": ""}),
            json!("only text"),
            json!(""),
        ];
        assert_eq!(values(feed, "item"), expected);
    }

    #[test]
    fn broken_text_marks_its_record_only() {
        let body = b"<a><p><t>caf\xE9</t></p><p><t>fine</t></p></a>";
        let marks: Vec<bool> = read(body, "p")
            .into_iter()
            .map(|record| record.unwrap().repaired)
            .collect();
        assert_eq!(marks, [true, false]);
    }

    #[test]
    fn a_document_that_breaks_off_gives_what_is_before_and_an_error() {
        let read = read(b"<a><p>1</p><p>2</p><p><t>3", "p");
        assert_eq!(read.len(), 3);
        assert!(read[1].is_ok() && read[2].is_err());
    }

    #[test]
    fn an_element_that_is_not_closed_is_told_with_its_line_and_hides_no_record() {
        for (body, good, told) in [
            // All records after it were read as parts of the first.
            (
                "<a>\n<p><t>1</p>\n<p>2</p>\n<p>3</p>\n</a>",
                0,
                "line 2: a <t> is not closed before a </p>",
            ),
            (
                "<a>\n<p>1</p>\n<p>2\n<p>3</p></a>",
                1,
                "line 3: a <p> is not closed before a </a>",
            ),
            // It ends between two records.
            ("<a>\n<p>1</p>\n<p>2</p>", 2, "line 1: a <a> is not closed"),
            (
                "<a><p>1</p></b></a>",
                1,
                "a <a> is not closed before a </b>",
            ),
            ("<a><p>1</p></a>\n</a>", 1, "line 2: a </a> closes nothing"),
            ("<a><p>1</p><p>2</p", 1, "no XML: line 1"),
            ("<a><p>1</p><p id=7>2</p></a>", 1, "an attribute of a <p>"),
            ("", 0, "it has no element"),
        ] {
            let mut read = read(body.as_bytes(), "p");
            let error = read.pop().unwrap().unwrap_err().to_string();
            assert!(error.contains(told), "{body}: {error}");
            assert!(read.iter().all(Result::is_ok), "{body}");
            assert_eq!(read.len(), good, "{body}");
        }
    }

    #[test]
    fn entities_are_not_expanded_and_depth_is_bounded() {
        let bomb = r#"<!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y "&x;&x;">]><a><p>&y;</p></a>"#;
        assert_eq!(values(bomb, "p"), [json!("&y;")]);
        let deep = format!("<p>{}", "<x>".repeat(100));
        assert!(read(deep.as_bytes(), "p")[0].is_err());
    }
}
