//! Hiding from `mrml` what it could change.

use std::ops::Range;

use crate::{
    markup::{Piece, pieces},
    tags::{Kind, Tag},
};

/// A text in which what `mrml` could change is replaced by words.
pub(super) struct Covered<'a> {
    source: &'a str,
    /// What begins the words: not in the source.
    mark: String,
    pub(super) text: String,
    hidden: Vec<Hidden>,
}

/// Something that was replaced.
pub(super) struct Hidden {
    pub(super) source: Range<usize>,
    /// Where the text goes on after it.
    ends: usize,
    /// Whether it has to come out again.
    needed: bool,
}

impl<'a> Covered<'a> {
    pub(super) fn new(source: &'a str) -> Self {
        let mark = (0..).map(|n| format!("hidden{n}x"));
        let mut covered = Self {
            source,
            mark: mark
                .into_iter()
                .find(|mark| !source.contains(mark))
                .unwrap_or_default(),
            text: String::with_capacity(source.len() + 1024),
            hidden: Vec::new(),
        };
        let values = attribute_values(source);
        let mut at = 0;
        while let Some(next) = source.get(at..).and_then(|rest| rest.chars().next()) {
            let in_value = || values.iter().any(|range| range.contains(&at));
            let end = at + next.len_utf8();
            if let Some(end) = comment(source, at) {
                covered.leave_out(at..end);
                at = end;
            } else if let Some(tag) = Tag::at(source, at) {
                at = tag.range.end;
                covered.hide(tag.range, true);
            } else if changes(next) {
                covered.hide(at..end, false);
                at = end;
            } else {
                match next {
                    '\n' | '\r' | '\t' if in_value() => covered.text.push(' '),
                    '"' if in_value() => covered.text.push_str("&quot;"),
                    _ => covered.text.push(next),
                }
                at = end;
            }
        }
        covered
    }

    fn hide(&mut self, source: Range<usize>, needed: bool) {
        let word = format!("{}{}y", self.mark, self.hidden.len());
        self.text.push_str(&word);
        self.note(source, needed);
    }

    fn leave_out(&mut self, source: Range<usize>) {
        self.note(source, false);
    }

    fn note(&mut self, source: Range<usize>, needed: bool) {
        self.hidden.push(Hidden {
            source,
            ends: self.text.len(),
            needed,
        });
    }

    /// Where in the source the byte `at` of the text comes from, not exact within a line.
    pub(super) fn in_source(&self, at: usize) -> usize {
        let before = self.hidden.iter().rev().find(|hidden| hidden.ends <= at);
        before.map_or(at, |hidden| hidden.source.end + at - hidden.ends)
    }

    /// `html` with what was replaced put back.
    ///
    /// # Errors
    /// What is not in it any more and has to be.
    pub(super) fn uncover(&self, html: &str) -> Result<String, &Hidden> {
        let mut seen = vec![false; self.hidden.len()];
        let mut parts = html.split(self.mark.as_str());
        let mut out = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let (number, rest) = part.split_once('y').unwrap_or((part, ""));
            let number: usize = number.parse().unwrap_or(usize::MAX);
            if let Some(hidden) = self.hidden.get(number) {
                seen[number] = true;
                out.push_str(&self.source[hidden.source.clone()]);
            }
            out.push_str(rest);
        }
        let mut pieces = self.hidden.iter().zip(seen);
        match pieces.find(|(hidden, seen)| hidden.needed && !seen) {
            Some((lost, _)) => Err(lost),
            None => Ok(out),
        }
    }
}

/// The end of the comment of either language that begins at `at`: nobody gets to read it. Those that Outlook
/// understands are none.
fn comment(source: &str, at: usize) -> Option<usize> {
    if let Some(tag) = Tag::at(source, at) {
        return (tag.kind == Kind::Comment).then_some(tag.range.end);
    }
    let body = source[at..].strip_prefix("<!--")?;
    let for_outlook = ["[if", "<![endif]", ">"];
    if for_outlook.into_iter().any(|begin| body.starts_with(begin)) {
        return None;
    }
    Some(source.len() - body.len() + body.find("-->")? + "-->".len())
}

/// Whether Rust writes `c` in a string otherwise than it is.
fn changes(c: char) -> bool {
    c == '\\' || (!c.is_ascii() && c.escape_debug().len() > 1)
}

fn attribute_values(source: &str) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    for piece in pieces(source) {
        if let Piece::Open(element) = piece {
            ranges.extend(
                element
                    .attributes
                    .into_iter()
                    .map(|attribute| attribute.range),
            );
        }
    }
    ranges
}
