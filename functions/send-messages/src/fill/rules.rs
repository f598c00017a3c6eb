//! What of the catalogue may be in a message: it can be bought, can be named, and no rule of the placement
//! keeps it out. Rules for a situation (`when`) are for requests: a message is read anywhere.

use shared::{
    catalog::CatalogItem,
    config::{Match, Rule},
};

/// Whether `product` may be in a message.
pub(super) fn may_be_shown(product: &CatalogItem, rules: &[Rule]) -> bool {
    let can_be_bought = product.available && product.withdrawn_at.is_none();
    let can_be_named = !product.title.trim().is_empty() && product.price.is_finite();
    let mut rules = rules.iter().filter(|rule| rule.when.is_empty());
    can_be_bought
        && can_be_named
        && product.price >= 0.0
        && rules.all(|rule| {
            let excluded = rule
                .exclude
                .as_ref()
                .is_some_and(|which| matches(which, product));
            let missed = rule
                .only
                .as_ref()
                .is_some_and(|which| !matches(which, product));
            !excluded && !missed
        })
}

/// Whether `which` means `product`: all that is given has to hold.
fn matches(which: &Match, product: &CatalogItem) -> bool {
    let one_of = |named: &[String], value: Option<&str>| {
        named.is_empty() || value.is_some_and(|value| named.iter().any(|name| name == value))
    };
    one_of(&which.items, Some(&product.item_id))
        && one_of(&which.categories, product.category.as_deref())
        && one_of(&which.brands, product.brand.as_deref())
        && which.price_from.is_none_or(|from| product.price >= from)
        && which.price_below.is_none_or(|below| product.price < below)
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::{Value, json};

    use super::*;

    fn may(changes: &Value, rules: &Value) -> bool {
        let mut product = json!({"itemId": "a", "title": "A", "price": 5.0, "available": true});
        for (name, value) in changes.as_object().unwrap() {
            product[name] = value.clone();
        }
        let product = serde_json::from_value(product).unwrap();
        let rules: Vec<Rule> = Vec::deserialize(rules).unwrap();
        may_be_shown(&product, &rules)
    }

    #[test]
    fn what_cannot_be_bought_or_named_is_in_no_message() {
        let none = json!({});
        assert!(may(&none, &json!([])));
        for changes in [
            json!({"available": false}),
            json!({"withdrawnAt": 1}),
            json!({"title": " "}),
            json!({"price": -1.0}),
        ] {
            assert!(!may(&changes, &json!([])), "{changes}");
        }
    }

    #[test]
    fn rules_without_a_situation_hold() {
        let none = json!({});
        let gifts = json!([{"name": "no gift cards", "exclude": {"categories": ["Gifts"]}}]);
        assert!(!may(&json!({"category": "Gifts"}), &gifts));
        assert!(may(&none, &gifts));
        let cheap = json!([{"name": "cheap", "only": {"priceBelow": 5.0}}]);
        assert!(!may(&none, &cheap));
        let night = json!([{"name": "night", "when": {"hour": ["3"]}, "only": {"items": ["b"]}}]);
        assert!(may(&none, &night));
    }
}
