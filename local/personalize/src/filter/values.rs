//! `filterValues` of a request: a placeholder's name to a list like `"mugs","plates"` or `5,7`.

use std::collections::BTreeMap;

use filter_expression::token::{Token, tokens};

/// A value for a placeholder.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    /// Text.
    Text(String),
    /// A number.
    Number(f64),
}

/// Values by the placeholder's name, without `$`.
pub(crate) type Values = BTreeMap<String, Vec<Value>>;

/// Values for one placeholder.
const MOST: usize = 25;

/// Reads one list.
///
/// # Errors
/// In words, what is not a list of values.
pub(crate) fn parse(text: &str) -> Result<Vec<Value>, String> {
    if text.chars().count() > 1000 {
        return Err("must have at most 1000 characters".to_owned());
    }
    let shape = || {
        "must be values with commas between them, text in escaped double quotes, as in \"\\\"mugs\\\",\\\"plates\\\"\""
            .to_owned()
    };
    let tokens = tokens(text).map_err(|_| shape())?;
    let mut values = Vec::new();
    let mut tokens = tokens.into_iter().map(|(token, _)| token);
    loop {
        values.push(match tokens.next() {
            Some(Token::Text(text)) => Value::Text(text),
            Some(Token::Number(number)) => Value::Number(number),
            _ => return Err(shape()),
        });
        match tokens.next() {
            None if values.len() > MOST => return Err(format!("must have at most {MOST} values")),
            None => return Ok(values),
            Some(Token::Sign(",")) => {}
            Some(_) => return Err(shape()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_text_and_numbers_are_read() {
        let text = |text: &str| Value::Text(text.to_owned());
        assert_eq!(
            parse(r#""a","b c, d""#).unwrap(),
            [text("a"), text("b c, d")]
        );
        assert_eq!(
            parse("5, 7.5").unwrap(),
            [Value::Number(5.0), Value::Number(7.5)]
        );
    }

    #[test]
    fn other_things_are_refused() {
        for wrong in ["", "mugs", "\"a\" \"b\"", "\"a\",", "\"a"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
        assert!(parse(&vec!["1"; 26].join(",")).unwrap_err().contains("25"));
    }
}
