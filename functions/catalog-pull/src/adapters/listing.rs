//! What is in an answer: the document, its list of products, and ids in it.

use backend::Answer;
use serde_json::Value;

use crate::adapter::{AdapterError, Entry, Mode, Scope};

/// A list of products in an answer, as the backend wrote them.
#[derive(Debug)]
pub(super) struct Listing {
    /// The products.
    pub(super) items: Vec<Value>,
    /// The document without them.
    pub(super) rest: Value,
    /// Whether texts in the document had to be repaired.
    pub(super) repaired: bool,
}

impl Listing {
    /// The list at `pointer` (RFC 6901) of the document; the document itself with an empty one.
    pub(super) fn read(
        backend: &'static str,
        answer: &Answer,
        pointer: &str,
    ) -> Result<Self, AdapterError> {
        let mut json = answer.json()?;
        match json.value.pointer_mut(pointer).map(Value::take) {
            Some(Value::Array(items)) => Ok(Self {
                items,
                rest: json.value,
                repaired: json.repaired,
            }),
            _ => Err(shape(backend, &format!("it has no list at `{pointer}`"))),
        }
    }

    /// What `read` makes of each product, with its place in the list.
    pub(super) fn entries(&self, read: impl Fn(usize, &Value) -> Option<Entry>) -> Vec<Entry> {
        let each = self.items.iter().enumerate();
        each.filter_map(|(index, item)| read(index, item)).collect()
    }
}

/// The object at `pointer` of an answer, and whether texts in the document had to be repaired.
pub(super) fn object(
    backend: &'static str,
    answer: &Answer,
    pointer: &str,
) -> Result<(Value, bool), AdapterError> {
    let mut json = answer.json()?;
    match json.value.pointer_mut(pointer).map(Value::take) {
        Some(object @ Value::Object(_)) => Ok((object, json.repaired)),
        _ => Err(shape(backend, &format!("it has no object at `{pointer}`"))),
    }
}

/// An answer that is not what the backend documents.
pub(super) fn shape(backend: &'static str, message: &str) -> AdapterError {
    AdapterError::Shape {
        backend,
        message: message.to_owned(),
    }
}

/// An id as a text, when it is a text or a whole number.
pub(super) fn id_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
        Value::Number(number) if number.is_u64() => Some(number.to_string()),
        _ => None,
    }
}

/// An id as a number, when it is one or is written as one.
pub(super) fn id_number(value: &Value) -> Option<u64> {
    match value {
        Value::String(text) => text.trim().parse().ok(),
        other => other.as_u64(),
    }
}

/// What a product that is not for sale is: withdrawn in a pull of changes. A full pull leaves it out,
/// and what a full pull leaves out is withdrawn by the sweep.
pub(super) fn not_for_sale(scope: &Scope, id: &Value) -> Option<Entry> {
    match scope.mode {
        Mode::Full => None,
        Mode::Incremental => id_text(id).map(|id| Entry::Withdrawn { id }),
    }
}

/// The first characters of a text from outside, for a message.
pub(super) fn beginning(text: &str) -> String {
    const MOST: usize = 300;
    text.chars()
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .take(MOST)
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_list_is_where_it_is_documented_or_the_message_says_so() {
        let answer = Answer::new(200, &[], r#"{"a":{"b":[1,2]},"c":3}"#);
        let listing = Listing::read("Shop", &answer, "/a/b").unwrap();
        assert_eq!(listing.items, [json!(1), json!(2)]);
        assert_eq!(listing.rest["c"], 3);
        let message = Listing::read("Shop", &answer, "/c")
            .unwrap_err()
            .to_string();
        assert_eq!(
            message,
            "the answer of Shop is not as documented: it has no list at `/c`"
        );
        assert!(Listing::read("Shop", &Answer::new(200, &[], "<html>"), "").is_err());
    }

    #[test]
    fn ids_are_texts_and_whole_numbers() {
        assert_eq!(id_text(&json!(7)).unwrap(), "7");
        assert_eq!(id_number(&json!("7")), Some(7));
        for none in [json!(null), json!(""), json!(-1), json!(1.5), json!([1])] {
            assert_eq!(id_text(&none), None, "{none}");
            assert_eq!(id_number(&none), None, "{none}");
        }
    }
}
