//! A page that is written: markup of ours, and texts that are escaped.

use html_escape::{encode_double_quoted_attribute_to_string, encode_text_to_string};

/// HTML under way.
#[derive(Debug)]
pub(super) struct Page(String);

impl Page {
    /// Begins with a title.
    pub(super) fn new(title: &str) -> Self {
        let mut page = Self(String::with_capacity(16 << 10));
        page.raw("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">");
        page.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>");
        page.text(title);
        page.raw("</title><link rel=\"stylesheet\" href=\"/console.css\"></head><body>");
        page.raw("<header><a href=\"/\">Outbox</a></header><main><h1>");
        page.text(title);
        page.raw("</h1>");
        page
    }

    /// Markup, as it is: never anything of a message.
    pub(super) fn raw(&mut self, markup: &'static str) -> &mut Self {
        self.0.push_str(markup);
        self
    }

    /// Text, escaped.
    pub(super) fn text(&mut self, text: &str) -> &mut Self {
        encode_text_to_string(text, &mut self.0);
        self
    }

    /// The value of an attribute between double quotes, escaped, with the quotes.
    pub(super) fn attribute(&mut self, value: &str) -> &mut Self {
        self.0.push('"');
        encode_double_quoted_attribute_to_string(value, &mut self.0);
        self.0.push('"');
        self
    }

    /// A cell of a definition list; nothing for nothing.
    pub(super) fn term(&mut self, name: &str, value: &str) -> &mut Self {
        if value.is_empty() {
            return self;
        }
        self.raw("<dt>")
            .text(name)
            .raw("</dt><dd>")
            .text(value)
            .raw("</dd>")
    }

    /// The whole page.
    pub(super) fn finish(mut self) -> String {
        self.raw("</main></body></html>");
        self.0
    }
}

/// A URL's query, encoded.
pub(super) fn query(pairs: &[(&str, &str)]) -> String {
    let mut query = String::new();
    for (name, value) in pairs.iter().filter(|(_, value)| !value.is_empty()) {
        query.push(if query.is_empty() { '?' } else { '&' });
        query.push_str(name);
        query.push('=');
        for byte in value.bytes() {
            match byte {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                    query.push(char::from(byte));
                }
                _ => query.push_str(&format!("%{byte:02X}")),
            }
        }
    }
    query
}
