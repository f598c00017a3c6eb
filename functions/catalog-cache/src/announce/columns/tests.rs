//! Products as rows of schemas.

use serde_json::json;

use super::*;

const NOW: i64 = 1_700_000_000;

fn columns(fields: &Value) -> Columns {
    let schema = json!({"name": "items", "avro": {"type": "record", "fields": fields}});
    Columns::of(&serde_json::from_value(schema).unwrap(), NOW)
}

fn product(changes: &Value) -> Product {
    let mut product = json!({"id": "a", "title": "LANTERN", "price": 2.5});
    for (name, value) in changes.as_object().unwrap() {
        product[name] = value.clone();
    }
    Product::from_value(product).unwrap()
}

fn properties(columns: &Columns, changes: &Value) -> Value {
    let row = columns.row(&product(changes));
    assert_eq!(row.id, "a");
    row.properties
        .map_or(Value::Null, |json| serde_json::from_str(&json).unwrap())
}

#[test]
fn the_sample_s_schema_is_filled() {
    let text = include_str!("../../../../../config/personalization.yaml");
    let config = shared::config::parse("personalization.yaml", text).unwrap();
    let schema = config.schema_of(config.datasets.items.as_ref().unwrap());
    let columns = Columns::of(schema.unwrap(), NOW);
    let known = json!({
        "category": "Lights", "description": "Red, \"big\"", "brand": "Acme", "createdAt": 5,
    });
    let expected = json!({
        "price": 2.5, "category": "Lights", "description": "Red, \"big\"", "creationTimestamp": 5,
    });
    assert_eq!(properties(&columns, &known), expected);
    let expected = json!({"price": 2.5, "creationTimestamp": NOW});
    assert_eq!(properties(&columns, &json!({})), expected, "no nulls");
}

#[test]
fn names_of_other_schemas_are_understood() {
    let columns = columns(&json!([
        {"name": "ITEM_ID", "type": "string"},
        {"name": "CATEGORY_L1", "type": ["null", "string"], "categorical": true},
        {"name": "CATEGORY_L2", "type": ["null", "string"], "categorical": true},
        {"name": "PRODUCT_NAME", "type": "string"},
        {"name": "PRODUCT_DESCRIPTION", "type": ["string", "null"], "textual": true},
        {"name": "BRAND", "type": ["null", "string"]},
        {"name": "MARKETS", "type": ["null", "string"], "categorical": true},
        {"name": "COLOUR", "type": "string"},
    ]));
    let known = json!({
        "category": "Lights", "brand": "Acme", "description": "Red", "markets": ["de", "fr"],
    });
    let expected = json!({
        "categoryL1": "Lights", "productName": "LANTERN", "productDescription": "Red",
        "brand": "Acme", "markets": "de|fr",
    });
    assert_eq!(properties(&columns, &known), expected);
}

#[test]
fn values_are_of_the_column_s_type_or_left_out() {
    let of = |name: &str, avro_type: &str, known: Value| {
        let columns = columns(&json!([{"name": name, "type": avro_type}]));
        properties(&columns, &known)
    };
    for (name, avro_type, known, expected) in [
        ("PRICE", "double", json!({}), json!({"price": 2.5})),
        ("PRICE", "string", json!({}), json!({"price": "2.5"})),
        ("PRICE", "int", json!({}), Value::Null),
        ("PRICE", "long", json!({"price": 3.0}), json!({"price": 3})),
        (
            "AVAILABLE",
            "boolean",
            json!({"available": false}),
            json!({"available": false}),
        ),
        (
            "AVAILABLE",
            "string",
            json!({}),
            json!({"available": "true"}),
        ),
        ("IN_STOCK", "int", json!({}), json!({"inStock": 1})),
        (
            "CREATION_TIMESTAMP",
            "string",
            json!({"createdAt": 5}),
            json!({"creationTimestamp": "5"}),
        ),
        (
            "CREATION_TIMESTAMP",
            "int",
            json!({"createdAt": 5_000_000_000_i64}),
            Value::Null,
        ),
        ("BRAND", "float", json!({"brand": "Acme"}), Value::Null),
        ("BRAND", "string", json!({"brand": " "}), Value::Null),
    ] {
        assert_eq!(of(name, avro_type, known), expected, "{name} {avro_type}");
    }
}

#[test]
fn long_texts_are_cut_and_categories_left_whole() {
    let columns = columns(&json!([
        {"name": "CATEGORY", "type": "string", "categorical": true},
        {"name": "BRAND", "type": "string", "categorical": true},
        {"name": "DESCRIPTION", "type": "string", "textual": true},
    ]));
    let known = json!({
        "category": format!("{}|{}", "é".repeat(600), "b".repeat(600)),
        "brand": "b".repeat(1_001),
        "description": "é".repeat(20_001),
    });
    let properties = properties(&columns, &known);
    assert_eq!(properties["category"], "é".repeat(600));
    assert_eq!(properties["brand"], Value::Null);
    assert_eq!(properties["description"], "é".repeat(20_000));
    let exact = format!("{}|b", "a".repeat(998));
    let known = json!({"category": exact});
    assert_eq!(self::properties(&columns, &known)["category"], exact);
}

#[test]
fn a_description_full_of_escapes_fits_too() {
    let columns = columns(&json!([
        {"name": "DESCRIPTION", "type": "string", "textual": true},
        {"name": "BRAND", "type": "string"},
    ]));
    let known = json!({"description": format!("x{}y", "\n".repeat(19_998)), "brand": "Acme"});
    let row = columns.row(&product(&known));
    let json = row.properties.unwrap();
    assert!(json.chars().count() <= MAX_PROPERTIES, "{}", json.len());
    assert!(
        json.contains("Acme") && json.len() > 30_000,
        "{}",
        json.len()
    );
}
