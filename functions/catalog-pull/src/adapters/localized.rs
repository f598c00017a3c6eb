//! Texts in several languages, as `{"en-GB": "Lantern", "de-DE": "Laterne"}`.

use serde_json::Value;

use crate::{
    adapter::AdapterError,
    adapters::settings::{Settings, wrong},
};

/// The setting.
pub(super) const KEY: &str = "locale";

/// The languages of a shop: the first in which there is a text counts.
#[derive(Debug, Clone)]
pub(super) struct Locales(Vec<String>);

impl Locales {
    /// The languages in `locale`, like `en-GB` or `en-GB,en`.
    pub(super) fn from_settings(settings: &Settings<'_>) -> Result<Self, AdapterError> {
        let written = settings.required(KEY, "the language of the shop's texts, like `en-GB`, or several in the order they are looked for, like `en-GB,en`")?;
        let locales: Vec<String> = written
            .split(',')
            .map(|one| one.trim().to_owned())
            .collect();
        let valid = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
        match locales
            .iter()
            .find(|one| one.is_empty() || !one.bytes().all(valid))
        {
            Some(other) => Err(wrong(
                KEY,
                format!("has `{other}`, which is no language; write it like `en-GB,en`"),
            )),
            None => Ok(Self(locales)),
        }
    }

    /// With another, looked for last.
    pub(super) fn and(mut self, locale: &str) -> Self {
        self.0.push(locale.to_owned());
        self
    }

    /// Their names.
    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// The text in the first language that has one; null when none has, or `texts` is none.
    pub(super) fn of(&self, texts: &Value) -> Value {
        let in_order = self.0.iter().filter_map(|locale| texts.get(locale));
        super::variants::first_of(in_order)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::*;

    fn locales(written: &str) -> Result<Locales, AdapterError> {
        let values = BTreeMap::from([(KEY.to_owned(), written.to_owned())]);
        Locales::from_settings(&Settings::new(&values, &[KEY])?)
    }

    #[test]
    fn the_first_language_with_a_text_counts() {
        let locales = locales("en-GB, en").unwrap().and("default");
        assert_eq!(
            locales.of(&json!({"de": "Laterne", "en": "Lantern"})),
            "Lantern"
        );
        assert_eq!(
            locales.of(&json!({"en-GB": " ", "default": "Lamp"})),
            "Lamp"
        );
        assert_eq!(locales.of(&json!({"de": "Laterne"})), json!(null));
        assert_eq!(locales.of(&json!("Lantern")), json!(null));
    }

    #[test]
    fn what_is_no_language_is_refused() {
        for wrong in ["", "en-GB,,en", "en GB", "en\"=1"] {
            assert!(
                locales(wrong)
                    .unwrap_err()
                    .to_string()
                    .contains("settings.locale"),
                "{wrong}"
            );
        }
    }
}
