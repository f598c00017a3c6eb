//! The text part of an email that has none of its own: what its HTML says, still a template.
//!
//! Made once, when the template is parsed: the tags of the template language stay where they are between the
//! words. Whitespace is written just before what it separates, so that a branch that is not taken leaves none.

use std::ops::Range;

use crate::{
    markup::{Element, Piece, is_void, pieces},
    tags::{Branches, Kind, Tag, Turn},
};

/// The text of `html`.
pub(crate) fn text(html: &str) -> String {
    let mut writer = Writer::default();
    for piece in pieces(html) {
        writer.take(piece);
    }
    writer.settle(None);
    writer.out
}

/// What separates what was written from what is next.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Gap {
    #[default]
    None,
    Space,
    Line,
    Paragraph,
}

/// A link that was written, but for its address: a link to the same place that follows may have it.
struct Link {
    address: String,
    /// Its words.
    range: Range<usize>,
    /// Whether those are only what a picture shows.
    picture: bool,
    /// The branches it is in.
    path: Vec<u32>,
}

#[derive(Default)]
struct Writer {
    out: String,
    gap: Gap,
    /// Whether there are words before.
    begun: bool,
    branches: Branches<Gap>,
    /// The element that is not shown, and how many of its name are open.
    unseen: Option<(String, usize)>,
    outlook: bool,
    open: Option<Link>,
    last: Option<Link>,
}

impl Writer {
    fn take(&mut self, piece: Piece<'_>) {
        match piece {
            Piece::OutlookBegins => self.outlook = true,
            Piece::OutlookEnds => self.outlook = false,
            _ if self.outlook => {}
            Piece::Open(element) if self.unseen.is_some() => {
                self.nest(&element.name, element.empty);
            }
            Piece::Close { name, .. } if self.unseen.is_some() => self.unnest(&name),
            _ if self.unseen.is_some() => {}
            Piece::Open(element) => self.begin(&element),
            Piece::Close { name, .. } => {
                if name == "a" {
                    self.end_link();
                }
                self.separate(gap_of(&name));
            }
            Piece::Text(text) => self.words(&html_escape::decode_html_entities(text)),
            Piece::Tag(tag) => self.tag(&tag),
        }
    }

    fn nest(&mut self, opened: &str, empty: bool) {
        if let Some((name, open)) = &mut self.unseen
            && name == opened
            && !empty
        {
            *open += 1;
        }
    }

    fn unnest(&mut self, closed: &str) {
        if let Some((name, open)) = &mut self.unseen
            && name == closed
        {
            *open -= 1;
            if *open == 0 {
                self.unseen = None;
            }
        }
    }

    fn begin(&mut self, element: &Element<'_>) {
        let name = element.name.as_str();
        if is_unseen(element) {
            if !element.empty && !is_void(name) {
                self.unseen = Some((name.to_owned(), 1));
            }
            return;
        }
        let column = element
            .get("class")
            .is_some_and(|class| class.contains("mj-column"));
        self.separate(if column { Gap::Paragraph } else { gap_of(name) });
        match name {
            "br" if self.gap == Gap::Line => self.gap = Gap::Paragraph,
            "br" => self.separate(Gap::Line),
            "li" => self.words("- "),
            "img" => self.picture(element.get("alt").unwrap_or_default()),
            "a" => {
                self.end_link();
                let address = element.get("href").map(html_escape::decode_html_entities);
                self.open = Some(Link {
                    address: address.unwrap_or_default().trim().to_owned(),
                    range: self.out.len()..self.out.len(),
                    picture: true,
                    path: Vec::new(),
                });
            }
            _ => {}
        }
    }

    /// Writes what a picture shows.
    fn picture(&mut self, alt: &str) {
        let only_pictures = self.open.as_ref().is_some_and(|link| link.picture);
        for piece in pieces(alt) {
            self.take(piece);
        }
        if let Some(link) = &mut self.open {
            link.picture = only_pictures;
        }
    }

