//! A reader of HTML and MJML with tags of the template language in it: as forgiving as a mail program, and no
//! more exact than what is asked here needs.

mod balance;

use std::ops::Range;

pub(crate) use self::balance::unbalanced;
use crate::tags::{Kind, Tag};

/// A piece of markup.
#[derive(Debug)]
pub(crate) enum Piece<'a> {
    /// `<name …>`.
    Open(Element<'a>),
    /// `</name>`.
    Close {
        /// In lower case.
        name: String,
        at: usize,
    },
    /// What is between tags; entities are as they are.
    Text(&'a str),
    /// A tag of the template language between tags of markup.
    Tag(Tag<'a>),
    /// `<!--[if …]>`: what follows is for Outlook only.
    OutlookBegins,
    /// `<![endif]-->`.
    OutlookEnds,
}

/// An element's beginning.
#[derive(Debug)]
pub(crate) struct Element<'a> {
    /// In lower case.
    pub(crate) name: String,
    pub(crate) attributes: Vec<Attribute<'a>>,
    /// Whether it ends itself: `<br/>`.
    pub(crate) empty: bool,
    /// Where it begins.
    pub(crate) at: usize,
    /// Whether a value is written where markup is expected: outside of quotes.
    pub(crate) loose_value: bool,
}

/// An attribute.
#[derive(Debug)]
pub(crate) struct Attribute<'a> {
    /// In lower case.
    pub(crate) name: String,
    pub(crate) value: &'a str,
    /// Where the value is.
    pub(crate) range: Range<usize>,
}

impl<'a> Element<'a> {
    /// The attribute's value, as it is written.
    pub(crate) fn get(&self, name: &str) -> Option<&'a str> {
        let mut attributes = self.attributes.iter();
        Some(attributes.find(|attribute| attribute.name == name)?.value)
    }
}

/// Elements that have no end.
pub(crate) fn is_void(name: &str) -> bool {
    matches!(
        name,
        "area"
            | "base"
            | "br"
            | "col"
            | "embed"
            | "hr"
            | "img"
            | "input"
            | "link"
            | "meta"
            | "source"
            | "track"
            | "wbr"
    )
}

/// The pieces of a text.
pub(crate) struct Pieces<'a> {
    text: &'a str,
    at: usize,
    /// The element whose content is not markup, when one was opened.
    verbatim: Option<&'static str>,
}

/// Reads `text`.
pub(crate) fn pieces(text: &str) -> Pieces<'_> {
    Pieces {
        text,
        at: 0,
        verbatim: None,
    }
}

impl<'a> Iterator for Pieces<'a> {
    type Item = Piece<'a>;

    fn next(&mut self) -> Option<Piece<'a>> {
        loop {
            let rest = self.text.get(self.at..).filter(|rest| !rest.is_empty())?;
            if let Some(name) = self.verbatim.take() {
                let end = find_ignoring_case(rest, &format!("</{name}")).unwrap_or(rest.len());
                if end > 0 {
                    self.at += end;
                    return Some(Piece::Text(&rest[..end]));
                }
            }
            if let Some(tag) = Tag::at(self.text, self.at) {
                self.at = tag.range.end;
                return Some(Piece::Tag(tag));
            }
            if !rest.starts_with('<') {
                let end = text_length(rest);
                self.at += end;
                return Some(Piece::Text(&rest[..end]));
            }
            if let Some(piece) = self.markup(rest) {
                return Some(piece);
            }
        }
    }
}

