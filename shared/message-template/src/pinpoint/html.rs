//! What an email of Pinpoint's lacks.

use crate::markup::{Piece, pieces};

/// The end of a text part.
pub(super) const TEXT_FOOTER: &str =
    "{{ shop.postal_address }}\nUnsubscribe: {{ unsubscribe_url }}\n";
const FOOTER: &str = "\n<p style=\"font-family: sans-serif; font-size: 13px; text-align: center\">{{ shop.postal_address }}<br>\
    <a href=\"{{ unsubscribe_url }}\">Unsubscribe</a></p>\n";

/// HTML with what was added.
pub(super) struct Completed {
    pub(super) html: String,
    pub(super) notes: Vec<String>,
}

/// `html` with an `alt` on each picture, and a link to unsubscribe at its end.
pub(super) fn complete(html: &str) -> Completed {
    let mut out = String::with_capacity(html.len() + 1024);
    let (mut from, mut pictures, mut end) = (0, 0, None);
    for piece in pieces(html) {
        match piece {
            Piece::Open(element) if element.name == "img" && element.get("alt").is_none() => {
                let at = element.at + "<img".len();
                out.push_str(&html[from..at]);
                out.push_str(" alt=\"\"");
                from = at;
                pictures += 1;
            }
            Piece::Close { name, at } if name == "body" => end = Some(at),
            _ => {}
        }
    }
    let end = end.unwrap_or(html.len());
    out.push_str(&html[from..end]);
    out.push_str(FOOTER);
    out.push_str(&html[end..]);
    let mut notes = vec![
        "HtmlPart: the postal address and a link to unsubscribe were added at the end; remove one of Pinpoint's own"
            .to_owned(),
    ];
    if pictures > 0 {
        notes.push(format!(
            "HtmlPart: {pictures} pictures have an empty alt now; say what they show"
        ));
    }
    Completed { html: out, notes }
}
