//! A product projection as one of our products.

use serde_json::{Number, Value};

use super::Commercetools;
use crate::{
    adapter::{Entry, Scope},
    adapters::{
        listing::not_for_sale,
        variants::{each, first_of, lowest},
    },
    product::Found,
};

impl Commercetools {
    /// What the product is to a pull; `None` when a full pull leaves it out.
    pub(super) fn entry(
        &self,
        scope: &Scope,
        index: usize,
        product: &Value,
        repaired: bool,
    ) -> Option<Entry> {
        let id = self.id_of(product);
        if product["published"] == false {
            return not_for_sale(scope, &id);
        }
        let master = &product["masterVariant"];
        let variants = || std::iter::once(master).chain(each(&product["variants"]));
        let prices: Vec<Value> = variants().map(|one| amount(self.money(one))).collect();
        let images = variants().flat_map(|one| each(&one["images"]));
        let categories = each(&product["categories"]);
        let names: Vec<Value> = categories
            .iter()
            .map(|category| self.locales.of(&category["obj"]["name"]))
            .collect();
        let slug = self.locales.of(&product["slug"]);
        let found = Found {
            title: self.locales.of(&product["name"]),
            price: lowest(prices.iter()),
            currency: Value::from(self.currency.clone()),
            category: first_of(&names),
            brand: self.brand(product),
            description: self.locales.of(&product["description"]),
            image_url: first_of(images.map(|image| &image["url"])),
            url: self.page_address.of(&id, &slug),
            available: Value::from(variants().any(|one| self.is_on_stock(one))),
            created_at: product["createdAt"].clone(),
            id,
            ..Found::default()
        };
        Some(found.check(scope, index, repaired))
    }

    /// The price that commercetools selected, with its discount. Another currency's is none.
    fn money<'a>(&self, variant: &'a Value) -> &'a Value {
        let price = &variant["price"];
        let discounted = &price["discounted"]["value"];
        let money = if discounted.is_object() {
            discounted
        } else {
            &price["value"]
        };
        if money["currencyCode"] == self.currency.as_str() {
            money
        } else {
            &Value::Null
        }
    }

    /// What is not tracked is on stock.
    fn is_on_stock(&self, variant: &Value) -> bool {
        let availability = &variant["availability"];
        let of = match &self.channel {
            Some(channel) if availability["channels"].is_object() => {
                &availability["channels"][channel.as_str()]
            }
            _ => availability,
        };
        of["isOnStock"] != false
    }

    /// The attribute's text; the label of one with a choice.
    fn brand(&self, product: &Value) -> Value {
        let own = each(&product["attributes"]);
        let master = each(&product["masterVariant"]["attributes"]);
        let attribute = own
            .iter()
            .chain(master)
            .find(|attribute| attribute["name"] == self.brand_attribute.as_str());
        let Some(value) = attribute.map(|attribute| &attribute["value"]) else {
            return Value::Null;
        };
        match value {
            Value::String(_) => value.clone(),
            _ => match &value["label"] {
                label @ Value::String(_) => label.clone(),
                Value::Object(_) => self.locales.of(&value["label"]),
                _ => self.locales.of(value),
            },
        }
    }
}

/// An amount in units of its currency, written out: `24.50` of 2450 cents. Fractions of cents are in
/// `preciseAmount`.
fn amount(money: &Value) -> Value {
    let precise = whole(&money["preciseAmount"]);
    let Some(amount) = precise.or_else(|| whole(&money["centAmount"])) else {
        return Value::Null;
    };
    let digits = money["fractionDigits"]
        .as_u64()
        .and_then(|digits| usize::try_from(digits).ok());
    match digits {
        Some(0) => Value::Number(Number::from(amount)),
        Some(digits @ 1..=18) => {
            let sign = if amount < 0 { "-" } else { "" };
            let written = format!("{:0width$}", amount.unsigned_abs(), width = digits + 1);
            let (whole, fraction) = written.split_at(written.len() - digits);
            Value::from(format!("{sign}{whole}.{fraction}"))
        }
        _ => Value::Null,
    }
}

/// A whole number, or a text of one: what stands between may have made one of it.
fn whole(value: &Value) -> Option<i64> {
    let text = || value.as_str()?.parse().ok();
    value.as_i64().or_else(text)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn amounts_are_written_in_units_of_their_currency() {
        let of = |cents: i64, digits: u64| {
            amount(&json!({"centAmount": cents, "fractionDigits": digits}))
        };
        assert_eq!(of(2_450, 2), "24.50");
        assert_eq!(of(5, 2), "0.05");
        assert_eq!(of(-5, 2), "-0.05");
        assert_eq!(of(1_200, 0), 1_200);
        assert_eq!(of(i64::MIN, 3), "-9223372036854775.808");
        assert_eq!(
            amount(&json!({"centAmount": "5", "fractionDigits": 2})),
            "0.05"
        );
        let precise = json!({"centAmount": 1, "preciseAmount": 1_015, "fractionDigits": 5});
        assert_eq!(amount(&precise), "0.01015");
        for none in [
            json!(null),
            json!({"centAmount": 1}),
            json!({"centAmount": "1.5", "fractionDigits": 2}),
            json!({"centAmount": 1, "fractionDigits": 400}),
        ] {
            assert_eq!(amount(&none), Value::Null, "{none}");
        }
    }
}
