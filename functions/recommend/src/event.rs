//! AppSync's event, as far as it matters here.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::Value;

/// One field of a GraphQL operation (AppSync developer guide, "Direct Lambda resolver").
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Event {
    /// The field's arguments.
    pub(crate) arguments: Value,
    /// Who asks; nothing for an API key.
    pub(crate) identity: Value,
    /// How it came.
    pub(crate) request: HttpRequest,
    /// What is asked.
    pub(crate) info: Info,
}

/// The HTTP request behind the operation.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct HttpRequest {
    headers: HashMap<String, Value>,
}

/// The field.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Info {
    /// Its name.
    pub(crate) field_name: String,
}

impl Default for Info {
    fn default() -> Self {
        Self {
            field_name: "recommendations".to_owned(),
        }
    }
}

impl HttpRequest {
    /// A header by its name in lower case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.get(name).or_else(|| {
            let same = |(key, _): &(&String, &Value)| key.eq_ignore_ascii_case(name);
            self.headers.iter().find(same).map(|(_, value)| value)
        });
        found.and_then(Value::as_str)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn headers_are_found_however_they_are_written() {
        let event = json!({"request": {"headers": {"User-Agent": "x", "odd": null}}});
        let event: Event = serde_json::from_value(event).unwrap();
        assert_eq!(event.request.header("user-agent"), Some("x"));
        assert_eq!(event.request.header("odd"), None);
        assert_eq!(event.info.field_name, "recommendations");
    }
}
