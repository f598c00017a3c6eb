//! The GraphQL type `Recommendations`, and how products become its items.

use serde::Serialize;
use shared::catalog::CatalogItem;

use crate::{experiments::Participation, products::Products, rules::Placed};

/// The answer to `Query.recommendations`.
#[derive(Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Recommendations {
    /// As asked for.
    pub(crate) placement: String,
    /// Personalize's id of the answer; for an answer made of several, or of a list, one of ours.
    pub(crate) recommendation_id: Option<String>,
    /// Who answered.
    pub(crate) source: Source,
    /// The experiments the visitor is in here.
    pub(crate) experiments: Vec<Participation>,
    /// Best first.
    pub(crate) items: Vec<RecommendedItem>,
}

/// Where an answer came from: the rungs of the ladder, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Source {
    /// A campaign or recommender, just now.
    Personalize,
    /// The same, a short while ago.
    Cache,
    /// A list made ready for the user or the product.
    ReadyMade,
    /// The popular list of the visitor's segment.
    Segment,
    /// The popular list of everybody.
    Popular,
    /// Items declared for the placement, or the list as it was sent to be ranked.
    Static,
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

impl RecommendedItem {
    /// The item in its place, with what the catalogue knows of it.
    pub(crate) fn new(placed: &Placed, products: &Products) -> Self {
        let title = |id: &str| products.get(id).map(|product| product.title.as_str());
        let candidate = &placed.candidate;
        Self {
            id: candidate.id.clone(),
            score: candidate.score,
            reason: candidate.why.words(title),
            ..products
                .get(&candidate.id)
                .map(described)
                .unwrap_or_default()
        }
    }

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
    use serde_json::json;

    use super::*;
    use crate::{
        candidate::{Candidate, Why},
        fake::products,
    };

    fn item(id: &str) -> RecommendedItem {
        let placed = Placed {
            candidate: Candidate {
                id: id.to_owned(),
                score: None,
                why: Why::GoesWith("cart".into()),
            },
            model_rank: Some(0),
            moved_by: Vec::new(),
        };
        RecommendedItem::new(&placed, &products(json!({"cart": {}, "good": {}})))
    }

    #[test]
    fn an_item_has_what_the_catalogue_knows_and_why() {
        let good = item("good");
        assert_eq!(good.title.as_deref(), Some("THE good"));
        assert_eq!(good.reason, "Goes with THE cart");
        assert!(!item("unknown").is_described());
    }

    #[test]
    fn it_is_written_as_the_schema_names_it() {
        let answer = Recommendations {
            placement: "home".into(),
            recommendation_id: None,
            source: Source::ReadyMade,
            experiments: Vec::new(),
            items: vec![RecommendedItem::default()],
        };
        let json = serde_json::to_value(answer).unwrap();
        assert_eq!(json["source"], "READY_MADE");
        assert!(json["items"][0].get("imageUrl").is_some());
    }
}
