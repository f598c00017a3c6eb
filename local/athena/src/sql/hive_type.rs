//! Types of columns, as `CREATE EXTERNAL TABLE` and the API write them.

use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType, Field, TimeUnit};

/// The engine's type of a column.
///
/// # Errors
/// For types that tables cannot have here.
pub(crate) fn parse(text: &str) -> Result<DataType, String> {
    let text = text.trim().to_lowercase();
    if let Some(element) = text
        .strip_prefix("array<")
        .and_then(|rest| rest.strip_suffix('>'))
    {
        let element = Field::new("element", parse(element)?, true);
        return Ok(DataType::List(Arc::new(element)));
    }
    let (name, arguments) = match text.split_once('(') {
        Some((name, rest)) => (name.trim(), Some(rest.trim_end_matches(')'))),
        None => (text.as_str(), None),
    };
    match name {
        "boolean" => Ok(DataType::Boolean),
        "tinyint" => Ok(DataType::Int8),
        "smallint" => Ok(DataType::Int16),
        "int" | "integer" => Ok(DataType::Int32),
        "bigint" => Ok(DataType::Int64),
        "float" | "real" => Ok(DataType::Float32),
        "double" => Ok(DataType::Float64),
        "string" | "varchar" | "char" => Ok(DataType::Utf8),
        "binary" => Ok(DataType::Binary),
        "date" => Ok(DataType::Date32),
        "timestamp" => Ok(DataType::Timestamp(TimeUnit::Millisecond, None)),
        "decimal" => decimal(arguments.unwrap_or("10,0"))
            .ok_or_else(|| format!("Invalid decimal type: {text}")),
        _ => Err(format!(
            "Columns of type '{text}' are not supported here; docs/athena-local.md lists those that are"
        )),
    }
}

fn decimal(arguments: &str) -> Option<DataType> {
    let (precision, scale) = arguments.split_once(',').unwrap_or((arguments, "0"));
    let precision: u8 = precision.trim().parse().ok()?;
    let scale: i8 = scale.trim().parse().ok()?;
    let valid = (1..=38).contains(&precision) && (0..=38).contains(&scale);
    valid.then_some(DataType::Decimal128(precision, scale))
}

/// What the API calls a type of the engine, in the words of Hive.
#[must_use]
pub(crate) fn name(data_type: &DataType) -> String {
    match data_type {
        DataType::Boolean => "boolean".to_owned(),
        DataType::Int8 => "tinyint".to_owned(),
        DataType::Int16 | DataType::UInt8 => "smallint".to_owned(),
        DataType::Int32 | DataType::UInt16 => "int".to_owned(),
        DataType::Int64 | DataType::UInt32 | DataType::UInt64 => "bigint".to_owned(),
        DataType::Float16 | DataType::Float32 => "float".to_owned(),
        DataType::Float64 => "double".to_owned(),
        DataType::Binary | DataType::LargeBinary | DataType::BinaryView => "binary".to_owned(),
        DataType::Date32 => "date".to_owned(),
        DataType::Date64 | DataType::Timestamp(_, None) => "timestamp".to_owned(),
        DataType::Timestamp(_, Some(_)) => "timestamp with time zone".to_owned(),
        DataType::Decimal128(precision, scale) => format!("decimal({precision},{scale})"),
        DataType::List(element) | DataType::LargeList(element) => {
            format!("array<{}>", name(element.data_type()))
        }
        DataType::Struct(fields) => {
            let fields = fields
                .iter()
                .map(|field| format!("{}:{}", field.name(), name(field.data_type())));
            format!("struct<{}>", fields.collect::<Vec<_>>().join(","))
        }
        DataType::Map(entries, _) => match entries.data_type() {
            DataType::Struct(fields) if fields.len() == 2 => format!(
                "map<{},{}>",
                name(fields[0].data_type()),
                name(fields[1].data_type())
            ),
            _ => "map".to_owned(),
        },
        _ => "string".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_go_there_and_back() {
        for text in [
            "boolean",
            "tinyint",
            "smallint",
            "int",
            "bigint",
            "float",
            "double",
            "string",
            "binary",
            "date",
            "timestamp",
            "decimal(10,2)",
            "array<string>",
            "array<array<int>>",
        ] {
            assert_eq!(name(&parse(text).unwrap()), text);
        }
        assert_eq!(parse("VARCHAR(20)").unwrap(), DataType::Utf8);
        assert_eq!(parse("decimal").unwrap(), DataType::Decimal128(10, 0));
        assert!(parse("decimal(50,2)").is_err());
        assert!(
            parse("struct<a:int>")
                .unwrap_err()
                .contains("struct<a:int>")
        );
    }
}
