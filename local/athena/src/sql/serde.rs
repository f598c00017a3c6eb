//! How a table's objects are written, by its SerDe or its row format.

use std::collections::BTreeMap;

use datafusion::sql::sqlparser::ast::{
    Expr, FileFormat, HiveDelimiter, HiveFormat, HiveIOFormat, HiveRowFormat, SqlOption, Value,
};

use crate::resources::{Format, TextFormat};

/// What Hive separates fields by when a table does not say.
const DEFAULT_DELIMITER: u8 = 1;

/// The format that a definition says; `table` are the table's properties.
///
/// # Errors
/// For formats that are not supported, and values that are none.
pub(super) fn format(
    formats: &HiveFormat,
    stored_as: Option<FileFormat>,
    table: &BTreeMap<String, String>,
) -> Result<Format, String> {
    let serde = formats.serde_properties.as_deref().unwrap_or_default();
    let serde = properties_of(serde);
    let stored_as = match &formats.storage {
        Some(HiveIOFormat::FileFormat { format }) => Some(*format),
        _ => stored_as,
    };
    let skip = table.get("skip.header.line.count");
    let skip_lines = skip.map_or(Ok(0), |count| count.parse());
    let skip_lines =
        skip_lines.map_err(|_| "skip.header.line.count must be a number".to_owned())?;
    match (&formats.row_format, stored_as) {
        (Some(HiveRowFormat::SERDE { class }), _) => serde_format(class, &serde, skip_lines),
        (_, Some(FileFormat::PARQUET)) => Ok(Format::Parquet),
        (_, Some(FileFormat::JSONFILE)) => Ok(Format::Json),
        (_, Some(FileFormat::TEXTFILE) | None) => {
            let mut text = lazy_simple(&serde, skip_lines)?;
            if let Some(HiveRowFormat::DELIMITED { delimiters }) = &formats.row_format {
                for one in delimiters {
                    match one.delimiter {
                        HiveDelimiter::FieldsTerminatedBy => {
                            text.delimiter = byte(&one.char.value)?;
                        }
                        HiveDelimiter::FieldsEscapedBy => {
                            text.escape = Some(byte(&one.char.value)?);
                        }
                        HiveDelimiter::NullDefinedAs => {
                            text.null = Some(unescaped(&one.char.value));
                        }
                        _ => {}
                    }
                }
            }
            Ok(Format::Text(text))
        }
        (_, Some(other)) => Err(format!("Tables stored as {other} are not supported here")),
    }
}

fn serde_format(
    class: &str,
    properties: &BTreeMap<String, String>,
    skip_lines: usize,
) -> Result<Format, String> {
    let of = |name: &str| properties.get(name).map(String::as_str);
    match class.rsplit('.').next().unwrap_or(class) {
        "OpenCSVSerde" | "OpenCSVSerDe" | "CSVSerde" => Ok(Format::Text(TextFormat {
            delimiter: byte(of("separatorChar").unwrap_or(","))?,
            quote: Some(byte(of("quoteChar").unwrap_or("\""))?),
            escape: Some(byte(of("escapeChar").unwrap_or("\\"))?),
            skip_lines,
            null: None,
        })),
        "LazySimpleSerDe" => Ok(Format::Text(lazy_simple(properties, skip_lines)?)),
        "JsonSerDe" => Ok(Format::Json),
        "ParquetHiveSerDe" => Ok(Format::Parquet),
        _ => Err(format!(
            "SerDe {class} is not supported here; OpenCSVSerde, LazySimpleSerDe, JsonSerDe and ParquetHiveSerDe are"
        )),
    }
}

fn lazy_simple(
    properties: &BTreeMap<String, String>,
    skip_lines: usize,
) -> Result<TextFormat, String> {
    let delimiter = properties
        .get("field.delim")
        .or_else(|| properties.get("serialization.format"))
        .map_or(Ok(DEFAULT_DELIMITER), |text| byte(text))?;
    Ok(TextFormat {
        delimiter,
        quote: None,
        escape: None,
        skip_lines,
        null: Some("\\N".to_owned()),
    })
}

/// Properties by name.
pub(super) fn properties_of(options: &[SqlOption]) -> BTreeMap<String, String> {
    let pairs = options.iter().filter_map(|option| match option {
        SqlOption::KeyValue { key, value } => {
            let value = match value {
                Expr::Value(value) => match &value.value {
                    Value::SingleQuotedString(text) | Value::DoubleQuotedString(text) => {
                        text.clone()
                    }
                    other => other.to_string(),
                },
                Expr::Identifier(ident) => ident.value.clone(),
                other => other.to_string(),
            };
            Some((key.value.clone(), value))
        }
        _ => None,
    });
    pairs.collect()
}

fn byte(text: &str) -> Result<u8, String> {
    match unescaped(text).as_bytes() {
        [byte] => Ok(*byte),
        _ => Err(format!(
            "Separators have one byte here, and '{text}' has not"
        )),
    }
}

/// A string as Java reads it: `\t`, `\001`, `\\`.
fn unescaped(text: &str) -> String {
    let Some(escape) = text.strip_prefix('\\') else {
        return text.to_owned();
    };
    match escape {
        "t" => "\t".to_owned(),
        "n" => "\n".to_owned(),
        "" => "\\".to_owned(),
        "\\" | "\"" | "'" => escape.to_owned(),
        _ => match u8::from_str_radix(escape.trim_start_matches('u'), 8) {
            Ok(code) => char::from(code).to_string(),
            Err(_) => text.to_owned(),
        },
    }
}
