//! What the server keeps, in the shapes of Athena's API where it has one.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Everything but the queries, replaced as a whole on disk.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Estate {
    /// By name.
    pub(crate) work_groups: BTreeMap<String, WorkGroup>,
    /// By name in lower case; `awsdatacatalog` is always there.
    pub(crate) catalogs: BTreeMap<String, DataCatalog>,
    /// Databases of `awsdatacatalog` by name, with their tables by name.
    pub(crate) databases: BTreeMap<String, Database>,
    /// By id.
    pub(crate) named_queries: BTreeMap<String, NamedQuery>,
    /// By workgroup and name.
    pub(crate) prepared_statements: BTreeMap<String, BTreeMap<String, PreparedStatement>>,
}

/// Where results go.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct ResultConfiguration {
    /// `s3://bucket/prefix/`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) output_location: Option<String>,
}

/// The settings of a workgroup.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct WorkGroupConfiguration {
    /// Where its results go.
    pub(crate) result_configuration: ResultConfiguration,
    /// Whether the above holds for queries that say otherwise.
    pub(crate) enforce_work_group_configuration: bool,
    /// A query that reads more bytes is cancelled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) bytes_scanned_cutoff_per_query: Option<u64>,
    /// Kept and answered; nothing is published.
    pub(crate) publish_cloud_watch_metrics_enabled: bool,
    /// Kept and answered; nobody pays.
    pub(crate) requester_pays_enabled: bool,
    /// Kept and answered; there is one engine.
    pub(crate) engine_version: EngineVersion,
}

impl Default for WorkGroupConfiguration {
    fn default() -> Self {
        Self {
            result_configuration: ResultConfiguration::default(),
            enforce_work_group_configuration: true,
            bytes_scanned_cutoff_per_query: None,
            publish_cloud_watch_metrics_enabled: true,
            requester_pays_enabled: false,
            engine_version: EngineVersion::default(),
        }
    }
}

/// Which engine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct EngineVersion {
    /// As chosen.
    pub(crate) selected_engine_version: String,
    /// As it is.
    pub(crate) effective_engine_version: String,
}

impl Default for EngineVersion {
    fn default() -> Self {
        Self {
            selected_engine_version: "AUTO".to_owned(),
            effective_engine_version: "Athena engine version 3".to_owned(),
        }
    }
}

/// A workgroup.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct WorkGroup {
    /// Its name.
    pub(crate) name: String,
    /// `ENABLED` or `DISABLED`.
    pub(crate) state: String,
    /// Its settings.
    pub(crate) configuration: WorkGroupConfiguration,
    /// In a person's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<String>,
    /// Seconds since 1970.
    pub(crate) creation_time: f64,
}

/// A registered catalog.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct DataCatalog {
    /// Its name as given.
    pub(crate) name: String,
    /// `LAMBDA`, `GLUE` or `HIVE`.
    pub(crate) r#type: String,
    /// In a person's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<String>,
    /// `function`, or `metadata-function` and `record-function`; `catalog-id` of GLUE.
    pub(crate) parameters: BTreeMap<String, String>,
}

/// A database of `awsdatacatalog`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Database {
    /// Its tables by name.
    pub(crate) tables: BTreeMap<String, Table>,
}

/// A column, as the API has it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Column {
    /// In lower case.
    pub(crate) name: String,
    /// In Hive's words.
    #[serde(rename = "Type")]
    pub(crate) data_type: String,
    /// In a person's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) comment: Option<String>,
}

/// A table over objects in S3.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Table {
    /// What the objects hold, in order.
    pub(crate) columns: Vec<Column>,
    /// What the objects' keys hold, as `name=value` folders.
    pub(crate) partition_keys: Vec<Column>,
    /// `s3://bucket/prefix/`.
    pub(crate) location: String,
    /// How the objects are written.
    pub(crate) format: Format,
    /// Properties as given.
    pub(crate) parameters: BTreeMap<String, String>,
    /// In a person's words.
    pub(crate) comment: Option<String>,
    /// Seconds since 1970.
    pub(crate) created: f64,
}

/// How objects are written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Format {
    /// Lines of separated values.
    Text(TextFormat),
    /// A JSON object a line.
    Json,
    /// Parquet.
    Parquet,
}

/// Lines of separated values.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct TextFormat {
    /// Between fields.
    pub(crate) delimiter: u8,
    /// Around fields, if anything.
    pub(crate) quote: Option<u8>,
    /// Before a character that is meant as it is, if anything.
    pub(crate) escape: Option<u8>,
    /// Lines at the beginning of every object that hold no data.
    pub(crate) skip_lines: usize,
    /// How NULL is written, if it can be.
    pub(crate) null: Option<String>,
}

/// A saved query.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct NamedQuery {
    /// Its id.
    pub(crate) named_query_id: String,
    /// Its name.
    pub(crate) name: String,
    /// In a person's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<String>,
    /// The database it is for.
    pub(crate) database: String,
    /// The SQL.
    pub(crate) query_string: String,
    /// The workgroup that has it.
    pub(crate) work_group: String,
}

/// A statement to be run with `EXECUTE`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct PreparedStatement {
    /// Its name.
    pub(crate) statement_name: String,
    /// The SQL, with `?`.
    pub(crate) query_statement: String,
    /// The workgroup that has it.
    pub(crate) work_group_name: String,
    /// In a person's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<String>,
    /// Seconds since 1970.
    pub(crate) last_modified_time: f64,
}
