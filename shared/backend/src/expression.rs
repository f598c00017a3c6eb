//! JMESPath, compiled once.

use serde_json::Value;

use crate::error::BackendError;

/// A compiled expression.
#[derive(Debug, Clone)]
pub struct Expression(Kind);

#[derive(Debug, Clone)]
enum Kind {
    /// Names with dots between them, as most are: found without copying the document for JMESPath.
    Names(Vec<String>),
    Any(jmespath::Expression<'static>),
}

impl Expression {
    /// Compiles `expression`.
    ///
    /// # Errors
    /// [`BackendError::Expression`] with the place in it.
    pub fn compile(expression: &str) -> Result<Self, BackendError> {
        if let Some(names) = names(expression) {
            return Ok(Self(Kind::Names(names)));
        }
        let compiled = jmespath::compile(expression);
        compiled
            .map(|compiled| Self(Kind::Any(compiled)))
            .map_err(|error| failed(expression, &error))
    }

    /// What it finds in `value`; null when there is nothing.
    ///
    /// # Errors
    /// [`BackendError::Expression`] when a function in it does not take what is there.
    pub fn find(&self, value: &Value) -> Result<Value, BackendError> {
        match &self.0 {
            Kind::Names(names) => {
                let mut names = names.iter();
                let found = names.try_fold(value, |value, name| value.get(name));
                Ok(found.cloned().unwrap_or_default())
            }
            Kind::Any(expression) => search(expression, value),
        }
    }

    /// The same of a document that nobody needs any more.
    ///
    /// # Errors
    /// As [`Expression::find`].
    pub fn take(&self, value: Value) -> Result<Value, BackendError> {
        match &self.0 {
            Kind::Names(names) => {
                let member = |mut value: Value, name| value.get_mut(name).map(Value::take);
                Ok(names.iter().try_fold(value, member).unwrap_or_default())
            }
            Kind::Any(expression) => search(expression, &value),
        }
    }
}

/// The names of an expression that is nothing else. A name begins with a letter or `_`: on a list or a
/// text it finds nothing, as in JMESPath.
fn names(expression: &str) -> Option<Vec<String>> {
    let is_name = |name: &str| {
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
        name.chars().all(plain) && name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
    };
    let names = expression.split('.').map(|name| name.trim().to_owned());
    let names: Vec<String> = names.collect();
    names.iter().all(|name| is_name(name)).then_some(names)
}

fn search(
    expression: &jmespath::Expression<'static>,
    value: &Value,
) -> Result<Value, BackendError> {
    let failed = |error: &jmespath::JmespathError| failed(expression.as_str(), error);
    let found = expression.search(value).map_err(|error| failed(&error))?;
    serde_json::to_value(&*found).map_err(|error| BackendError::Expression {
        expression: expression.as_str().to_owned(),
        message: error.to_string(),
    })
}

fn failed(expression: &str, error: &jmespath::JmespathError) -> BackendError {
    // Its first line; the others draw the expression with an arrow below.
    let message = error.to_string();
    BackendError::Expression {
        expression: expression.to_owned(),
        message: message.lines().next().unwrap_or_default().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_texts_and_lists_come_back_as_they_were() {
        let record =
            json!({"id": 9_007_199_254_740_993_i64, "price": {"value": "12.50"}, "tags": ["a"]});
        let find = |expression| {
            Expression::compile(expression)
                .unwrap()
                .find(&record)
                .unwrap()
        };
        assert_eq!(find("id"), json!(9_007_199_254_740_993_i64));
        assert_eq!(find("price.value"), json!("12.50"));
        assert_eq!(find("tags"), json!(["a"]));
        assert_eq!(find("nothing.there"), Value::Null);
    }

    #[test]
    fn plain_names_find_what_jmespath_finds() {
        let document =
            json!({"a": {"b": {"c": [1]}}, "list": [{"a": 1}], "text": "t", "null": null});
        for text in [
            "a", "a.b", "a.b.c", "a.x.c", "list.a", "text.a", "null.a", "a . b",
        ] {
            let plain = Expression::compile(text).unwrap();
            assert!(matches!(plain.0, Kind::Names(_)), "{text}");
            let any = jmespath::compile(text).unwrap();
            let expected = search(&any, &document).unwrap();
            assert_eq!(plain.find(&document).unwrap(), expected, "{text}");
            assert_eq!(plain.take(document.clone()).unwrap(), expected, "{text}");
        }
        for text in ["a[0]", "\"a.b\"", "a-b", "@", "a.*", "0"] {
            assert_eq!(names(text), None, "{text}");
        }
    }

    #[test]
    fn an_error_says_where() {
        let error = Expression::compile("a.[").unwrap_err().to_string();
        assert!(error.contains("`a.[`"), "{error}");
        let sum = Expression::compile("sum(a)").unwrap();
        assert!(sum.find(&json!({"a": "x"})).is_err());
    }
}
