//! Services in memory, for tests of what is made of their answers.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use serde_json::{Value, json};
use shared::visitor::{Memory, Visitor};

use crate::{
    candidate::{Candidate, Why},
    estate::EstateView,
    kept::Kept,
    products::Products,
    question::{Question, Unasked, questions},
    request::Request,
    services::{Cause, Keep, PredictedItem, Prediction, Recalled, Record, Services},
    situation::Situation,
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
    /// What is remembered of every visitor.
    pub(crate) memory: Mutex<Memory>,
    /// The table of memories cannot be read, and the process knows nobody.
    pub(crate) is_forgetful: bool,
    /// What was kept.
    pub(crate) kept: Mutex<HashMap<String, Arc<Kept>>>,
    /// Ready-made lists.
    pub(crate) lists: HashMap<String, Vec<String>>,
    /// The popular list.
    pub(crate) popular: Vec<String>,
    /// All products exist, as `THE <id>`; these are sold out.
    pub(crate) sold_out: Vec<&'static str>,
}

/// The shipped estate, all of whose resources exist.
pub(crate) fn estate() -> EstateView {
    let shipped = include_str!("../../../config/personalization.yaml");
    EstateView::complete(shared::config::parse("test.yaml", shipped).unwrap())
}

/// The request that `visitor` makes with `arguments` in the shipped estate.
pub(crate) fn request_of(visitor: Visitor, arguments: Value) -> Request {
    let arguments = serde_json::from_value(arguments).unwrap();
    Request::new(arguments, visitor, Situation::default(), &estate().config).unwrap()
}

/// The request, and what is asked for it.
pub(crate) fn sound(
    visitor: Visitor,
    arguments: Value,
) -> (Request, Result<Vec<Question>, Unasked>) {
    let request = request_of(visitor, arguments);
    let asked = questions(&request, &estate(), 5);
    (request, asked)
}

/// Products by id, each with `changes` to one that can be sold.
pub(crate) fn products(changes: Value) -> Products {
    let Value::Object(changes) = changes else {
        panic!("products are an object by id")
    };
    let mut products = Products::default();
    for (id, changes) in changes {
        let mut item = json!({
            "itemId": id, "title": format!("THE {id}"), "price": 1.0, "available": true,
            "contentHash": "", "updatedAt": 0,
        });
        item.as_object_mut()
            .unwrap()
            .extend(changes.as_object().unwrap().clone());
        products.put(&id, Some(Arc::new(serde_json::from_value(item).unwrap())));
    }
    products
}

/// Candidates without scores.
pub(crate) fn candidates(ids: &[&str]) -> Vec<Candidate> {
    let candidate = |id: &&str| Candidate {
        id: (*id).to_owned(),
        score: None,
        why: Why::Popular,
    };
    ids.iter().map(candidate).collect()
}

impl Services for Fake {
    async fn recall(&self, visitor: &[String], answers: &[String], _: Duration) -> Recalled {
        let kept = self.kept.lock().unwrap();
        let known = |key: &String| Some((key.clone(), Arc::clone(kept.get(key)?)));
        Recalled {
            memory: (!visitor.is_empty() && !self.is_forgetful)
                .then(|| self.memory.lock().unwrap().clone()),
            is_current: !self.is_forgetful,
            answers: answers.iter().filter_map(known).collect(),
        }
    }

    async fn predict(
        &self,
        question: &Question,
        _: Option<Keep>,
        within: Duration,
    ) -> Result<Prediction, Cause> {
        let about = question.item.as_deref().unwrap_or_default();
        match &self.personalize[about] {
            Reply::Items(ids) => Ok(Prediction {
                recommendation_id: Some(format!("rid-{about}")),
                items: ids.iter().map(|id| predicted(id)).collect(),
            }),
            Reply::Fails(cause) => Err(*cause),
            Reply::NeverComes => {
                tokio::time::sleep(within).await;
                Err(Cause::Timeout)
            }
        }
    }

    async fn lists(
        &self,
        keys: &[String],
        _: Duration,
    ) -> Result<Vec<(String, Vec<String>)>, Cause> {
        let list = |key: &String| Some((key.clone(), self.lists.get(key)?.clone()));
        Ok(keys.iter().filter_map(list).collect())
    }

    async fn popular(&self, _: Duration) -> Vec<String> {
        self.popular.clone()
    }

    async fn products(&self, ids: &[&str], _: Duration) -> Products {
        let of = |id: &&str| {
            let sold_out = self.sold_out.contains(id);
            ((*id).to_owned(), json!({ "available": !sold_out }))
        };
        products(ids.iter().map(of).collect())
    }

    async fn keep(&self, records: Vec<Record>, _: Duration) {
        let mut kept = self.kept.lock().unwrap();
        for record in records {
            if let Record::Answer(answer) = record {
                kept.insert(answer.list_key.clone(), Arc::new(answer));
            }
        }
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
