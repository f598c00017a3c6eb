//! Addresses in an email: the ones in a template are checked when it is parsed, the ones in values whenever
//! they are written.

use crate::{
    markup::{Piece, pieces},
    tags::Tag,
};

/// What an attribute's value is as an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Address {
    /// The template itself says that it is harmless.
    Written,
    /// A value decides.
    ByValue,
    /// Relative, or of a kind that has no place in an email.
    Refused,
}

/// Whether an attribute's value is an address.
pub(crate) fn holds_address(attribute: &str) -> bool {
    matches!(
        attribute,
        "href" | "src" | "background" | "background-url" | "action"
    )
}

/// What `value` is as an address.
pub(crate) fn address(value: &str) -> Address {
    let value = value.trim_start();
    let begins = |prefix: &str| {
        let start = value.get(..prefix.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(prefix))
    };
    if Tag::at(value, 0).is_some() {
        Address::ByValue
    } else if value.is_empty()
        || value.starts_with('#')
        || ["https://", "http://", "mailto:", "tel:", "sms:", "cid:"]
            .into_iter()
            .any(begins)
    {
        Address::Written
    } else {
        Address::Refused
    }
}

/// `html` with the filter `url` over each address that a value decides.
pub(crate) fn addresses(html: &str) -> String {
    let mut out = String::with_capacity(html.len() + 1024);
    let mut from = 0;
    for piece in pieces(html) {
        let Piece::Open(element) = piece else {
            continue;
        };
        for attribute in element.attributes {
            if holds_address(&attribute.name) && address(attribute.value) == Address::ByValue {
                out.push_str(&html[from..attribute.range.start]);
                out.push_str("{% filter url %}");
                out.push_str(attribute.value);
                out.push_str("{% endfilter %}");
                from = attribute.range.end;
            }
        }
    }
    out.push_str(&html[from..]);
    out
}

/// `url` when a mail program may follow it: `http` or `https`, without spaces, and of a size that all take.
pub(crate) fn web(url: &str) -> Option<&str> {
    let url = url.trim();
    let scheme = url.split_once("://")?.0;
    let web = scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http");
    let odd = |c: char| c.is_whitespace() || c.is_control() || "<>\"\\".contains(c);
    (web && url.len() <= MAX_URL && !url.contains(odd)).then_some(url)
}

/// Bytes of an address; some mail programs take no longer ones.
const MAX_URL: usize = 2_048;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_values_are_filtered() {
        let html = r#"<a href="{{ u }}" title="{{ t }}"><img src='{% if i %}{{ i }}{% endif %}' alt=""></a><a href="https://shop.example/{{ p }}">"#;
        let expected = r#"<a href="{% filter url %}{{ u }}{% endfilter %}" title="{{ t }}"><img src='{% filter url %}{% if i %}{{ i }}{% endif %}{% endfilter %}' alt=""></a><a href="https://shop.example/{{ p }}">"#;
        assert_eq!(addresses(html), expected);
    }

    #[test]
    fn only_the_web_is_followed() {
        for url in [
            "https://shop.example/a?b=c&d=e#f",
            "HTTP://x",
            " https://x ",
        ] {
            assert_eq!(web(url), Some(url.trim()), "{url}");
        }
        for url in [
            "javascript:alert(1)",
            "JavaScript://%0aalert(1)",
            "data:text/html,x",
            "//x",
            "/x",
            "",
            "https://a b",
            "https://x\"onclick=",
            "ftp://x",
            "java\nscript:x",
            "https",
        ] {
            assert_eq!(web(url), None, "{url}");
        }
        assert_eq!(web(&format!("https://x/{}", "y".repeat(MAX_URL))), None);
    }
}
