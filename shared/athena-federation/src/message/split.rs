//! Names of tables, splits, and where a split's rows go when they are too many.

use std::fmt;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use crate::block::Binary;

/// The name of a table.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TableName {
    /// The schema it is in.
    pub schema_name: String,
    /// Its name in the schema.
    pub table_name: String,
}

impl TableName {
    /// The name `table` in `schema`.
    pub fn new(schema: impl Into<String>, table: impl Into<String>) -> Self {
        Self {
            schema_name: schema.into(),
            table_name: table.into(),
        }
    }
}

impl fmt::Display for TableName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{}", self.schema_name, self.table_name)
    }
}

/// A place in S3.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "@type")]
pub struct S3SpillLocation {
    /// The bucket.
    pub bucket: String,
    /// The key, or with `directory` what keys begin with.
    pub key: String,
    /// Whether many objects go there, named `<key>.0`, `<key>.1` and so on.
    pub directory: bool,
}

/// The AES-GCM key of what a split spills. It is never printed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EncryptionKey {
    /// 16 or 32 bytes.
    pub key: Binary,
    /// 12 bytes. The protocol has one for all blocks of a split.
    pub nonce: Binary,
}

impl fmt::Debug for EncryptionKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("EncryptionKey")
    }
}

/// A part of a table that one call reads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Split {
    /// Where its rows go when they are too many for an answer.
    pub spill_location: S3SpillLocation,
    /// What they are encrypted with there.
    #[serde(default)]
    pub encryption_key: Option<EncryptionKey>,
    /// What the source needs to know to read it, in its own words.
    #[serde(default)]
    pub properties: IndexMap<String, String>,
}
