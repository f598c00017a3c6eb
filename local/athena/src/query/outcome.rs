//! What a query leaves behind.

use datafusion::arrow::datatypes::{DataType, Schema};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// The result of a query, but for its rows, which are in S3.
#[derive(Debug, Clone, Default)]
pub(crate) struct Outcome {
    /// Its columns.
    pub(crate) columns: Vec<ResultColumn>,
}

/// A column of a result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ResultColumn {
    /// As the query names it.
    pub(crate) name: String,
    /// In Trino's words.
    pub(crate) data_type: String,
    /// Digits or characters.
    pub(crate) precision: i64,
    /// Digits behind the point.
    pub(crate) scale: i64,
}

impl ResultColumn {
    /// The columns of rows of a schema, under their names.
    #[must_use]
    pub(crate) fn all(schema: &Schema, names: &[String]) -> Vec<Self> {
        let fields = schema.fields().iter().zip(names);
        fields
            .map(|(field, name)| Self::new(name, field.data_type()))
            .collect()
    }

    fn new(name: &str, data_type: &DataType) -> Self {
        let (data_type, precision, scale) = match data_type {
            DataType::Boolean => ("boolean", 0, 0),
            DataType::Int8 => ("tinyint", 3, 0),
            DataType::Int16 | DataType::UInt8 => ("smallint", 5, 0),
            DataType::Int32 | DataType::UInt16 => ("integer", 10, 0),
            DataType::Int64 | DataType::UInt32 | DataType::UInt64 => ("bigint", 19, 0),
            DataType::Float16 | DataType::Float32 => ("float", 17, 0),
            DataType::Float64 => ("double", 17, 0),
            DataType::Decimal128(precision, scale) | DataType::Decimal256(precision, scale) => {
                ("decimal", i64::from(*precision), i64::from(*scale))
            }
            DataType::Date32 => ("date", 0, 0),
            DataType::Date64 | DataType::Timestamp(_, None) => ("timestamp", 3, 0),
            DataType::Timestamp(_, Some(_)) => ("timestamp with time zone", 3, 0),
            DataType::Time32(_) | DataType::Time64(_) => ("time", 3, 0),
            DataType::Binary | DataType::LargeBinary | DataType::BinaryView => {
                ("varbinary", 1_073_741_824, 0)
            }
            DataType::List(_) | DataType::LargeList(_) | DataType::FixedSizeList(_, _) => {
                ("array", 0, 0)
            }
            DataType::Map(_, _) => ("map", 0, 0),
            DataType::Struct(_) => ("row", 0, 0),
            DataType::Null => ("unknown", 0, 0),
            _ => ("varchar", 2_147_483_647, 0),
        };
        Self {
            name: name.to_owned(),
            data_type: data_type.to_owned(),
            precision,
            scale,
        }
    }

    /// A column of text, as statements that show something have.
    #[must_use]
    pub(crate) fn text(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            data_type: "string".to_owned(),
            precision: 0,
            scale: 0,
        }
    }

    /// As GetQueryResults answers it.
    #[must_use]
    pub(crate) fn answer(&self) -> Value {
        json!({
            "CatalogName": "hive",
            "SchemaName": "",
            "TableName": "",
            "Name": self.name,
            "Label": self.name,
            "Type": self.data_type,
            "Precision": self.precision,
            "Scale": self.scale,
            "Nullable": "UNKNOWN",
            "CaseSensitive": self.data_type == "varchar",
        })
    }
}
