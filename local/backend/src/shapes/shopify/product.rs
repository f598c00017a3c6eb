//! A product with all that queries may ask for.

use serde_json::{Value, json};

use super::super::{CURRENCY, slug, time};
use crate::faults::Shown;

const TIME: &str = "%Y-%m-%dT%H:%M:%SZ";

/// The name of a thing in all of the shop.
pub(super) fn gid(kind: &str, number: i64) -> String {
    format!("gid://shopify/{kind}/{number}")
}

/// The whole product, connections included.
pub(super) fn product(shown: &Shown) -> Value {
    let product = &shown.product;
    let currency = product.currency.as_deref().unwrap_or(CURRENCY);
    let listed = product.deleted_at.is_none();
    let range = product.price.map(|price| {
        let money = json!({ "amount": price.to_string(), "currencyCode": currency });
        json!({ "minVariantPrice": money, "maxVariantPrice": money })
    });
    let image = product.image.as_ref().map(|image| json!({ "url": image }));
    let stock = if product.available { 10 } else { 0 };
    let category = product.category.as_ref();
    let collections = category.map(|name| collection(name, product.category_number));
    json!({
        "__typename": "Product",
        "id": gid("Product", product.number),
        "legacyResourceId": product.number.to_string(),
        "title": shown.title,
        "handle": slug(&product.id),
        "description": product.description,
        "descriptionHtml": product.description,
        "vendor": product.brand,
        "productType": product.category,
        "category": category.map(|name| json!({ "name": name, "fullName": name })),
        "status": if listed { "ACTIVE" } else { "ARCHIVED" },
        "createdAt": time(product.created_at, TIME),
        "updatedAt": time(product.updated_at, TIME),
        "publishedAt": listed.then(|| time(product.created_at, TIME)),
        "onlineStoreUrl": product.url.as_ref().filter(|_| listed),
        "tags": [],
        "tracksInventory": true,
        "totalInventory": stock,
        "featuredMedia": image.as_ref().map(|image| json!({ "preview": { "image": image } })),
        "featuredImage": image,
        "priceRangeV2": range,
        "variants": connection(&[variant(shown)]),
        "collections": connection(collections.as_slice()),
    })
}

fn variant(shown: &Shown) -> Value {
    let product = &shown.product;
    json!({
        "__typename": "ProductVariant",
        "id": gid("ProductVariant", product.number),
        "legacyResourceId": product.number.to_string(),
        "sku": product.id,
        "title": "Default Title",
        "price": product.price.map(|price| format!("{price:.2}")),
        "compareAtPrice": null,
        "availableForSale": product.available && product.deleted_at.is_none(),
        "inventoryQuantity": if product.available { 10 } else { 0 },
    })
}

fn collection(name: &str, number: Option<i64>) -> Value {
    json!({
        "__typename": "Collection",
        "id": gid("Collection", number.unwrap_or_default()),
        "title": name,
        "handle": slug(name),
    })
}

/// A connection that is whole: its nodes both with edges and without.
fn connection(nodes: &[Value]) -> Value {
    let edges: Vec<Value> = nodes
        .iter()
        .map(|node| json!({ "node": node, "cursor": "" }))
        .collect();
    let page = json!({ "hasNextPage": false, "hasPreviousPage": false, "startCursor": null, "endCursor": null });
    json!({ "edges": edges, "nodes": nodes, "pageInfo": page })
}
