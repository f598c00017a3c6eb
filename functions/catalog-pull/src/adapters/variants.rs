//! What a product takes from its variants: one item per product, at the lowest price, available if any
//! of them is.

use serde_json::Value;

/// The lowest of prices that can be read, as it was written; null when there is none.
pub(super) fn lowest<'a>(prices: impl Iterator<Item = &'a Value>) -> Value {
    let readable = prices.filter_map(|price| Some((number(price)?, price)));
    let lowest = readable.min_by(|(one, _), (other, _)| one.total_cmp(other));
    lowest.map_or(Value::Null, |(_, price)| price.clone())
}

fn number(price: &Value) -> Option<f64> {
    let number = match price {
        Value::String(text) => text.trim().parse().ok()?,
        other => other.as_f64()?,
    };
    number.is_finite().then_some(number)
}

/// The first of `values` that is not null, an empty text, or an empty list.
pub(super) fn first_of<'a>(values: impl IntoIterator<Item = &'a Value>) -> Value {
    let said = |value: &&Value| match value {
        Value::Null => false,
        Value::String(text) => !text.trim().is_empty(),
        Value::Array(values) => !values.is_empty(),
        _ => true,
    };
    values.into_iter().find(said).cloned().unwrap_or_default()
}

/// The members of a list; none when it is something else.
pub(super) fn each(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_lowest_price_is_kept_as_it_was_written() {
        let prices = [
            json!("12.50"),
            json!(null),
            json!("9.90"),
            json!("n/a"),
            json!(11),
        ];
        assert_eq!(lowest(prices.iter()), json!("9.90"));
        assert_eq!(lowest([json!("free"), json!("NaN")].iter()), json!(null));
    }

    #[test]
    fn nothing_is_passed_over() {
        let values = [json!(null), json!(" "), json!([]), json!("b"), json!("c")];
        assert_eq!(first_of(&values), "b");
        assert_eq!(first_of([]), json!(null));
    }
}
