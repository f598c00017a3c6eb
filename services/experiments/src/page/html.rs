//! Text in HTML.

/// `text` as text, whatever it holds.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}

/// Epoch seconds as a date and time (UTC).
pub(super) fn moment(at: i64) -> String {
    let moment = jiff::Timestamp::from_second(at);
    moment.map_or_else(
        |_| at.to_string(),
        |moment| moment.strftime("%Y-%m-%d %H:%M UTC").to_string(),
    )
}

/// A share as per cent.
pub(super) fn per_cent(share: f64) -> String {
    format!("{:+.1} %", 100.0 * share)
}
