//! `backend.catalog.settings`: what an adapter has to know of the shop, as texts.

use std::collections::BTreeMap;

use crate::adapter::AdapterError;

/// The settings of one adapter, all of them known to it.
pub(super) struct Settings<'a>(&'a BTreeMap<String, String>);

impl<'a> Settings<'a> {
    /// The settings in `values`, if each of them is one of `known`.
    pub(super) fn new(
        values: &'a BTreeMap<String, String>,
        known: &[&str],
    ) -> Result<Self, AdapterError> {
        match values.keys().find(|key| !known.contains(&key.as_str())) {
            Some(other) => Err(wrong(
                other,
                format!(
                    "the adapter has no such setting; it has {}",
                    known.join(", ")
                ),
            )),
            None => Ok(Self(values)),
        }
    }

    /// The setting, when it is there and not empty.
    pub(super) fn optional(&self, key: &str) -> Option<&'a str> {
        let value = self.0.get(key)?.trim();
        (!value.is_empty()).then_some(value)
    }

    /// The setting; `meaning` says what it is, with an example, when it is missing.
    pub(super) fn required(&self, key: &str, meaning: &str) -> Result<&'a str, AdapterError> {
        self.optional(key)
            .ok_or_else(|| wrong(key, format!("is missing: {meaning}")))
    }

    /// The setting as a name that may stand in a path or a scope: letters, digits, `-`, `_` and `.`.
    pub(super) fn name(&self, key: &str, meaning: &str) -> Result<&'a str, AdapterError> {
        let name = self.required(key, meaning)?;
        let valid = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        if name.bytes().all(valid) && !name.starts_with('.') {
            return Ok(name);
        }
        Err(wrong(
            key,
            format!("is `{name}`; only letters, digits, `-`, `_` and `.` can be in {meaning}"),
        ))
    }

    /// The choice the setting names; the first of them without it.
    pub(super) fn choice<T: Copy>(
        &self,
        key: &str,
        first: (&str, T),
        others: &[(&str, T)],
    ) -> Result<T, AdapterError> {
        let Some(chosen) = self.optional(key) else {
            return Ok(first.1);
        };
        let mut choices = std::iter::once(&first).chain(others);
        if let Some((_, choice)) = choices.find(|(name, _)| *name == chosen) {
            return Ok(*choice);
        }
        let names: Vec<&str> = std::iter::once(&first)
            .chain(others)
            .map(|(name, _)| *name)
            .collect();
        Err(wrong(
            key,
            format!("is `{chosen}`; it can be {}", names.join(" or ")),
        ))
    }

    /// Whether the setting says `true`; `otherwise` without it.
    pub(super) fn truth(&self, key: &str, otherwise: bool) -> Result<bool, AdapterError> {
        let (first, other) = if otherwise {
            (("true", true), ("false", false))
        } else {
            (("false", false), ("true", true))
        };
        self.choice(key, first, &[other])
    }

    /// The setting as a place of tokens: an absolute URL, or a path at the backend.
    pub(super) fn token_url(&self, key: &str) -> Result<Option<&'a str>, AdapterError> {
        let Some(url) = self.optional(key) else {
            return Ok(None);
        };
        if url.starts_with("https://") || url.starts_with('/') {
            return Ok(Some(url));
        }
        Err(wrong(
            key,
            format!("is `{url}`; it has to be a URL with https://, or a path at the backend"),
        ))
    }
}

/// What is wrong with a setting.
pub(super) fn wrong(key: &str, message: String) -> AdapterError {
    AdapterError::Setting {
        key: format!("settings.{key}"),
        message,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        let owned = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
        pairs.iter().map(owned).collect()
    }

    fn message<T>(result: Result<T, AdapterError>) -> String {
        result
            .err()
            .map(|error| error.to_string())
            .unwrap_or_default()
    }

    #[test]
    fn an_unknown_key_names_the_known_ones() {
        let values = values(&[("projctKey", "a")]);
        assert_eq!(
            message(Settings::new(&values, &["projectKey", "locale"])),
            "backend.catalog.settings.projctKey: the adapter has no such setting; it has projectKey, locale"
        );
    }

    #[test]
    fn what_is_missing_or_wrong_is_said_with_its_key() {
        let values = values(&[
            ("a", " "),
            ("b", "x/../y"),
            ("c", "maybe"),
            ("d", "http://x"),
        ]);
        let settings = Settings::new(&values, &["a", "b", "c", "d"]).unwrap();
        assert!(
            message(settings.required("a", "the project's key, like `shop`"))
                .contains("settings.a: is missing: the project's key")
        );
        assert!(message(settings.name("b", "the key")).contains("settings.b: is `x/../y`"));
        assert!(
            message(settings.truth("c", true))
                .contains("settings.c: is `maybe`; it can be true or false")
        );
        assert!(message(settings.token_url("d")).contains("https://"));
        assert!(!settings.truth("a", false).unwrap());
    }
}
