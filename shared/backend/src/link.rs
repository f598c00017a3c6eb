//! The `Link` header (RFC 8288), as far as lists use it.

/// The target of the first link whose relations include `next`.
pub(crate) fn next<'a>(headers: impl Iterator<Item = &'a str>) -> Option<String> {
    headers.flat_map(links).find_map(|link| {
        let (target, parameters) = link.trim().strip_prefix('<')?.split_once('>')?;
        is_next(parameters).then(|| target.trim().to_owned())
    })
}

/// The links of one header: commas part them, but not those in `<...>` or in quotes.
fn links(header: &str) -> Vec<&str> {
    parts(header, ',')
}

fn is_next(parameters: &str) -> bool {
    parts(parameters, ';').into_iter().any(|parameter| {
        let Some((name, value)) = parameter.split_once('=') else {
            return false;
        };
        let value = value.trim().trim_matches('"');
        name.trim().eq_ignore_ascii_case("rel")
            && value
                .split_ascii_whitespace()
                .any(|relation| relation.eq_ignore_ascii_case("next"))
    })
}

fn parts(text: &str, separator: char) -> Vec<&str> {
    let (mut parts, mut start) = (Vec::new(), 0);
    let (mut in_target, mut in_quotes) = (false, false);
    for (index, character) in text.char_indices() {
        match character {
            '"' if !in_target => in_quotes = !in_quotes,
            '<' if !in_quotes => in_target = true,
            '>' if !in_quotes => in_target = false,
            _ if character == separator && !in_target && !in_quotes => {
                parts.push(&text[start..index]);
                start = index + character.len_utf8();
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_link_is_found_among_others() {
        let header = r#"<https://a.example/?p=1,2>; rel="prev"; title="a, b; rel=next", </p?c=x,y>; REL=next"#;
        assert_eq!(next([header].into_iter()).unwrap(), "/p?c=x,y");
        let two = [r#"<a>; rel="first""#, r#"<b>; rel="last next""#];
        assert_eq!(next(two.into_iter()).unwrap(), "b");
    }

    #[test]
    fn without_a_next_link_there_is_none() {
        for header in [
            "",
            "<a>",
            "<a>; rel=prev",
            "a; rel=next",
            r#"<a>; title="rel=next""#,
            "<a; rel=next",
        ] {
            assert_eq!(next([header].into_iter()), None, "{header}");
        }
    }
}
