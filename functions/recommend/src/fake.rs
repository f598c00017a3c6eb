//! Services in memory, for tests of what is made of their answers.

use std::{collections::HashMap, sync::Arc};

use serde_json::{Value, json};

use crate::{
    answer::Products,
    estate::EstateView,
    question::{Question, Unasked, questions},
    request::Request,
    services::{Cause, PredictedItem, Prediction, Services},
};

/// What Personalize does about one product of the context, or about the user (key "").
pub(crate) enum Reply {
    /// These items, of which `popular...` are placeholders; the answer's id is `rid-<key>`.
    Items(&'static [&'static str]),
    /// It says why not.
    Fails(Cause),
    /// It never answers.
    NeverComes,
}

/// The services.
#[derive(Default)]
pub(crate) struct Fake {
    /// Personalize.
    pub(crate) personalize: HashMap<&'static str, Reply>,
    /// The popular list.
    pub(crate) popular: Vec<String>,
    /// All products exist, as `THE <id>`; these are sold out.
    pub(crate) sold_out: Vec<&'static str>,
}

/// The request that `arguments` make in the shipped estate, all of whose resources exist.
pub(crate) fn sound(arguments: Value) -> (Request, Result<Vec<Question>, Unasked>) {
    let shipped = include_str!("../../../config/personalization.yaml");
    let estate = EstateView::complete(shared::config::parse("test.yaml", shipped).unwrap());
    let arguments = serde_json::from_value(arguments).unwrap();
    let request = Request::new(arguments, &estate.config).unwrap();
    let asked = questions(&request, &estate);
    (request, asked)
}

impl Services for Fake {
    async fn predict(&self, question: &Question) -> Result<Prediction, Cause> {
        let about = question.item.as_deref().unwrap_or_default();
        match &self.personalize[about] {
            Reply::Items(ids) => Ok(Prediction {
                recommendation_id: Some(format!("rid-{about}")),
                items: ids.iter().map(|id| predicted(id)).collect(),
            }),
            Reply::Fails(cause) => Err(*cause),
            Reply::NeverComes => std::future::pending().await,
        }
    }

    async fn popular(&self) -> Result<Vec<String>, Cause> {
        Ok(self.popular.clone())
    }

    async fn products(&self, ids: &[&str]) -> Products {
        let product = |id: &&str| {
            let item = json!({
                "itemId": id, "title": format!("THE {id}"), "price": 1.0,
                "available": !self.sold_out.contains(id), "contentHash": "", "updatedAt": 0,
            });
            (
                (*id).to_owned(),
                Arc::new(serde_json::from_value(item).unwrap()),
            )
        };
        ids.iter().map(product).collect()
    }
}

fn predicted(id: &str) -> PredictedItem {
    PredictedItem {
        id: id.to_owned(),
        score: Some(0.5),
        reasons: match id.starts_with("popular") {
            true => vec!["Popular item".to_owned()],
            false => Vec::new(),
        },
    }
}
