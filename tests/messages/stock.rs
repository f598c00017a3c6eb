//! What cannot be bought any more when a message is made is in none.

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::{Value, json};
use tests::Shop;

use crate::{
    Case, outbox,
    people::{contact, import},
    runs::run_with,
};

pub(crate) const CASES: &[Case] = &[(
    "a_product_sold_out_between_audience_and_sending_is_in_no_message",
    sold_out,
)];

fn sold_out(shop: &Shop) {
    let contacts: Vec<Value> = (0..40)
        .map(|n| contact(&format!("u{n}"), &["email"]))
        .collect();
    import(shop, "sold-out", &contacts);
    // The audience is built, and what it would be sent is known ...
    let run = "sold-out-by-hand";
    let event = json!({ "campaign": "sold-out", "run": run, "dryRun": false });
    let built = shop.invoke("build-audience", &event);
    assert_eq!(
        (&built["done"], &built["people"]),
        (&json!(true), &json!(40)),
        "{built}"
    );
    let open = json!({ "step": "open", "campaign": "sold-out", "run": run, "dryRun": false, "resume": false });
    let opened = shop.invoke("send-messages", &open);
    assert_eq!(opened["people"], 40, "{opened}");
    let dry = run_with(shop, &json!({ "campaign": "sold-out", "dryRun": true }));
    let shown = shown(shop, &dry.report);
    assert!(!shown.is_empty(), "previews show products");
    // ... then what they show is sold out, and the run goes on.
    for item in &shown {
        let mut product = shop
            .item("CatalogTableName", &[("itemId", item)])
            .unwrap_or_else(|| panic!("{item} is not in the catalogue"));
        product.insert("available".to_owned(), AttributeValue::Bool(false));
        shop.put_item("CatalogTableName", product);
    }
    let sent = run_with(shop, &json!({ "campaign": "sold-out", "resume": run }));
    let messages = outbox::messages(shop, run);
    assert_eq!(messages.len(), 40, "{}", sent.report);
    for message in &messages {
        let html = outbox::html(shop, message);
        for item in &shown {
            let title = format!("Product {}<", &item[1..]);
            assert!(
                !html.contains(&title),
                "{item} is sold out and in a message"
            );
        }
    }
    for item in &shown {
        let mut product = shop
            .item("CatalogTableName", &[("itemId", item)])
            .expect("a product");
        product.insert("available".to_owned(), AttributeValue::Bool(true));
        shop.put_item("CatalogTableName", product);
    }
}

/// The products in the previews of a dry run.
fn shown(shop: &Shop, report: &Value) -> Vec<String> {
    let previews = report["previews"].as_array().expect("previews");
    let pages = previews
        .iter()
        .filter_map(Value::as_str)
        .filter(|key| key.ends_with(".html"));
    let pages: Vec<String> = pages.map(|key| shop.get(key)).collect();
    (0..40)
        .map(|n| format!("i{n}"))
        .filter(|item| {
            pages
                .iter()
                .any(|page| page.contains(&format!("Product {}<", &item[1..])))
        })
        .collect()
}
