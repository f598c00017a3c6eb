//! What is exported: a statement that reads, its placeholders, and where its rows go.

use super::{Problems, sql::placeholders};
use crate::{
    config::{Dataset, DatasetType, EstateConfig, Export},
    operations::ImportMode,
};

/// Athena's "Service Quotas": the longest query string, in bytes.
pub(super) const STATEMENT_MAX: usize = 262_144;

impl Problems {
    pub(super) fn exports(&mut self, config: &EstateConfig) {
        if config.exports.max_bytes_scanned == 0 {
            self.add(
                "exports.maxBytesScanned",
                "would stop every query: it is a number of bytes from 1 up",
            );
        }
        for (kind, export) in config.exports.iter() {
            match config.datasets.get(kind) {
                Some(dataset) => self.export(kind, export, dataset),
                None => self.add(
                    &format!("exports.{}", kind.name()),
                    format!(
                        "has nowhere to go: declare datasets.{}, or remove it",
                        kind.name()
                    ),
                ),
            }
        }
    }

    fn export(&mut self, kind: DatasetType, export: &Export, dataset: &Dataset) {
        let path = format!("exports.{}", kind.name());
        let declared = format!("datasets.{}", kind.name());
        if export.query.is_none() && export.incremental_query.is_none() {
            self.add(
                &path,
                "has no query: give it `query`, `incrementalQuery`, or both",
            );
        }
        if export.incremental_parameters.is_some() && export.incremental_query.is_none() {
            self.add(
                &format!("{path}.incrementalParameters"),
                "has no effect without incrementalQuery",
            );
        }
        for mode in [ImportMode::Full, ImportMode::Incremental] {
            self.statement(&path, export, mode);
        }
        let incremental = dataset.incremental_location.as_deref();
        if export.query.is_some() {
            self.folder(&format!("{declared}.location"), Some(&dataset.location));
        }
        if export.incremental_query.is_some() {
            self.folder(&format!("{declared}.incrementalLocation"), incremental);
        }
    }

    fn statement(&mut self, path: &str, export: &Export, mode: ImportMode) {
        let Some(statement) = export.statement(mode) else {
            return;
        };
        let path = format!("{path}.{}", Export::member(mode));
        if statement.len() > STATEMENT_MAX {
            self.add(
                &path,
                format!("is longer than Athena's {STATEMENT_MAX} bytes"),
            );
        }
        let parameters = export.parameters(mode).len();
        match placeholders(statement) {
            Err(problem) => self.add(&path, problem),
            Ok(wanted) if wanted != parameters => self.add(
                &path,
                format!("has {wanted} `?` and {parameters} parameter(s): name one for each"),
            ),
            Ok(_) => {}
        }
    }

    /// Several files of an export lie in a folder; a key would be one.
    fn folder(&mut self, path: &str, location: Option<&str>) {
        if location.is_none_or(|location| !location.ends_with('/')) {
            self.add(
                path,
                "is where an export writes: a folder that ends with /, like datasets/full/items/",
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        config::{DatasetType, EstateConfig, Parameter, parse},
        operations::ImportMode,
    };

    const ESTATE: &str = "
version: 1
estate: shop
datasetGroup: { name: shop }
schemas:
  - name: interactions
    avro: { fields: [{ name: USER_ID, type: string }, { name: ITEM_ID, type: string }, { name: TIMESTAMP, type: long }] }
  - { name: items, avro: { fields: [{ name: ITEM_ID, type: string }] } }
  - { name: users, avro: { fields: [{ name: USER_ID, type: string }] } }
datasets:
  interactions: { name: i, schema: interactions, location: datasets/full/interactions/ }
  items: { name: items, schema: items, location: datasets/full/items/ }
  users: { name: users, schema: users, location: datasets/full/users/ }
";

    /// An estate with these exports.
    fn with(exports: &str) -> Result<EstateConfig, String> {
        changed("", "", exports)
    }

    /// The same with `from` replaced by `to`.
    fn changed(from: &str, to: &str, exports: &str) -> Result<EstateConfig, String> {
        assert!(ESTATE.contains(from), "{from}");
        let text = format!("{}exports:\n{exports}\n", ESTATE.replacen(from, to, 1));
        parse("test.yaml", &text).map_err(|error| error.to_string())
    }

    #[test]
    fn a_declared_export_has_a_statement_and_its_parameters_by_mode() {
        let config = with(
            "  users: { query: ' SELECT 1 WHERE 2 > ?; ', parameters: [untilEpoch], lag: 10m, since: 2024-01-01T00:00:00Z }",
        )
        .unwrap();
        let export = config.exports.get(DatasetType::Users).unwrap();
        let full = export.statement(ImportMode::Full);
        assert_eq!(full, Some("SELECT 1 WHERE 2 > ?"));
        assert_eq!(export.parameters(ImportMode::Full), [Parameter::UntilEpoch]);
        assert_eq!(export.statement(ImportMode::Incremental), None);
        assert_eq!(export.lag.unwrap().seconds(), 600);
        assert_eq!(config.exports.max_bytes_scanned, 10 << 30);
        assert_eq!(config.exports.iter().count(), 1);
    }

    #[test]
    fn each_placeholder_has_a_parameter() {
        let refused = with("  items: { query: 'SELECT ? FROM t', parameters: [from, until] }");
        let refused = refused.unwrap_err();
        assert!(
            refused.contains("exports.items.query: has 1 `?` and 2 parameter(s)"),
            "{refused}"
        );
        let unknown = with("  items: { query: 'SELECT ?', parameters: [yesterday] }").unwrap_err();
        assert!(unknown.contains("exports.items.parameters[0]"), "{unknown}");
    }

    #[test]
    fn an_incremental_query_has_parameters_and_a_folder_of_its_own() {
        let query = "  users: { incrementalQuery: 'SELECT ?', incrementalParameters: [from], parameters: [] }";
        let refused = with(query).unwrap_err();
        assert!(
            refused.contains("datasets.users.incrementalLocation: is where an export writes"),
            "{refused}"
        );
        let location = "location: datasets/full/users/";
        let both = format!("{location}, incrementalLocation: datasets/partial/users/");
        let config = changed(location, &both, query).unwrap();
        let export = config.exports.get(DatasetType::Users).unwrap();
        let own = export.parameters(ImportMode::Incremental);
        assert_eq!(own, [Parameter::From]);
    }

    #[test]
    fn what_cannot_be_exported_is_named() {
        for (exports, problem) in [
            ("  items: {}", "exports.items: has no query"),
            (
                "  items: { query: SELECT 1, incrementalParameters: [from] }",
                "incrementalParameters: has no effect",
            ),
            ("  items: { query: DELETE FROM t }", "begins with `DELETE`"),
            ("  maxBytesScanned: 0", "would stop every query"),
        ] {
            let refused = with(exports).unwrap_err();
            assert!(refused.contains(problem), "{exports}: {refused}");
        }
    }

    #[test]
    fn an_export_without_its_dataset_has_nowhere_to_go() {
        let users = "  users: { name: users, schema: users, location: datasets/full/users/ }\n";
        let refused = changed(users, "", "  users: { query: SELECT 1 }").unwrap_err();
        assert!(
            refused.contains("exports.users: has nowhere to go"),
            "{refused}"
        );
    }

    #[test]
    fn files_go_into_a_folder() {
        let key = "location: datasets/full/items.csv";
        let refused = changed(
            "location: datasets/full/items/",
            key,
            "  items: { query: SELECT 1 }",
        );
        let refused = refused.unwrap_err();
        assert!(
            refused.contains("datasets.items.location: is where an export writes"),
            "{refused}"
        );
    }
}
