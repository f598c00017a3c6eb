//! Where a product's page is, for backends that do not say: a template in the settings.

use serde_json::Value;

use crate::{
    adapter::AdapterError,
    adapters::{
        listing::id_text,
        settings::{Settings, wrong},
    },
};

/// The setting.
pub(super) const KEY: &str = "productUrl";

/// A template like `https://shop.example/p/{slug}`, or none.
#[derive(Debug, Clone)]
pub(super) struct PageAddress(Option<String>);

impl PageAddress {
    /// The template in `productUrl`.
    pub(super) fn from_settings(settings: &Settings<'_>) -> Result<Self, AdapterError> {
        let Some(template) = settings.optional(KEY) else {
            return Ok(Self(None));
        };
        let is_address = ["https://", "http://", "/"]
            .iter()
            .any(|start| template.starts_with(start));
        let varies = template.contains("{slug}") || template.contains("{id}");
        if is_address && varies {
            return Ok(Self(Some(template.to_owned())));
        }
        Err(wrong(
            KEY,
            format!(
                "is `{template}`; it has to be like https://shop.example/p/{{slug}}, with {{slug}} or {{id}}"
            ),
        ))
    }

    /// The address of the product's page; null when there is no template, or what it needs is missing.
    pub(super) fn of(&self, id: &Value, slug: &Value) -> Value {
        let Some(template) = &self.0 else {
            return Value::Null;
        };
        let mut address = template.clone();
        for (mark, value) in [("{slug}", slug), ("{id}", id)] {
            if address.contains(mark) {
                let Some(text) = id_text(value) else {
                    return Value::Null;
                };
                address = address.replace(mark, &path(&text));
            }
        }
        Value::from(address)
    }
}

/// A slug may have folders: `/lighting/cedar-lantern/` stays a path, and nothing more.
fn path(slug: &str) -> String {
    let segments = slug.split('/').map(backend::segment);
    let named: Vec<String> = segments.filter(|one| !one.is_empty()).collect();
    named.join("/")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::*;

    fn address(template: &str) -> Result<PageAddress, AdapterError> {
        let values = BTreeMap::from([(KEY.to_owned(), template.to_owned())]);
        PageAddress::from_settings(&Settings::new(&values, &[KEY])?)
    }

    #[test]
    fn a_slug_stays_a_path() {
        let template = address("https://shop.example/{slug}/p?id={id}").unwrap();
        let page = template.of(&json!(7), &json!("/lighting/../cedar lantern?x=1/"));
        assert_eq!(
            page,
            "https://shop.example/lighting/cedar%20lantern%3Fx%3D1/p?id=7"
        );
        assert_eq!(template.of(&json!(7), &json!(null)), json!(null));
    }

    #[test]
    fn a_template_is_an_address_that_varies() {
        for wrong in [
            "shop.example/{slug}",
            "https://shop.example/p",
            "javascript:{slug}",
        ] {
            assert!(
                address(wrong)
                    .unwrap_err()
                    .to_string()
                    .contains("settings.productUrl")
            );
        }
        assert_eq!(address("").unwrap().of(&json!(7), &json!("a")), json!(null));
    }
}
