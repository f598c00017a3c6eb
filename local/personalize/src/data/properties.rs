//! The `properties` of PutItems, PutUsers and PutActions: a JSON object whose keys are the schema's fields in
//! camel case (`CREATION_TIMESTAMP` is `creationTimestamp`), made into the cells of a row.

use serde_json::{Map, Value};

use super::{
    context::same_field,
    rows::Cell,
    schema::{DatasetType, Field, FieldType, Schema},
};

/// Cells in the order of the schema. The field of the id gets the id.
///
/// # Errors
/// A property that is no field or of another type, a missing one that is not nullable; in words.
pub(crate) fn cells(
    schema: &Schema,
    dataset_type: DatasetType,
    id: &str,
    properties: Option<&str>,
) -> Result<Vec<Cell>, String> {
    let mut given: Map<String, Value> = match properties {
        Some(text) => serde_json::from_str(text)
            .map_err(|error| format!("not a JSON object in a string: {error}"))?,
        None => Map::new(),
    };
    let id_field = dataset_type.id_field();
    let mut cells = Vec::with_capacity(schema.fields.len());
    for field in &schema.fields {
        if field.name.eq_ignore_ascii_case(id_field) {
            cells.push(Cell::Text(id.to_owned()));
            continue;
        }
        let key = given
            .keys()
            .find(|key| same_field(key, &field.name))
            .cloned();
        cells.push(cell(field, key.and_then(|key| given.remove(&key)))?);
    }
    match given.keys().next() {
        Some(unknown) => Err(format!(
            "property `{unknown}` is no field of the dataset's schema"
        )),
        None => Ok(cells),
    }
}

fn cell(field: &Field, value: Option<Value>) -> Result<Cell, String> {
    let wrong = |problem: &str| Err(format!("field {} must be {problem}", field.name));
    let longest = field.field_type.longest();
    match (value, field.field_type) {
        (None | Some(Value::Null), _) if field.nullable => Ok(Cell::Empty),
        (None | Some(Value::Null), _) => {
            Err(format!("field {} is missing and not nullable", field.name))
        }
        (Some(Value::Number(number)), FieldType::Integer) if number.is_f64() => {
            wrong("a whole number")
        }
        (Some(Value::Number(number)), FieldType::Integer | FieldType::Decimal) => {
            Ok(number.as_f64().map_or(Cell::Empty, Cell::Number))
        }
        // The service takes numbers in strings as well, as its own examples write them.
        (Some(Value::String(text)), FieldType::Integer) => match text.parse::<i64>() {
            #[expect(clippy::cast_precision_loss, reason = "filters compare as f64")]
            Ok(number) => Ok(Cell::Number(number as f64)),
            Err(_) => wrong("a whole number"),
        },
        (Some(Value::String(text)), FieldType::Decimal) => match text.parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(Cell::Number(number)),
            _ => wrong("a number"),
        },
        (Some(Value::Bool(flag)), FieldType::Boolean) => Ok(Cell::Flag(flag)),
        (Some(Value::String(text)), FieldType::Boolean) => match text.as_str() {
            "true" => Ok(Cell::Flag(true)),
            "false" => Ok(Cell::Flag(false)),
            _ => wrong("true or false"),
        },
        (Some(_), FieldType::Boolean) => wrong("true or false"),
        (Some(_), FieldType::Integer | FieldType::Decimal) => wrong("a number"),
        (Some(Value::String(text)), _) if text.chars().count() <= longest => Ok(Cell::Text(text)),
        (Some(_), _) => wrong(&format!("a string of at most {longest} characters")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::schema::tests::schema;
    use super::*;

    #[test]
    fn keys_are_the_fields_in_camel_case() {
        let schema = schema(
            "Items",
            &[
                ("ITEM_ID", "string"),
                ("UNIT_PRICE", "float"),
                ("CATEGORY", "c:string?"),
            ],
        )
        .unwrap();
        let read = |properties| cells(&schema, DatasetType::Items, "a", Some(properties));
        assert_eq!(
            read(r#"{"unitPrice": 2.5}"#).unwrap(),
            [Cell::Text("a".to_owned()), Cell::Number(2.5), Cell::Empty]
        );
        for (wrong, says) in [
            (r#"{"unitPrice": "dear"}"#, "UNIT_PRICE must be a number"),
            (r#"{"category": "x"}"#, "UNIT_PRICE is missing"),
            (r#"{"unitPrice": 2, "colour": "red"}"#, "`colour`"),
            ("[]", "not a JSON object"),
        ] {
            assert!(read(wrong).unwrap_err().contains(says), "{wrong}");
        }
    }
}
