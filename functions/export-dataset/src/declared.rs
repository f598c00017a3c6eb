//! What the configuration says of one export.

use shared::{
    config::{DatasetType, EstateConfig, Export, Schema},
    operations::ImportMode,
};

use crate::error::ExportError;

/// One export of one mode, with all it needs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Declared<'a> {
    /// The dataset its rows are for.
    pub(crate) dataset: DatasetType,
    /// The imports its rows are for.
    pub(crate) mode: ImportMode,
    /// As declared.
    pub(crate) export: &'a Export,
    /// What is asked.
    pub(crate) statement: &'a str,
    /// The columns its rows must have.
    pub(crate) schema: &'a Schema,
    /// The folder of the data bucket that its files go to.
    pub(crate) folder: &'a str,
}

impl<'a> Declared<'a> {
    /// The export of `dataset` for imports of `mode`.
    ///
    /// # Errors
    /// When the configuration declares none.
    pub(crate) fn of(
        config: &'a EstateConfig,
        dataset: DatasetType,
        mode: ImportMode,
    ) -> Result<Self, ExportError> {
        Self::find(config, dataset, mode).ok_or_else(|| ExportError::Undeclared {
            estate: config.estate.clone(),
            query: crate::query::name(dataset, mode),
        })
    }

    fn find(config: &'a EstateConfig, dataset: DatasetType, mode: ImportMode) -> Option<Self> {
        let export = config.exports.get(dataset)?;
        let declared = config.datasets.get(dataset)?;
        let folder = match mode {
            ImportMode::Full => &declared.location,
            ImportMode::Incremental => declared.incremental_location.as_ref()?,
        };
        Some(Self {
            dataset,
            mode,
            export,
            statement: export.statement(mode)?,
            schema: config.schema_of(declared)?,
            folder,
        })
    }

    /// All exports for imports of `mode`, metadata first.
    pub(crate) fn all(config: &'a EstateConfig, mode: ImportMode) -> Vec<Self> {
        let declared = config.exports.iter();
        declared
            .filter_map(|(dataset, _)| Self::find(config, dataset, mode))
            .collect()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Exports of two datasets, one of them of new rows, too.
    pub(crate) const EXPORTS: &str = "
  users: { query: SELECT customer_id AS user_id FROM shop.customers }
  interactions:
    query: SELECT a FROM shop.events WHERE b >= ? AND b < ?
    incrementalQuery: SELECT a FROM shop.events WHERE b >= ? AND b < ?
    parameters: [from, until]
";

    /// An estate with these `exports`, and a folder for new interactions.
    pub(crate) fn config_with(exports: &str) -> EstateConfig {
        let text = format!("{ESTATE}exports:{exports}");
        shared::config::parse("test.yaml", &text).unwrap()
    }

    const ESTATE: &str = r#"
version: 1
estate: shop
datasetGroup: { name: shop }
schemas:
  - name: interactions
    avro:
      fields:
        - { name: USER_ID, type: string }
        - { name: ITEM_ID, type: string }
        - { name: TIMESTAMP, type: long }
        - { name: EVENT_TYPE, type: string }
        - { name: EVENT_VALUE, type: ["null", float] }
  - name: items
    avro:
      fields:
        - { name: ITEM_ID, type: string }
        - { name: PRICE, type: ["null", float] }
        - { name: CATEGORY, type: ["null", string] }
        - { name: STOCK, type: ["null", long] }
        - { name: CREATION_TIMESTAMP, type: long }
        - { name: DESCRIPTION, type: ["null", string] }
  - name: users
    avro:
      fields:
        - { name: USER_ID, type: string }
        - { name: COUNTRY, type: ["null", string] }
datasets:
  items: { name: items, schema: items, location: datasets/full/items/ }
  users: { name: users, schema: users, location: datasets/full/users/ }
  interactions:
    name: interactions
    schema: interactions
    location: datasets/full/interactions/
    incrementalLocation: datasets/partial/interactions/
"#;

    #[test]
    fn an_export_is_of_the_modes_that_it_has_a_query_for() {
        let config = config_with(EXPORTS);
        let found = |mode| {
            let all = Declared::all(&config, mode).into_iter();
            all.map(|one| (one.dataset, one.folder)).collect::<Vec<_>>()
        };
        assert_eq!(
            found(ImportMode::Full),
            [
                (DatasetType::Users, "datasets/full/users/"),
                (DatasetType::Interactions, "datasets/full/interactions/")
            ]
        );
        assert_eq!(
            found(ImportMode::Incremental),
            [(DatasetType::Interactions, "datasets/partial/interactions/")]
        );
    }

    #[test]
    fn what_is_not_declared_is_named() {
        let config = config_with(EXPORTS);
        let refused = Declared::of(&config, DatasetType::Users, ImportMode::Incremental);
        let message = refused.unwrap_err().to_string();
        assert!(
            message.contains("no exports.users.incrementalQuery"),
            "{message}"
        );
    }
}
