//! JSON in columns of text.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, StringBuilder},
        compute::cast,
        datatypes::DataType,
    },
    common::{Result, exec_err},
};
use serde_json::Value;

use super::Scalar;

pub(super) const FUNCTIONS: &[Scalar] = &[Scalar {
    name: "json_extract_scalar",
    arguments: (2, 2),
    returns: |_| Ok(DataType::Utf8),
    evaluate: extract_scalar,
}];

/// A string, number or boolean at a path such as `$.store.book[0]["title"]`; NULL where there is none.
fn extract_scalar(arguments: &[ArrayRef]) -> Result<ArrayRef> {
    let documents = cast(&arguments[0], &DataType::Utf8)?;
    let paths = cast(&arguments[1], &DataType::Utf8)?;
    let (documents, paths) = (documents.as_string::<i32>(), paths.as_string::<i32>());
    let mut found = StringBuilder::new();
    for row in 0..documents.len() {
        if documents.is_null(row) || paths.is_null(row) {
            found.append_null();
            continue;
        }
        let Some(path) = steps(paths.value(row)) else {
            return exec_err!("Invalid JSON path: '{}'", paths.value(row));
        };
        let document: Value = serde_json::from_str(documents.value(row)).unwrap_or_default();
        let value = path.iter().try_fold(&document, |value, step| match value {
            Value::Array(items) => items.get(step.parse::<usize>().ok()?),
            other => other.get(step),
        });
        match value {
            Some(Value::String(text)) => found.append_value(text),
            Some(value @ (Value::Number(_) | Value::Bool(_))) => {
                found.append_value(value.to_string());
            }
            _ => found.append_null(),
        }
    }
    Ok(Arc::new(found.finish()))
}

/// The names and numbers of a path; nothing when it is none.
fn steps(path: &str) -> Option<Vec<String>> {
    let mut rest = path.trim().strip_prefix('$')?;
    let mut steps = Vec::new();
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix('.') {
            let end = after.find(['.', '[']).unwrap_or(after.len());
            let (step, next) = after.split_at(end);
            if step.is_empty() {
                return None;
            }
            steps.push(step.to_owned());
            rest = next;
        } else {
            let (step, next) = rest.strip_prefix('[')?.split_once(']')?;
            steps.push(step.trim_matches(['"', '\'']).to_owned());
            rest = next;
        }
    }
    Some(steps)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_names_and_numbers() {
        assert_eq!(steps("$.a.b[0][\"c d\"]").unwrap(), ["a", "b", "0", "c d"]);
        assert_eq!(steps("$").unwrap(), Vec::<String>::new());
        for wrong in ["a.b", "$a", "$..a", "$[0"] {
            assert_eq!(steps(wrong), None, "{wrong}");
        }
    }
}