impl<'a> Pieces<'a> {
    /// Reads what begins with `<`; nothing when it is of no interest.
    fn markup(&mut self, rest: &'a str) -> Option<Piece<'a>> {
        let skip_to = |end: &str| rest.find(end).map_or(rest.len(), |at| at + end.len());
        if rest.starts_with("<!--[if") {
            let open = skip_to("]>");
            // `<!--[if !mso]><!-->`: everybody sees what follows.
            if let Some(shown) = rest[open..].strip_prefix("<!-->") {
                self.at += rest.len() - shown.len();
                return None;
            }
            self.at += open;
            return Some(Piece::OutlookBegins);
        }
        if rest.starts_with("<![endif]-->") {
            self.at += skip_to("-->");
            return Some(Piece::OutlookEnds);
        }
        if rest.starts_with("<!--") {
            self.at += skip_to("-->");
            return None;
        }
        if rest.starts_with("<!") || rest.starts_with("<?") {
            self.at += skip_to(">");
            return None;
        }
        if let Some(name) = rest.strip_prefix("</") {
            let (name, at) = (name_of(name), self.at);
            self.at += skip_to(">");
            return Some(Piece::Close { name, at });
        }
        if !rest[1..].starts_with(|c: char| c.is_ascii_alphabetic()) {
            self.at += 1;
            return Some(Piece::Text("<"));
        }
        let element = self.element();
        let verbatim = ["style", "script", "title", "mj-style"];
        if !element.empty {
            self.verbatim = verbatim.into_iter().find(|name| *name == element.name);
        }
        Some(Piece::Open(element))
    }

    fn element(&mut self) -> Element<'a> {
        let mut element = Element {
            name: name_of(&self.text[self.at + 1..]),
            attributes: Vec::new(),
            empty: false,
            at: self.at,
            loose_value: false,
        };
        self.at += 1 + element.name.len();
        loop {
            let Some(next) = self.text[self.at..].chars().next() else {
                return element;
            };
            if next == '>' {
                self.at += 1;
                return element;
            }
            element.empty = next == '/';
            if let Some(tag) = Tag::at(self.text, self.at) {
                element.loose_value |= tag.kind == Kind::Value;
                self.at = tag.range.end;
            } else if next.is_whitespace() || "/=\"'".contains(next) {
                self.at += next.len_utf8();
            } else {
                let attribute = self.attribute(&mut element.loose_value);
                element.attributes.push(attribute);
            }
        }
    }

    fn attribute(&mut self, loose_value: &mut bool) -> Attribute<'a> {
        let rest = &self.text[self.at..];
        let ends = |c: char| c.is_whitespace() || "=>/".contains(c);
        let name = &rest[..rest.find(ends).unwrap_or(rest.len())];
        self.at += name.len();
        let after = self.text[self.at..].trim_start();
        let range = match after.strip_prefix('=') {
            Some(value) => self.value(self.text.len() - value.trim_start().len(), loose_value),
            None => self.at..self.at,
        };
        Attribute {
            name: name.to_ascii_lowercase(),
            value: &self.text[range.clone()],
            range,
        }
    }

    /// Reads the value that begins at `from`.
    fn value(&mut self, from: usize, loose_value: &mut bool) -> Range<usize> {
        let bytes = self.text.as_bytes();
        let quote = bytes
            .get(from)
            .copied()
            .filter(|b| matches!(b, b'"' | b'\''));
        let begin = from + usize::from(quote.is_some());
        let mut at = begin;
        while let Some(byte) = bytes.get(at) {
            if let Some(tag) = Tag::at(self.text, at) {
                *loose_value |= quote.is_none() && tag.kind == Kind::Value;
                at = tag.range.end;
                continue;
            }
            let ends = match quote {
                Some(quote) => *byte == quote,
                None => byte.is_ascii_whitespace() || *byte == b'>',
            };
            if ends {
                break;
            }
            at += 1;
        }
        self.at = at + usize::from(quote.is_some() && at < bytes.len());
        begin..at
    }
}

fn name_of(text: &str) -> String {
    let end = text.find(|c: char| c.is_whitespace() || "/>".contains(c));
    text[..end.unwrap_or(text.len())].to_ascii_lowercase()
}

/// How long the text before the next tag of either language is: at least one character.
fn text_length(rest: &str) -> usize {
    let bytes = rest.as_bytes();
    let begins = |at: &usize| {
        bytes[*at] == b'<'
            || (bytes[*at] == b'{' && matches!(bytes.get(at + 1), Some(b'{' | b'%' | b'#')))
    };
    (1..bytes.len()).find(begins).unwrap_or(bytes.len())
}

fn find_ignoring_case(text: &str, wanted: &str) -> Option<usize> {
    let mut windows = text.as_bytes().windows(wanted.len());
    windows.position(|window| window.eq_ignore_ascii_case(wanted.as_bytes()))
}