    fn separate(&mut self, gap: Gap) {
        self.gap = self.gap.max(gap);
    }

    /// Writes the gap, when there are words before, and notes that words follow.
    fn close_gap(&mut self) {
        let gap = std::mem::take(&mut self.gap);
        if self.begun {
            self.out.push_str(match gap {
                Gap::None => "",
                Gap::Space => " ",
                Gap::Line => "\n",
                Gap::Paragraph => "\n\n",
            });
        }
        self.begun = true;
        if let Some(link) = &mut self.open {
            link.picture = false;
        }
    }

    fn words(&mut self, text: &str) {
        for (n, word) in text.split(is_space).enumerate() {
            if n > 0 {
                self.separate(Gap::Space);
            }
            if !word.is_empty() {
                self.close_gap();
                self.out.push_str(word);
            }
        }
    }

    fn tag(&mut self, tag: &Tag<'_>) {
        match tag.kind {
            Kind::Comment => {}
            Kind::Value => {
                self.close_gap();
                self.out.push_str("{{ ");
                self.out.push_str(tag.inner);
                self.out.push_str(" }}");
            }
            Kind::Block => {
                self.out.push_str("{% ");
                self.out.push_str(tag.inner);
                self.out.push_str(" %}");
                // What a branch wrote into the gap is not there when another is taken.
                match self.branches.pass(tag, self.gap) {
                    Turn::Other(before) | Turn::Closed(before) => self.separate(before),
                    Turn::Opened | Turn::Stays => {}
                }
            }
        }
    }

    fn end_link(&mut self) {
        let Some(mut link) = self.open.take() else {
            return;
        };
        link.range.end = self.out.len();
        link.path = self.branches.path();
        if self.out[link.range.clone()].trim().is_empty() {
            return;
        }
        let before = self.out.len();
        self.settle(Some(&link));
        let start = self.out.len() + link.range.start - before;
        link.range = start..self.out.len();
        self.last = Some(link);
    }

    /// Writes the address of the last link, unless `next` goes to the same place and is there whenever the last
    /// is: then only `next` has it, and a picture is not named beside it.
    fn settle(&mut self, next: Option<&Link>) {
        let Some(last) = self.last.take() else {
            return;
        };
        let again = next
            .is_some_and(|next| next.address == last.address && last.path.starts_with(&next.path));
        if again && last.picture {
            self.out.replace_range(last.range, "");
        } else if !again {
            let shown = last
                .address
                .strip_prefix("mailto:")
                .unwrap_or(&last.address);
            let words = self.out[last.range.clone()].trim();
            if !shown.is_empty() && !shown.starts_with('#') && words != shown {
                self.out.insert_str(last.range.end, &format!(": {shown}"));
            }
        }
    }
}

impl Default for Branches<Gap> {
    fn default() -> Self {
        Self::new()
    }
}

fn is_unseen(element: &Element<'_>) -> bool {
    let style = element
        .get("style")
        .unwrap_or_default()
        .to_ascii_lowercase();
    let style: String = style.split_whitespace().collect();
    let hidden = element
        .attributes
        .iter()
        .any(|attribute| attribute.name == "hidden");
    hidden
        || style.contains("display:none")
        || matches!(element.name.as_str(), "head" | "style" | "title" | "script")
}

fn gap_of(name: &str) -> Gap {
    match name {
        "p" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "ul" | "ol" | "blockquote" | "hr" => {
            Gap::Paragraph
        }
        "div" | "table" | "tr" | "td" | "th" | "li" | "center" | "section" | "article"
        | "header" | "footer" => Gap::Line,
        _ => Gap::None,
    }
}

/// White, or of no width: what preheaders are filled up with.
fn is_space(c: char) -> bool {
    c.is_whitespace()
        || matches!(
            c,
            '\u{200b}'..='\u{200d}' | '\u{34f}' | '\u{feff}' | '\u{ad}'
        )
}
