//! A backend that answers as it is told to, a store in memory, and pulls from the one into the other.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use backend::{Client, Patience, Secret, Secrets};
use serde_json::{Value, json};
use shared::{config::backend::Catalog, operations::PullProgress};
use tokio::time::Instant;

use crate::{
    adapter::{Adapter, Mode, Plan, Scope},
    adapters,
    error::PullError,
    part::{Part, Pulled, Time},
    store::Store,
};

/// What came, and how often something came before.
pub(super) struct Asked {
    pub(super) path: String,
    pub(super) authorization: String,
    pub(super) nth: usize,
}

pub(super) type Answers = dyn Fn(&Asked) -> Response + Send + Sync;

pub(super) struct Backend {
    url: String,
    task: tokio::task::JoinHandle<()>,
}

impl Backend {
    pub(super) async fn open(answers: impl Fn(&Asked) -> Response + Send + Sync + 'static) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let answers: Arc<Answers> = Arc::new(answers);
        let state = (answers, Arc::new(Mutex::new(0)));
        let router = Router::new().fallback(answer).with_state(state);
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { url, task }
    }
}

impl Drop for Backend {
    fn drop(&mut self) {
        self.task.abort();
    }
}

pub(super) type Count = Arc<Mutex<usize>>;

pub(super) async fn answer(
    State((answers, count)): State<(Arc<Answers>, Count)>,
    request: Request,
) -> Response {
    let header = request.headers().get("authorization");
    let authorization = header
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let nth = {
        let mut count = count.lock().unwrap();
        *count += 1;
        *count
    };
    answers(&Asked {
        path: request.uri().to_string(),
        authorization: authorization.to_owned(),
        nth,
    })
}

/// Objects by their keys, and the last progress.
#[derive(Default)]
pub(super) struct Memory {
    pub(super) pages: Mutex<BTreeMap<String, String>>,
    pub(super) rejects: Mutex<BTreeMap<String, String>>,
    pub(super) kept: Mutex<Option<PullProgress>>,
    /// Fails to keep the progress of this page: the step is killed behind it.
    pub(super) dies_at: Option<u64>,
}

impl Store for Memory {
    async fn page(&self, part: &str, page: u64, lines: &[u8]) -> Result<(), PullError> {
        let lines = String::from_utf8(lines.to_vec()).unwrap();
        self.pages
            .lock()
            .unwrap()
            .insert(format!("{part}/{page}"), lines);
        Ok(())
    }

    async fn rejects(&self, part: &str, page: u64, lines: &[u8]) -> Result<(), PullError> {
        let lines = String::from_utf8(lines.to_vec()).unwrap();
        self.rejects
            .lock()
            .unwrap()
            .insert(format!("{part}/{page}"), lines);
        Ok(())
    }

    async fn keep(&self, progress: &PullProgress) -> Result<(), PullError> {
        if self.dies_at == Some(progress.pages) {
            return Err(PullError::NoCatalog);
        }
        *self.kept.lock().unwrap() = Some(progress.clone());
        Ok(())
    }
}

impl Memory {
    /// The ids on all pages, in their order, with the reason of those that were rejected.
    pub(super) fn ids(&self) -> Vec<String> {
        let pages = self.pages.lock().unwrap();
        let lines = pages.values().flat_map(|page| page.lines());
        let id = |line: &str| {
            let line: Value = serde_json::from_str(line).unwrap();
            let reason = line["rejected"].as_str().map(|reason| format!(":{reason}"));
            format!(
                "{}{}",
                line["id"].as_str().unwrap(),
                reason.unwrap_or_default()
            )
        };
        lines.map(id).collect()
    }

    pub(super) fn rejects(&self) -> Vec<Value> {
        let rejects = self.rejects.lock().unwrap();
        let lines = rejects.values().flat_map(|page| page.lines());
        lines
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }
}

pub(super) fn catalog(change: impl FnOnce(&mut Value)) -> Catalog {
    let mut feed = json!({
        "path": "/products", "items": "products",
        "pagination": {"kind": "cursor", "parameter": "after", "next": "next"},
        "fields": {"id": "id", "title": "name", "price": "price"},
    });
    change(&mut feed);
    serde_json::from_value(json!({"adapter": "feed", "currency": "GBP", "feed": feed})).unwrap()
}

pub(super) fn client(backend: &Backend, adapter: &dyn Adapter) -> Client {
    let members = [("clientId", "me"), ("clientSecret", "sesame")];
    let members = members.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let secrets = Secrets::Known(Secret::new(BTreeMap::from(members)));
    let client = Client::new(&backend.url, adapter.auth(), secrets, None).unwrap();
    client.with_patience(Patience {
        first_wait: Duration::from_millis(5),
        ..Patience::default()
    })
}

pub(super) fn scope() -> Scope {
    Scope {
        mode: Mode::Full,
        since: None,
        until: "2026-11-29T23:30:00Z".parse().unwrap(),
        page_size: None,
        currency: Some("GBP".to_owned()),
    }
}

pub(super) fn beginning(adapter: &dyn Adapter) -> PullProgress {
    let Plan::Parts(parts) = adapter.plan(&scope()).unwrap() else {
        panic!("the list is one part")
    };
    PullProgress {
        part: "part-000".to_owned(),
        position: Some(parts[0].0.clone()),
        ..PullProgress::default()
    }
}

pub(super) fn seconds(nearly_up: u64, up: u64) -> Time {
    let now = Instant::now();
    Time {
        nearly_up: now + Duration::from_secs(nearly_up),
        up: now + Duration::from_secs(up),
    }
}

/// Pulls from the kept progress, or from the beginning.
pub(super) async fn pull(
    backend: &Backend,
    catalog: &Catalog,
    store: &Memory,
    time: Time,
) -> Result<Pulled, PullError> {
    let adapter = adapters::declared(catalog).unwrap();
    let kept = store.kept.lock().unwrap().clone();
    let progress = kept.unwrap_or_else(|| beginning(adapter.as_ref()));
    let part = Part {
        adapter: adapter.as_ref(),
        client: &client(backend, adapter.as_ref()),
        scope: &scope(),
        store,
        time,
    };
    part.pull(progress).await
}

pub(super) async fn pulled(
    backend: &Backend,
    catalog: &Catalog,
) -> (Memory, Result<Pulled, PullError>) {
    let store = Memory::default();
    let pulled = pull(backend, catalog, &store, seconds(60, 90)).await;
    (store, pulled)
}

pub(super) fn products(ids: &[&str], next: Option<&str>) -> Response {
    let product = |id: &&str| json!({"id": id, "name": "LANTERN", "price": "2.50"});
    let products: Vec<Value> = ids.iter().map(product).collect();
    axum::Json(json!({"products": products, "next": next})).into_response()
}

/// Three pages of two products by cursors.
pub(super) fn three(asked: &Asked) -> Response {
    match asked.path.as_str() {
        "/products" => products(&["1", "2"], Some("b")),
        "/products?after=b" => products(&["3", "4"], Some("c")),
        "/products?after=c" => products(&["5", "6"], None),
        _ => (axum::http::StatusCode::NOT_FOUND, "").into_response(),
    }
}

pub(super) fn status(status: u16) -> Response {
    axum::http::StatusCode::from_u16(status)
        .unwrap()
        .into_response()
}
