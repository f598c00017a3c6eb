//! JSON objects, one a line.

use datafusion::arrow::{
    array::ArrayRef,
    datatypes::{DataType, Schema},
    error::ArrowError,
    json::ReaderBuilder,
};
use serde_json::{Map, Value};

use super::{Columns, ROWS, bad};
use crate::query::failure::Failure;

/// Takes rows from the beginning of the input.
///
/// # Errors
/// When a line is no object, or has a value of another type.
pub(super) fn take(
    input: &mut Vec<u8>,
    ended: bool,
    columns: &Schema,
    wanted: &[bool],
    key: &str,
) -> Result<Option<Columns>, Failure> {
    let wanted: Vec<usize> = (0..wanted.len()).filter(|&index| wanted[index]).collect();
    let part = columns
        .project(&wanted)
        .map_err(|error| bad(key, &error.to_string()))?;
    let whole = match input.iter().rposition(|&byte| byte == b'\n') {
        _ if ended => input.len(),
        Some(end) => end + 1,
        None => 0,
    };
    let mut rows = Vec::new();
    let mut at = 0;
    while at < whole && rows.len() < ROWS {
        let rest = &input[at..whole];
        let end = rest
            .iter()
            .position(|&byte| byte == b'\n')
            .unwrap_or(rest.len());
        let line = rest[..end].trim_ascii();
        if !line.is_empty() {
            let row = serde_json::from_slice(line);
            let row =
                row.map_err(|error| bad(key, &format!("Row is not a valid JSON Object: {error}")))?;
            rows.push(folded(row, &part));
        }
        at += end + 1;
    }
    input.drain(..at.min(input.len()));
    if rows.is_empty() {
        return Ok(None);
    }
    let problem = |error: ArrowError| bad(key, &error.to_string());
    let mut read: Vec<Option<ArrayRef>> = columns.fields().iter().map(|_| None).collect();
    if !wanted.is_empty() {
        let builder = ReaderBuilder::new(part.into()).with_coerce_primitive(true);
        let mut decoder = builder
            .with_batch_size(ROWS)
            .build_decoder()
            .map_err(problem)?;
        decoder.serialize(&rows).map_err(problem)?;
        let batch = decoder.flush().map_err(problem)?;
        let batch = batch.ok_or_else(|| bad(key, "its rows are no objects"))?;
        for (index, column) in wanted.into_iter().zip(batch.columns()) {
            read[index] = Some(column.clone());
        }
    }
    Ok(Some((read, rows.len())))
}

/// Names in lower case, as those of columns are; objects in columns of text as text.
fn folded(row: Value, columns: &Schema) -> Value {
    let Value::Object(members) = row else {
        return row;
    };
    let members = members.into_iter().map(|(name, value)| {
        let name = name.to_lowercase();
        let text = columns
            .field_with_name(&name)
            .is_ok_and(|field| *field.data_type() == DataType::Utf8);
        let value = match value {
            Value::Object(_) | Value::Array(_) if text => Value::String(value.to_string()),
            other => other,
        };
        (name, value)
    });
    Value::Object(members.collect::<Map<String, Value>>())
}
