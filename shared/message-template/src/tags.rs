//! The tags of the template language within a text, and the branches they make.

use std::ops::Range;

/// What a tag does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `{{ … }}`: writes a value.
    Value,
    /// `{% … %}`: decides what is written.
    Block,
    /// `{# … #}`: does nothing.
    Comment,
}

/// A tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tag<'a> {
    pub(crate) kind: Kind,
    /// Its bytes in the text.
    pub(crate) range: Range<usize>,
    /// What is between its braces.
    pub(crate) inner: &'a str,
}

impl<'a> Tag<'a> {
    /// The tag that begins at the byte `at` of `text`, when one does.
    pub(crate) fn at(text: &'a str, at: usize) -> Option<Self> {
        let (kind, end) = match text.as_bytes().get(at..at + 2)? {
            b"{{" => (Kind::Value, "}}"),
            b"{%" => (Kind::Block, "%}"),
            b"{#" => (Kind::Comment, "#}"),
            _ => return None,
        };
        let body = text.get(at + 2..)?;
        let length = match kind {
            Kind::Comment => body.find(end),
            Kind::Value | Kind::Block => end_outside_strings(body, end),
        };
        // Without an end it goes to the end of the text: the template language says what is wrong with it.
        let length = length.unwrap_or(body.len());
        let inner = body[..length].trim_start_matches(['-', '+']);
        Some(Self {
            kind,
            range: at..(at + 2 + length + 2).min(text.len()),
            inner: inner.trim_end_matches(['-', '+']).trim(),
        })
    }

    /// The first word of a block, such as `for` or `endif`.
    pub(crate) fn word(&self) -> &'a str {
        let end = self.inner.find(|c: char| !c.is_ascii_alphanumeric());
        &self.inner[..end.unwrap_or(self.inner.len())]
    }
}

fn end_outside_strings(body: &str, end: &str) -> Option<usize> {
    let bytes = body.as_bytes();
    let mut quote = None;
    let mut at = 0;
    while at < bytes.len() {
        let byte = bytes[at];
        match quote {
            Some(_) if byte == b'\\' => at += 1,
            Some(open) if byte == open => quote = None,
            Some(_) => {}
            None if byte == b'"' || byte == b'\'' => quote = Some(byte),
            None if bytes[at..].starts_with(end.as_bytes()) => return Some(at),
            None => {}
        }
        at += 1;
    }
    None
}

/// All tags of a text, in order.
pub(crate) fn all(text: &str) -> impl Iterator<Item = Tag<'_>> {
    let mut from = 0;
    std::iter::from_fn(move || {
        while let Some(brace) = text.get(from..)?.find('{') {
            let at = from + brace;
            if let Some(tag) = Tag::at(text, at) {
                from = tag.range.end;
                return Some(tag);
            }
            from = at + 1;
        }
        None
    })
}

/// In which branches of `if` and `for` a place of a text is. What is kept for each open one (`T`) is the
/// caller's.
#[derive(Debug)]
pub(crate) struct Branches<T> {
    open: Vec<(u32, T)>,
    made: u32,
}

/// What a block does to the branches.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Turn<T> {
    /// A branch begins.
    Opened,
    /// Another branch in place of the one before it, with what was kept for that.
    Other(T),
    /// A branch ends, with what was kept for it.
    Closed(T),
    /// None of these.
    Stays,
}

impl<T: Copy> Branches<T> {
    pub(crate) fn new() -> Self {
        Self {
            open: Vec::new(),
            made: 0,
        }
    }

    /// Goes past `block`, keeping `kept` when it opens a branch.
    pub(crate) fn pass(&mut self, block: &Tag<'_>, kept: T) -> Turn<T> {
        let word = block.word();
        match word {
            "if" | "for" | "with" | "filter" => {
                self.made += 1;
                self.open.push((self.made, kept));
                Turn::Opened
            }
            "elif" | "else" => match self.open.last_mut() {
                Some((id, kept)) => {
                    self.made += 1;
                    *id = self.made;
                    Turn::Other(*kept)
                }
                None => Turn::Stays,
            },
            "endif" | "endfor" | "endwith" | "endfilter" => match self.open.pop() {
                Some((_, kept)) => Turn::Closed(kept),
                None => Turn::Stays,
            },
            _ => Turn::Stays,
        }
    }

    /// The branches that are open, by numbers of their own.
    pub(crate) fn path(&self) -> Vec<u32> {
        self.open.iter().map(|(id, _)| *id).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_found_with_strings_inside() {
        let text =
            r#"a { b {{ x | default("}}") }} {%- if y == '%}' -%} {# {{ no }} #} {{ 'it\'s }}' }}"#;
        let found: Vec<_> = all(text).map(|tag| (tag.kind, tag.inner)).collect();
        let expected = [
            (Kind::Value, r#"x | default("}}")"#),
            (Kind::Block, "if y == '%}'"),
            (Kind::Comment, "{{ no }}"),
            (Kind::Value, r"'it\'s }}'"),
        ];
        assert_eq!(found, expected);
        assert_eq!(all("{{ open").next().unwrap().range, 0..7);
        assert_eq!(all("{").next(), None);
    }

    #[test]
    fn branches_know_which_is_which() {
        let text = "{% if a %}{% else %}{% for x in y %}{% endfor %}{% endif %}";
        let mut branches = Branches::new();
        let after = |tag| {
            branches.pass(&tag, ());
            branches.path()
        };
        let paths: Vec<_> = all(text).map(after).collect();
        assert_eq!(paths, [vec![1], vec![2], vec![2, 3], vec![2], vec![]]);
    }
}
