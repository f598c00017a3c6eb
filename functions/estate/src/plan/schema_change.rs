//! Whether a dataset can take another schema.
//!
//! Rules: developer guide, "Replacing a dataset's schema to add new columns".

use serde_json::Value;
use shared::config::DatasetType;

/// Why the dataset cannot change from the schema `old` to `new`; none when it can.
pub(super) fn obstacle(of: DatasetType, old: &Value, new: &Value) -> Option<String> {
    if of == DatasetType::Interactions {
        return Some(
            "Personalize cannot replace the schema of an interactions dataset: keep the columns, or tear the estate down, make it again and import anew"
                .to_owned(),
        );
    }
    let (old, new) = (fields(old), fields(new));
    for field in old {
        if !new.contains(field) {
            return Some(format!(
                "the column {} would change or go, and Personalize only adds columns: keep it as it is, and add one of a new name",
                name(field)
            ));
        }
    }
    let added = new.iter().filter(|field| !old.contains(field));
    let mut required = added.filter(|field| !takes_null(field));
    required.next().map(|field| {
        format!(
            "the new column {} has no type \"null\": rows that are there have no value for it",
            name(field)
        )
    })
}

fn fields(schema: &Value) -> &[Value] {
    let fields = schema.get("fields").and_then(Value::as_array);
    fields.map_or(&[], Vec::as_slice)
}

fn name(field: &Value) -> &str {
    field.get("name").and_then(Value::as_str).unwrap_or("?")
}

fn takes_null(field: &Value) -> bool {
    let types = field.get("type").and_then(Value::as_array);
    types.is_some_and(|types| types.iter().any(|one| one == "null"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn schema(columns: &[Value]) -> Value {
        json!({ "type": "record", "fields": columns })
    }

    #[test]
    fn columns_are_only_added_and_may_be_empty() {
        let id = json!({ "name": "ITEM_ID", "type": "string" });
        let price = json!({ "name": "PRICE", "type": ["null", "float"] });
        let size = json!({ "name": "SIZE", "type": "string" });
        let old = schema(&[id.clone(), price.clone()]);
        let with = |more: Value| schema(&[id.clone(), price.clone(), more]);
        let judge = |new: &Value| obstacle(DatasetType::Items, &old, new);
        assert_eq!(
            judge(&with(json!({ "name": "SIZE", "type": ["null", "string"] }))),
            None
        );
        assert!(judge(&with(size)).unwrap().contains("new column SIZE"));
        assert!(judge(&schema(&[id])).unwrap().contains("column PRICE"));
        assert!(obstacle(DatasetType::Interactions, &old, &old).is_some());
    }
}
