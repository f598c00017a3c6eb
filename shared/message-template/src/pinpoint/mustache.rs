//! Tags of Handlebars.

/// A tag of Handlebars.
pub(super) struct Mustache<'a> {
    pub(super) inner: &'a str,
    pub(super) length: usize,
}

impl<'a> Mustache<'a> {
    pub(super) fn at(rest: &'a str) -> Option<Self> {
        let (begin, end) = match rest {
            _ if rest.starts_with("{{!--") => ("{{!--", "--}}"),
            _ if rest.starts_with("{{{") => ("{{{", "}}}"),
            _ if rest.starts_with("{{") => ("{{", "}}"),
            _ => return None,
        };
        let body = &rest[begin.len()..];
        let length = body.find(end)?;
        let comment = begin.len() > 3;
        Some(Self {
            inner: if comment {
                "!"
            } else {
                body[..length].trim_matches('~').trim()
            },
            length: begin.len() + length + end.len(),
        })
    }
}

/// The words of a tag: strings and what is in parentheses are one.
pub(super) fn split(text: &str) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    let (mut word, mut quote, mut depth) = (String::new(), None, 0_u32);
    for c in text.chars() {
        match quote {
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if c == '"' || c == '\'' => quote = Some(c),
            None if c == '(' => depth += 1,
            None if c == ')' => depth = depth.saturating_sub(1),
            None if c.is_whitespace() && depth == 0 => {
                if !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
                continue;
            }
            None => {}
        }
        word.push(c);
    }
    if quote.is_some() || depth > 0 {
        return Err(format!(
            "`{text}` has a string or a parenthesis that is not closed"
        ));
    }
    if !word.is_empty() {
        words.push(word);
    }
    Ok(words)
}

/// Says that there is no such helper.
pub(super) fn unknown(helper: &str) -> String {
    format!(
        "the helper `{helper}`, or what it is given, has no equal here; write it in the template language"
    )
}
