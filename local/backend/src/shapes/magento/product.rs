//! A product as Magento has it: half of it in attributes.

use serde_json::{Value, json};

use super::super::{CURRENCY, slug, time};
use crate::faults::Shown;

const TIME: &str = "%Y-%m-%d %H:%M:%S";

/// An item of the catalogue.
pub(super) fn item(shown: &Shown) -> Value {
    let product = &shown.product;
    let category = product.category_number.map(|number| number.to_string());
    let attribute = |code: &str, value: Value| json!({ "attribute_code": code, "value": value });
    let mut attributes = vec![attribute("url_key", slug(&product.id).into())];
    attributes.extend(
        product
            .description
            .as_ref()
            .map(|text| attribute("description", text.as_str().into())),
    );
    attributes.extend(
        product
            .image
            .as_ref()
            .map(|image| attribute("image", image.as_str().into())),
    );
    attributes.extend(
        product
            .brand_number
            .map(|number| attribute("manufacturer", number.to_string().into())),
    );
    attributes.extend(
        category
            .as_ref()
            .map(|number| attribute("category_ids", json!([number]))),
    );
    let links = category.map(|number| json!({ "position": 0, "category_id": number }));
    let stock = if product.available { 10 } else { 0 };
    let mut value = json!({
        "id": product.number,
        "sku": product.id,
        "attribute_set_id": 4,
        "status": if product.deleted_at.is_none() { 1 } else { 2 },
        "visibility": 4,
        "type_id": "simple",
        "created_at": time(product.created_at, TIME),
        "updated_at": time(product.updated_at, TIME),
        "extension_attributes": {
            "website_ids": [1],
            "category_links": links.into_iter().collect::<Vec<_>>(),
            "stock_item": { "qty": stock, "is_in_stock": product.available },
        },
        "media_gallery_entries": [],
        "custom_attributes": attributes,
    });
    if let Some(title) = &shown.title {
        value["name"] = title.as_str().into();
    }
    if let Some(price) = product.price {
        value["price"] = shown.number(price);
    }
    value
}

/// What a page of the shop shows of a product.
pub(super) fn render_info(shown: &Shown, currency: Option<&str>) -> Value {
    let product = &shown.product;
    let price = product.price.map(|price| shown.number(price));
    let image = product.image.as_ref().map(
        |image| json!({ "url": image, "code": "recently_viewed_products_grid_content_widget" }),
    );
    json!({
        "id": product.number,
        "name": shown.title,
        "type": "simple",
        "is_salable": if product.available { "1" } else { "" },
        "store_id": 1,
        "currency_code": product.currency.as_deref().or(currency).unwrap_or(CURRENCY),
        "url": product.url,
        "images": image.into_iter().collect::<Vec<_>>(),
        "price_info": {
            "final_price": price,
            "minimal_price": price,
            "max_price": price,
            "regular_price": price,
        },
    })
}
