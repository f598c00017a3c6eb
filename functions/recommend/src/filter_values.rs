//! What a filter's placeholders are filled with: a caller fills those the placement lets them fill,
//! with values and never with an expression.
//!
//! Limits: Personalize developer guide, "Filter expression elements": 25 values of at most 1,000
//! characters a placeholder; each value in quotes, with commas between.

use std::collections::BTreeMap;

use serde::Deserialize;
use shared::config::{EstateConfig, FilterValue, Placement};

use crate::{error::RequestError, situation::Situation};

const MAX_VALUES: usize = 25;
const MAX_CHARACTERS: usize = 1_000;

/// GraphQL's `FilterValueInput`.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct FilterValueInput {
    pub(crate) name: String,
    pub(crate) values: Vec<String>,
}

/// The values of `placement`, called `name`, by placeholder.
pub(crate) fn filter_values(
    given: Vec<FilterValueInput>,
    name: &str,
    placement: &Placement,
    config: &EstateConfig,
    situation: &Situation,
) -> Result<BTreeMap<String, String>, RequestError> {
    let mut given: BTreeMap<String, Vec<String>> = given
        .into_iter()
        .map(|value| (value.name, value.values))
        .collect();
    let mut values = BTreeMap::new();
    for (placeholder, from) in &placement.filter_values {
        let found = match from {
            FilterValue::Argument(argument) => given.remove(argument),
            FilterValue::Context(key) => situation.get(*key).map(|value| vec![value.to_owned()]),
            FilterValue::Values(values) => Some(values.clone()),
        };
        match found {
            Some(found) => {
                values.insert(placeholder.clone(), quoted(placeholder, &found)?);
            }
            None if must_be_there(placement, config) => {
                return Err(RequestError::FilterValueMissing {
                    placement: name.to_owned(),
                    value: asked_for(placeholder, from),
                });
            }
            None => {}
        }
    }
    match given.into_keys().next() {
        None => Ok(values),
        Some(unknown) => Err(RequestError::UnknownFilterValue {
            placement: name.to_owned(),
            value: unknown.chars().take(64).collect(),
        }),
    }
}

/// Only the placeholders of an EXCLUDE may be left out.
fn must_be_there(placement: &Placement, config: &EstateConfig) -> bool {
    let filter = placement
        .filter
        .as_ref()
        .and_then(|name| config.filter(name));
    filter.is_some_and(|filter| filter.expression.to_ascii_uppercase().contains("INCLUDE"))
}

fn asked_for(placeholder: &str, from: &FilterValue) -> String {
    match from {
        FilterValue::Argument(argument) => argument.clone(),
        FilterValue::Context(key) => key.name().to_owned(),
        FilterValue::Values(_) => placeholder.to_owned(),
    }
}

fn quoted(placeholder: &str, values: &[String]) -> Result<String, RequestError> {
    let sound = |value: &String| {
        let characters = value.chars().count();
        (1..=MAX_CHARACTERS).contains(&characters)
            && !value.contains(['"', '\\'])
            && !value.chars().any(char::is_control)
    };
    if values.is_empty() || values.len() > MAX_VALUES || !values.iter().all(sound) {
        return Err(RequestError::FilterValue(placeholder.to_owned()));
    }
    let quoted: Vec<String> = values.iter().map(|value| format!("\"{value}\"")).collect();
    Ok(quoted.join(","))
}

#[cfg(test)]
mod tests {
    use shared::config::ContextKey;

    use super::*;

    fn values(
        given: &[(&str, &[&str])],
        expression: &str,
        country: Option<&str>,
    ) -> Result<BTreeMap<String, String>, String> {
        let shipped = include_str!("../../../config/personalization.yaml");
        let mut config = shared::config::parse("test.yaml", shipped).unwrap();
        config.filters[0].expression = expression.to_owned();
        let mut placement = config.placements["home"].clone();
        placement.filter = Some(config.filters[0].name.clone());
        placement.filter_values = BTreeMap::from([
            ("CATEGORY".into(), FilterValue::Argument("category".into())),
            ("COUNTRY".into(), FilterValue::Context(ContextKey::Country)),
        ]);
        let given = given.iter().map(|(name, values)| FilterValueInput {
            name: (*name).to_owned(),
            values: values.iter().map(|value| (*value).to_owned()).collect(),
        });
        let situation = match country {
            Some(country) => Situation::from([(ContextKey::Country, country)]),
            None => Situation::default(),
        };
        filter_values(given.collect(), "home", &placement, &config, &situation)
            .map_err(|error| error.to_string())
    }

    const INCLUDE: &str = "INCLUDE ItemID WHERE Items.CATEGORY IN ($CATEGORY)";
    const EXCLUDE: &str = "EXCLUDE ItemID WHERE Items.CATEGORY IN ($CATEGORY)";

    #[test]
    fn callers_fill_what_they_may_and_the_situation_the_rest() {
        let filled = values(
            &[("category", &["Mugs", "Tea, loose"])],
            INCLUDE,
            Some("DE"),
        )
        .unwrap();
        assert_eq!(filled["CATEGORY"], "\"Mugs\",\"Tea, loose\"");
        assert_eq!(filled["COUNTRY"], "\"DE\"");
    }

    #[test]
    fn only_an_exclude_goes_without_its_values() {
        let missing = values(&[], INCLUDE, Some("DE")).unwrap_err();
        assert!(missing.contains("category"), "{missing}");
        assert!(values(&[], EXCLUDE, None).unwrap().is_empty());
    }

    #[test]
    fn nothing_but_declared_values_gets_through() {
        let refused = |given: &[(&str, &[&str])]| values(given, EXCLUDE, None).unwrap_err();
        assert!(refused(&[("CATEGORY", &["a"])]).contains("takes no filter value `CATEGORY`"));
        assert!(refused(&[("category", &["a\") OR (\""])]).contains("CATEGORY"));
        assert!(refused(&[("category", &[])]).contains("CATEGORY"));
        assert!(refused(&[("category", &["a"; 26])]).contains("25"));
    }
}
