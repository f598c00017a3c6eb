//! Texts for people, out of what shops keep: HTML, line breaks, control characters.

/// No more of a text is looked at, in bytes: a description is 20,000 characters of what is left.
const MAX_MARKUP: usize = 400_000;

/// The beginning of `text`, at most so many characters.
pub(super) fn beginning(text: &str, characters: usize) -> &str {
    match text.char_indices().nth(characters) {
        Some((end, _)) => &text[..end],
        None => text,
    }
}

/// `text` in one line, without control characters and double spaces.
pub(super) fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for word in text.split(|letter: char| letter.is_whitespace() || letter.is_control()) {
        if !word.is_empty() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    line
}

/// `text` without HTML, in one line: tags, comments, scripts and styles go, entities become letters.
/// It is for reading, not for safety: whoever shows it in a page escapes it.
pub(super) fn plain(text: &str) -> String {
    let mut end = text.len().min(MAX_MARKUP);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let text = without_tags(&text[..end]);
    one_line(&html_escape::decode_html_entities(&text))
}

fn without_tags(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('<') {
        plain.push_str(&rest[..start]);
        rest = &rest[start..];
        match markup(rest) {
            Some(length) => {
                // Between `a</p><p>b` there is a space.
                plain.push(' ');
                rest = &rest[length..];
            }
            None => {
                plain.push('<');
                rest = &rest[1..];
            }
        }
    }
    plain.push_str(rest);
    plain
}

/// The length of the markup that `text` begins with; `None` when its `<` is only a character, as in
/// `a < b`. Markup that does not end takes all the rest.
fn markup(text: &str) -> Option<usize> {
    let to_end_of = |end: &str| text.find(end).map_or(text.len(), |at| at + end.len());
    if text.starts_with("<!--") {
        return Some(to_end_of("-->"));
    }
    let name = text[1..].trim_start_matches('/');
    if !name.starts_with(|first: char| first.is_ascii_alphabetic() || "!?".contains(first)) {
        return None;
    }
    for hidden in ["script", "style"] {
        let is_hidden = name
            .get(..hidden.len())
            .is_some_and(|name| name.eq_ignore_ascii_case(hidden));
        if is_hidden && !text.starts_with("</") {
            let lower = text.to_ascii_lowercase();
            let end = lower.find(&format!("</{hidden}"));
            return Some(end.map_or(text.len(), |end| end + tag(&text[end..])));
        }
    }
    Some(tag(text))
}

/// The length of a tag; a `>` in a quoted attribute does not end it.
fn tag(text: &str) -> usize {
    let mut quote = None;
    for (index, letter) in text.char_indices() {
        match (quote, letter) {
            (None, '>') => return index + 1,
            (None, '"' | '\'') => quote = Some(letter),
            (Some(open), close) if open == close => quote = None,
            _ => {}
        }
    }
    // A quote that is not closed, as in `<p>it's`: the first `>` then.
    text.find('>').map_or(text.len(), |at| at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn html_becomes_text() {
        let html = "<h1>LANTERN</h1><p title='a>b'>Red &amp; warm,&nbsp;10&#x20AC;<br/>indoors</p><!-- <b> --><script>x<y</script><STYLE>p{}</STYLE>!";
        assert_eq!(plain(html), "LANTERN Red & warm, 10€ indoors !");
        assert_eq!(plain("5 < 6 and a <3"), "5 < 6 and a <3");
        assert_eq!(plain("it's <b>bold"), "it's bold");
        assert_eq!(plain("cut <a href='x"), "cut");
        assert_eq!(plain("cut <script>never"), "cut");
    }

    #[test]
    fn what_looks_like_markup_after_decoding_stays_text() {
        assert_eq!(plain("&lt;b&gt;"), "<b>");
    }

    #[test]
    fn endless_markup_takes_no_endless_time() {
        let begun = std::time::Instant::now();
        plain(&"<script>".repeat(200_000));
        plain(&"<a '".repeat(200_000));
        plain(&"<!--".repeat(200_000));
        plain(&"<".repeat(2_000_000));
        assert!(begun.elapsed() < std::time::Duration::from_secs(5));
    }
}
