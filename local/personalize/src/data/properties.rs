//! The `properties` of PutItems and PutUsers: a JSON object whose keys are the schema's fields in
//! camel case (`CREATION_TIMESTAMP` is `creationTimestamp`), made into the cells of a row.

use serde_json::{Map, Value};

use super::{
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
    let id_field = dataset_type.required()[0].0;
    let mut cells = Vec::with_capacity(schema.fields.len());
    for field in &schema.fields {
        if field.name.eq_ignore_ascii_case(id_field) {
            cells.push(Cell::Text(id.to_owned()));
            continue;
        }
        let key = given
            .keys()
            .find(|key| plain(key) == plain(&field.name))
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
    let number = field.field_type.is_number();
    match value {
        None | Some(Value::Null) if field.nullable => Ok(Cell::Empty),
        None | Some(Value::Null) => {
            Err(format!("field {} is missing and not nullable", field.name))
        }
        Some(Value::Number(value)) if number => {
            Ok(value.as_f64().map_or(Cell::Empty, Cell::Number))
        }
        Some(Value::String(text)) if !number => Ok(Cell::Text(text)),
        Some(Value::Bool(_)) if field.field_type == FieldType::Boolean => Ok(Cell::Empty),
        Some(_) => Err(format!(
            "field {} must be {}",
            field.name,
            if number { "a number" } else { "a string" }
        )),
    }
}

fn plain(name: &str) -> String {
    name.replace('_', "").to_ascii_lowercase()
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
            (r#"{"unitPrice": "2"}"#, "UNIT_PRICE must be a number"),
            (r#"{"category": "x"}"#, "UNIT_PRICE is missing"),
            (r#"{"unitPrice": 2, "colour": "red"}"#, "`colour`"),
            ("[]", "not a JSON object"),
        ] {
            assert!(read(wrong).unwrap_err().contains(says), "{wrong}");
        }
    }
}
