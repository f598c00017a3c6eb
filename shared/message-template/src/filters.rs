//! Filters that templates have beside `minijinja`'s own.

use minijinja::{Environment, State, Value};

use crate::{guard, money};

/// Adds them.
pub(crate) fn add(environment: &mut Environment<'static>) {
    environment.add_filter("money", money);
    environment.add_filter("url", url);
    environment.add_filter("truncate", truncate);
}

/// `{{ product.price | money(product.currency) }}`: in the language of the template.
fn money(state: &State<'_, '_>, amount: Value, currency: Option<Value>) -> Value {
    let Ok(amount) = f64::try_from(amount) else {
        return Value::UNDEFINED;
    };
    let language = state.lookup("language").unwrap_or_default();
    let currency = currency.unwrap_or_default();
    let shown = money::money(
        amount,
        currency.as_str(),
        language.as_str().unwrap_or_default(),
    );
    shown.map_or(Value::UNDEFINED, Value::from)
}

/// The address when it is one of the web, else nothing.
fn url(value: &Value) -> Value {
    let Some(kept) = value.as_str().and_then(guard::web) else {
        return Value::UNDEFINED;
    };
    // What was escaped already is not escaped again.
    if value.is_safe() {
        Value::from_safe_string(kept.to_owned())
    } else {
        Value::from(kept)
    }
}

/// `{{ product.title | truncate(60) }}`: at most so many characters, cut between words where that is near.
fn truncate(value: Value, length: Option<usize>) -> Value {
    match value.as_str() {
        Some(text) => Value::from(cut(text, length.unwrap_or(80))),
        None => value,
    }
}

/// `text` in at most `length` characters, with an ellipsis when something is left out.
pub(crate) fn cut(text: &str, length: usize) -> String {
    let Some((end, _)) = text.char_indices().nth(length) else {
        return text.to_owned();
    };
    let end = match text[..end].char_indices().next_back() {
        Some((last, _)) => last,
        None => return String::new(),
    };
    let kept = &text[..end];
    let whole = text[end..].starts_with(char::is_whitespace);
    let word = kept
        .rfind(char::is_whitespace)
        .filter(|at| !whole && *at * 3 > end * 2);
    let kept = kept[..word.unwrap_or(end)]
        .trim_end_matches(|c: char| c.is_whitespace() || ",;:-".contains(c));
    format!("{kept}…")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_cut_between_words() {
        for (text, length, expected) in [
            ("a tea set", 9, "a tea set"),
            ("a tea set, in blue", 12, "a tea set…"),
            ("a tea set of bone china", 18, "a tea set of bone…"),
            ("Donaudampfschiff", 8, "Donauda…"),
            ("ééééé", 3, "éé…"),
            ("x", 0, ""),
            ("", 0, ""),
        ] {
            assert_eq!(cut(text, length), expected);
        }
    }
}
