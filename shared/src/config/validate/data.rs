//! What is imported: datasets, their schemas, and when.

use serde_json::Value;

use super::Problems;
use crate::config::{Dataset, DatasetType, EstateConfig, Tolerance};

impl Problems {
    pub(super) fn data(&mut self, config: &EstateConfig) {
        self.datasets(config);
        self.schemas(config);
        let checks = &config.data_checks;
        self.tolerance("dataChecks.unknownItems", checks.unknown_items);
        self.tolerance("dataChecks.volume", checks.volume);
        self.tolerance("dataChecks.eventMix", checks.event_mix);
        let imports = &config.imports;
        self.schedule("imports.full", imports.full.as_deref());
        self.schedule("imports.incremental", imports.incremental.as_deref());
        let any = config.datasets.iter();
        let mut any = any.filter(|(_, dataset)| dataset.incremental_location.is_some());
        if imports.incremental.is_some() && any.next().is_none() {
            self.add(
                "imports.incremental",
                "has nothing to import: give a dataset an incrementalLocation",
            );
        }
    }

    fn tolerance(&mut self, path: &str, tolerance: Tolerance) {
        self.share(&format!("{path}.warn"), tolerance.warn);
        self.share(&format!("{path}.stop"), tolerance.stop);
        if tolerance.warn > tolerance.stop {
            self.add(path, "warns later than it stops: let warn be at most stop");
        }
    }

    fn schemas(&mut self, config: &EstateConfig) {
        for (index, schema) in config.schemas.iter().enumerate() {
            self.room(&format!("schemas[{index}].name"), &schema.name);
            if !schema.avro.get("fields").is_some_and(Value::is_array) {
                self.add(
                    &format!("schemas[{index}].avro.fields"),
                    "is missing; an Avro record has a list of fields",
                );
            }
        }
    }

    fn locations(&mut self, path: &str, dataset: &Dataset) {
        let of_kind = |name: &str| format!("{path}.{name}");
        let both = [
            ("location", Some(&dataset.location)),
            ("incrementalLocation", dataset.incremental_location.as_ref()),
        ];
        for (name, location) in both {
            if location.is_some_and(|location| location.is_empty() || location.starts_with('/')) {
                self.add(
                    &of_kind(name),
                    "is a prefix in the data bucket, like datasets/full/items/",
                );
            }
        }
        if dataset
            .incremental_location
            .as_ref()
            .is_some_and(|incremental| incremental.starts_with(&dataset.location))
        {
            self.add(
                &of_kind("incrementalLocation"),
                "lies in location, where a FULL import would read it too",
            );
        }
    }

    fn datasets(&mut self, config: &EstateConfig) {
        for (kind, dataset) in config.datasets.iter() {
            let path = format!("datasets.{}", kind.name());
            self.name(&format!("{path}.name"), &dataset.name);
            self.locations(&path, dataset);
            let Some(schema) = config.schema_of(dataset) else {
                let declared = config.schemas.iter().map(|schema| schema.name.as_str());
                self.undeclared(
                    &format!("{path}.schema"),
                    &dataset.schema,
                    "schemas",
                    declared,
                );
                continue;
            };
            let fields = schema.fields();
            for required in required_fields(kind) {
                if !fields.iter().any(|field| field.name == *required) {
                    self.add(&format!("{path}.schema"), format!(
                        "schema `{}` lacks the field {required}, which Personalize requires for {}",
                        schema.name, kind.name()
                    ));
                }
            }
        }
    }
}

/// Personalize developer guide, "Creating schema JSON files": required fields by dataset type.
fn required_fields(kind: DatasetType) -> &'static [&'static str] {
    match kind {
        DatasetType::Items => &["ITEM_ID"],
        DatasetType::Users => &["USER_ID"],
        DatasetType::Interactions => &["USER_ID", "ITEM_ID", "TIMESTAMP"],
    }
}

#[cfg(test)]
mod tests {
    use crate::config::parse;

    #[test]
    fn a_tolerance_is_two_shares_in_their_order() {
        let shipped = include_str!("../../../../config/personalization.yaml");
        let with = |volume: &str| {
            let text = format!("{shipped}\ndataChecks:\n  volume: {volume}\n");
            parse("test.yaml", &text).map(|config| config.data_checks.volume.stop)
        };
        assert!((with("{ warn: 0.1, stop: 1 }").unwrap() - 1.0).abs() < f64::EPSILON);
        let refused = |volume| with(volume).unwrap_err().to_string();
        assert!(refused("{ warn: 0.5, stop: 0.2 }").contains("let warn be at most stop"));
        assert!(refused("{ warn: 10, stop: 20 }").contains("dataChecks.volume.warn: is a share"));
    }
}
