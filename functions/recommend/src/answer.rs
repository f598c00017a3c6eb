//! The GraphQL type `Recommendations`, and how products become its items.

use std::{collections::HashMap, sync::Arc};

use serde::Serialize;
use shared::catalog::CatalogItem;

use crate::candidate::Candidate;

/// Products by id, as far as they could be read.
pub(crate) type Products = HashMap<String, Arc<CatalogItem>>;

/// The answer to `Query.recommendations`.
#[derive(Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Recommendations {
    /// As asked for.
    pub(crate) placement: String,
    /// Personalize's id of the answer. Of a cart with several products there is none: the answer is
    /// made of several.
    pub(crate) recommendation_id: Option<String>,
    /// Who answered.
    pub(crate) source: Source,
    /// Best first.
    pub(crate) items: Vec<RecommendedItem>,
}

/// Where an answer came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Source {
    /// A campaign.
    Personalize,
    /// The ready-made list of popular products.
    PopularList,
    /// Nothing.
    None,
}

/// One recommended product.
#[derive(Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RecommendedItem {
    /// The product's id. All that is known of it when the catalogue does not have it.
    pub(crate) id: String,
    title: Option<String>,
    price: Option<f64>,
    currency: Option<String>,
    category: Option<String>,
    brand: Option<String>,
    image_url: Option<String>,
    url: Option<String>,
    score: Option<f64>,
    /// Why it is here, as a shopper reads it.
    pub(crate) reason: String,
}

/// The first `limit` of `candidates` that a shopper may be shown: not in `context`, and not known to
/// be sold out or withdrawn.
pub(crate) fn shown(
    candidates: &[Candidate],
    products: &Products,
    context: &[String],
    limit: usize,
) -> Vec<RecommendedItem> {
    let title = |id: &str| products.get(id).map(|product| product.title.as_str());
    candidates
        .iter()
        .filter(|candidate| !context.contains(&candidate.id))
        .filter(|candidate| {
            products
                .get(&candidate.id)
                .is_none_or(|known| known.is_shown())
        })
        .take(limit)
        .map(|candidate| {
            let product = products.get(&candidate.id);
            RecommendedItem {
                id: candidate.id.clone(),
                score: candidate.score,
                reason: candidate.why.words(title),
                ..product.map(|known| described(known)).unwrap_or_default()
            }
        })
        .collect()
}

impl RecommendedItem {
    /// Whether the catalogue knew it.
    pub(crate) fn is_described(&self) -> bool {
        self.title.is_some()
    }
}

fn described(product: &CatalogItem) -> RecommendedItem {
    RecommendedItem {
        title: Some(product.title.clone()),
        price: Some(product.price),
        currency: product.currency.clone(),
        category: product.category.clone(),
        brand: product.brand.clone(),
        image_url: product.image_url.clone(),
        url: product.url.clone(),
        ..RecommendedItem::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::candidate::Why;

    fn product(id: &str, available: bool, withdrawn_at: Option<i64>) -> (String, Arc<CatalogItem>) {
        let item = serde_json::json!({
            "itemId": id, "title": format!("THE {id}"), "price": 2.5, "available": available,
            "contentHash": "", "updatedAt": 0, "withdrawnAt": withdrawn_at,
        });
        (
            id.to_owned(),
            Arc::new(serde_json::from_value(item).unwrap()),
        )
    }

    fn candidates(ids: &[&str]) -> Vec<Candidate> {
        let candidate = |id: &&str| Candidate {
            id: (*id).to_owned(),
            score: None,
            why: Why::GoesWith("cart".into()),
        };
        ids.iter().map(candidate).collect()
    }

    #[test]
    fn sold_out_withdrawn_and_context_items_make_room_for_the_next() {
        let products = Products::from([
            product("sold-out", false, None),
            product("gone", true, Some(1)),
            product("good", true, None),
            product("cart", true, None),
        ]);
        let candidates = candidates(&["cart", "sold-out", "gone", "good", "unknown", "more"]);
        let items = shown(&candidates, &products, &["cart".to_owned()], 2);
        let ids: Vec<&str> = items.iter().map(|item| item.id.as_str()).collect();
        assert_eq!(ids, ["good", "unknown"]);
        assert_eq!(items[0].title.as_deref(), Some("THE good"));
        assert_eq!(items[0].reason, "Goes with THE cart");
        assert!(!items[1].is_described());
    }

    #[test]
    fn it_is_written_as_the_schema_names_it() {
        let answer = Recommendations {
            placement: "home".into(),
            recommendation_id: None,
            source: Source::PopularList,
            items: vec![RecommendedItem::default()],
        };
        let json = serde_json::to_value(answer).unwrap();
        assert_eq!(json["source"], "POPULAR_LIST");
        assert!(json["items"][0].get("imageUrl").is_some());
    }
}
