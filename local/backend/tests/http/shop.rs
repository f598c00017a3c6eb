//! A shop for one test: made, served, asked, gone.

use std::path::PathBuf;

use backend_local::{Amounts, Config, Database, generate, listen, serve};
use reqwest::{Client, Method, RequestBuilder, Response};
use serde_json::Value;
use tokio::{sync::oneshot, task::JoinHandle};

/// A shop that is served until it is dropped.
pub(crate) struct Shop {
    pub(crate) url: String,
    pub(crate) client: Client,
    folder: PathBuf,
    stop: Option<oneshot::Sender<()>>,
    serving: Option<JoinHandle<Result<(), backend_local::Error>>>,
}

/// A folder that no other test uses.
pub(crate) fn folder() -> PathBuf {
    let folder = std::env::temp_dir().join(format!("backend-local-{}", uuid::Uuid::new_v4()));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

impl Shop {
    /// 60 products, 20 customers, 2,000 events.
    pub(crate) async fn open() -> Self {
        Self::with(Config::default()).await
    }

    pub(crate) async fn with(config: Config) -> Self {
        let folder = folder();
        let path = folder.join("shop.sqlite");
        generate(
            &path,
            &Amounts {
                products: 60,
                customers: 20,
                events: 2000,
                seed: 1,
            },
        )
        .unwrap();
        let listener = listen(0).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let database = Database::open(&path).unwrap();
        let (stop, stopped) = oneshot::channel();
        let serving = tokio::spawn(serve(listener, database, config, async {
            let _ = stopped.await;
        }));
        let client = Client::new();
        Self {
            url,
            client,
            folder,
            stop: Some(stop),
            serving: Some(serving),
        }
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.url))
    }

    pub(crate) fn ask(&self, path: &str) -> RequestBuilder {
        self.request(Method::GET, path)
    }

    /// The JSON of a good answer without credentials.
    pub(crate) async fn get(&self, path: &str) -> Value {
        good(self.ask(path)).await
    }

    /// Changes a product.
    pub(crate) async fn put(&self, id: &str, change: Value) -> Value {
        good(json(
            self.request(Method::PUT, &format!("/_backend/products/{id}")),
            &change,
        ))
        .await
    }

    /// Takes a product off the list.
    pub(crate) async fn withdraw(&self, id: &str) {
        let gone = self
            .request(Method::DELETE, &format!("/_backend/products/{id}"))
            .send()
            .await;
        assert_eq!(gone.unwrap().status(), 204);
    }

    pub(crate) async fn faults(&self, faults: Value) {
        good(json(
            self.request(Method::POST, "/_backend/faults"),
            &faults,
        ))
        .await;
    }

    /// Ends the shop and says how it went.
    pub(crate) async fn close(mut self) {
        self.stop.take().unwrap().send(()).unwrap();
        self.serving.take().unwrap().await.unwrap().unwrap();
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// A body of JSON.
pub(crate) fn json(request: RequestBuilder, body: &Value) -> RequestBuilder {
    request
        .header("Content-Type", "application/json")
        .body(body.to_string())
}

/// The JSON of an answer that is to be good.
pub(crate) async fn good(request: RequestBuilder) -> Value {
    let response = request.send().await.unwrap();
    let status = response.status();
    let text = response.text().await.unwrap();
    assert_eq!(status, 200, "{text}");
    serde_json::from_str(&text).unwrap()
}

/// The status and the JSON of an answer.
pub(crate) async fn answer(request: RequestBuilder) -> (u16, Value) {
    let response: Response = request.send().await.unwrap();
    let status = response.status().as_u16();
    let text = response.text().await.unwrap();
    let value = serde_json::from_str(&text);
    (
        status,
        value.unwrap_or_else(|error| panic!("{error}: {text}")),
    )
}

/// The texts of one member of all items.
pub(crate) fn texts<'v>(items: &'v Value, member: &str) -> Vec<&'v str> {
    let items = items.as_array().unwrap().iter();
    items.map(|item| item[member].as_str().unwrap()).collect()
}

/// The numbers of one member of all items.
pub(crate) fn numbers(items: &Value, member: &str) -> Vec<i64> {
    let items = items.as_array().unwrap().iter();
    items.map(|item| item[member].as_i64().unwrap()).collect()
}
