//! A filter expression cut into tokens, each with its place. Keywords are ordinary words here.

use super::FilterError;

/// A token.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Token {
    /// A keyword, dataset or field.
    Word(String),
    /// Text in double quotes.
    Text(String),
    /// A number.
    Number(f64),
    /// The name after `$`.
    Placeholder(String),
    /// `( ) , . |` or one of `= != < <= > >=`.
    Sign(&'static str),
}

/// Longer signs first, so that `<=` is not taken for `<`.
const SIGNS: [&str; 11] = ["<=", ">=", "!=", "=", "<", ">", "(", ")", ",", ".", "|"];

/// Cuts a text. Positions count characters from 1.
///
/// # Errors
/// A character that begins no token, or text without an end.
pub(crate) fn tokens(text: &str) -> Result<Vec<(Token, usize)>, FilterError> {
    let mut found = Vec::new();
    let mut rest = text;
    let mut position = 1;
    while let Some(first) = rest.chars().next() {
        let length = if first.is_whitespace() {
            first.len_utf8()
        } else {
            let (token, length) = next(rest, first, position)?;
            found.push((token, position));
            length
        };
        position += rest[..length].chars().count();
        rest = &rest[length..];
    }
    Ok(found)
}

fn next(rest: &str, first: char, position: usize) -> Result<(Token, usize), FilterError> {
    if first == '"' {
        return quoted(rest, position);
    }
    if first.is_ascii_digit()
        || (first == '-' && rest[1..].starts_with(|c: char| c.is_ascii_digit()))
    {
        return number(rest, position);
    }
    if first == '$' {
        let length = word_length(&rest[1..]);
        if length == 0 {
            return Err(FilterError::at(position, "a name must follow `$`"));
        }
        let name = rest[1..=length].to_owned();
        return Ok((Token::Placeholder(name), length + 1));
    }
    if let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
        return Ok((Token::Sign(sign), sign.len()));
    }
    match word_length(rest) {
        0 if first == '\'' => Err(FilterError::at(
            position,
            "text goes in double quotes, not single ones",
        )),
        0 => Err(FilterError::at(
            position,
            format!("unexpected character `{first}`"),
        )),
        length => Ok((Token::Word(rest[..length].to_owned()), length)),
    }
}

fn quoted(rest: &str, position: usize) -> Result<(Token, usize), FilterError> {
    let mut text = String::new();
    let mut characters = rest.char_indices().skip(1);
    while let Some((index, character)) = characters.next() {
        match character {
            '"' => return Ok((Token::Text(text), index + 1)),
            '\\' => match characters.next() {
                Some((_, escaped)) => text.push(escaped),
                None => break,
            },
            other => text.push(other),
        }
    }
    Err(FilterError::at(position, "this text has no closing quote"))
}

fn number(rest: &str, position: usize) -> Result<(Token, usize), FilterError> {
    let length = rest[1..]
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .map_or(rest.len(), |index| index + 1);
    match rest[..length].parse() {
        Ok(number) => Ok((Token::Number(number), length)),
        Err(_) => Err(FilterError::at(
            position,
            format!("`{}` is not a number", &rest[..length]),
        )),
    }
}

fn word_length(rest: &str) -> usize {
    rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .unwrap_or(rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_token_is_cut_with_its_place() {
        let cut = tokens(r#"Items.PRICE<=-1.5 IN("a\"b",$X)"#).unwrap();
        let expected = [
            (Token::Word("Items".to_owned()), 1),
            (Token::Sign("."), 6),
            (Token::Word("PRICE".to_owned()), 7),
            (Token::Sign("<="), 12),
            (Token::Number(-1.5), 14),
            (Token::Word("IN".to_owned()), 19),
            (Token::Sign("("), 21),
            (Token::Text("a\"b".to_owned()), 22),
            (Token::Sign(","), 28),
            (Token::Placeholder("X".to_owned()), 29),
            (Token::Sign(")"), 31),
        ];
        assert_eq!(cut, expected);
    }

    #[test]
    fn what_is_no_token_is_shown_by_its_place() {
        for (text, position, says) in [
            ("a 'b'", 3, "double quotes"),
            ("ü", 1, "`ü`"),
            (r#"IN ("é", "x"#, 10, "closing quote"),
            ("$ X", 1, "follow `$`"),
            ("1.2.3", 1, "not a number"),
        ] {
            let error = tokens(text).unwrap_err();
            assert_eq!(error.position, position, "{text}");
            assert!(error.problem.contains(says), "{text}: {error}");
        }
    }
}
