//! A product as a row of the items dataset: the columns of its schema that a product has something for,
//! by the names that datasets give them.

use serde_json::{Map, Number, Value};
use shared::{
    config::Schema,
    metadata::{Row, property},
};

use crate::product::Product;

/// The most characters of a categorical value, of another text, and of a row's properties.
const MAX_CATEGORIES: usize = 1_000;
const MAX_TEXT: usize = 20_000;
const MAX_PROPERTIES: usize = 32_000;

/// Between the values of a categorical column.
const SEPARATOR: char = '|';

/// The columns of an items dataset.
#[derive(Debug, Clone)]
pub(crate) struct Columns {
    columns: Vec<Column>,
    /// Epoch seconds, for a product whose age is not known.
    now: i64,
}

#[derive(Debug, Clone)]
struct Column {
    property: String,
    role: Role,
    avro_type: String,
    categorical: bool,
}

/// What of a product a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Price,
    Currency,
    Category,
    Brand,
    Title,
    Description,
    CreatedAt,
    Available,
    Markets,
    Channels,
}

impl Role {
    /// What the column `name` holds; nothing when a product has nothing for it.
    fn of(name: &str) -> Option<Self> {
        Some(match name.to_ascii_uppercase().as_str() {
            "PRICE" => Self::Price,
            "CURRENCY" => Self::Currency,
            "CATEGORY" | "CATEGORY_L1" => Self::Category,
            "BRAND" => Self::Brand,
            "TITLE" | "NAME" | "ITEM_NAME" | "PRODUCT_NAME" => Self::Title,
            "DESCRIPTION" | "ITEM_DESCRIPTION" | "PRODUCT_DESCRIPTION" => Self::Description,
            "CREATION_TIMESTAMP" => Self::CreatedAt,
            "AVAILABLE" | "AVAILABILITY" | "IN_STOCK" => Self::Available,
            "MARKET" | "MARKETS" => Self::Markets,
            "CHANNEL" | "CHANNELS" => Self::Channels,
            _ => return None,
        })
    }
}

impl Columns {
    /// The columns of `schema` that products have something for, at `now` (epoch seconds).
    pub(crate) fn of(schema: &Schema, now: i64) -> Self {
        let declared = schema.avro["fields"].as_array();
        let is_categorical = |name: &str| {
            let field =
                declared.and_then(|fields| fields.iter().find(|field| field["name"] == name));
            field.is_some_and(|field| field["categorical"] == Value::Bool(true))
        };
        let column = |field: shared::config::Field| {
            Some(Column {
                property: property(&field.name),
                role: Role::of(&field.name)?,
                categorical: is_categorical(&field.name),
                avro_type: field.avro_type,
            })
        };
        Self {
            columns: schema.fields().into_iter().filter_map(column).collect(),
            now,
        }
    }

    /// The row of `product`. What it has nothing for, or nothing of the column's type, is left out.
    pub(crate) fn row(&self, product: &Product) -> Row {
        let mut properties = Map::new();
        for column in &self.columns {
            if let Some(value) = column.value(product, self.now) {
                properties.insert(column.property.clone(), value);
            }
        }
        Row {
            id: product.id.clone(),
            properties: (!properties.is_empty()).then(|| self.fitting(properties)),
        }
    }

    /// `properties` as JSON, with as much of the description as fits.
    fn fitting(&self, mut properties: Map<String, Value>) -> String {
        let description = self
            .columns
            .iter()
            .find(|column| column.role == Role::Description);
        loop {
            let json = Value::Object(properties.clone()).to_string();
            let characters = json.chars().count();
            let text = description.and_then(|column| properties.get_mut(&column.property));
            let Some(Value::String(text)) = text.filter(|_| characters > MAX_PROPERTIES) else {
                return json;
            };
            // Escapes take more room than what they stand for: it may take more than one turn.
            let left = text.chars().count() * MAX_PROPERTIES / characters;
            *text = text.chars().take(left).collect();
        }
    }
}

impl Column {
    fn value(&self, product: &Product, now: i64) -> Option<Value> {
        let text = |text: &Option<String>| text.as_deref().and_then(|text| self.text(text));
        match self.role {
            Role::Price => self.number(product.price),
            Role::Currency => text(&product.currency),
            Role::Category => text(&product.category),
            Role::Brand => text(&product.brand),
            Role::Title => self.text(&product.title),
            Role::Description => text(&product.description),
            Role::CreatedAt => self.whole(product.created_at.unwrap_or(now)),
            Role::Available => match self.avro_type.as_str() {
                "boolean" => Some(Value::Bool(product.available)),
                "string" => self.text(&product.available.to_string()),
                _ => self.whole(i64::from(product.available)),
            },
            Role::Markets => self.text(&product.markets.join("|")),
            Role::Channels => self.text(&product.channels.join("|")),
        }
    }

    fn text(&self, text: &str) -> Option<Value> {
        let text = text.trim();
        if text.is_empty() || self.avro_type != "string" {
            return None;
        }
        let most = if self.categorical {
            MAX_CATEGORIES
        } else {
            MAX_TEXT
        };
        let Some((end, _)) = text.char_indices().nth(most) else {
            return Some(Value::from(text));
        };
        // Half a category would be another one.
        let whole = self.categorical.then(|| text[..=end].rfind(SEPARATOR));
        match whole {
            None => Some(Value::from(&text[..end])),
            Some(Some(end)) => Some(Value::from(&text[..end])),
            Some(None) => None,
        }
    }

    fn number(&self, number: f64) -> Option<Value> {
        match self.avro_type.as_str() {
            "float" | "double" => Number::from_f64(number).map(Value::Number),
            "string" => self.text(&number.to_string()),
            // No half pounds in a column of whole ones.
            "int" | "long" if number.fract() == 0.0 => whole_number(number).map(Value::from),
            _ => None,
        }
    }

    fn whole(&self, number: i64) -> Option<Value> {
        match self.avro_type.as_str() {
            "int" => i32::try_from(number).ok().map(Value::from),
            "long" => Some(Value::from(number)),
            "string" => self.text(&number.to_string()),
            // Times and flags are far below 2^53: exact as f64.
            #[allow(clippy::cast_precision_loss)]
            "float" | "double" => Number::from_f64(number as f64).map(Value::Number),
            _ => None,
        }
    }
}

/// `number` as a whole one, when it is small enough to be exact.
fn whole_number(number: f64) -> Option<i64> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    #[allow(clippy::cast_possible_truncation)]
    (number.abs() < EXACT).then_some(number as i64)
}

#[cfg(test)]
mod tests;
