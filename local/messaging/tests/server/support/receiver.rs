//! As much of S3, SNS and Lambda as the server calls, in a few lines: it keeps what it gets.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, Ordering},
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{Method, StatusCode, Uri},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use super::Result;

#[derive(Debug, Clone, Default)]
pub(crate) struct Receiver(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    objects: Mutex<Vec<(String, String)>>,
    published: Mutex<Vec<Value>>,
    invoked: Mutex<Vec<(String, Value)>>,
    answer: Mutex<Value>,
    broken: AtomicBool,
}

impl Receiver {
    /// Starts one and says its URL.
    pub(crate) async fn start() -> Result<(Self, String)> {
        let receiver = Self::default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let router = Router::new().fallback(take).with_state(receiver.clone());
        tokio::spawn(async { axum::serve(listener, router).await });
        Ok((receiver, url))
    }

    /// Has S3 fail from now on, or not.
    pub(crate) fn break_s3(&self, broken: bool) {
        self.0.broken.store(broken, Ordering::Relaxed);
    }

    /// Paths and contents of objects.
    pub(crate) fn objects(&self) -> Vec<(String, String)> {
        self.0.objects.lock().unwrap().clone()
    }

    /// The events in the objects.
    pub(crate) fn events(&self) -> Vec<Value> {
        let objects = self.objects();
        let lines = objects.iter().flat_map(|(_, content)| content.lines());
        lines
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    /// Messages of the topic.
    pub(crate) fn published(&self) -> Vec<Value> {
        self.0.published.lock().unwrap().clone()
    }

    /// Functions and the events they were called with.
    pub(crate) fn invoked(&self) -> Vec<(String, Value)> {
        self.0.invoked.lock().unwrap().clone()
    }

    /// What functions answer.
    pub(crate) fn answer(&self, answer: Value) {
        *self.0.answer.lock().unwrap() = answer;
    }
}

async fn take(State(receiver): State<Receiver>, method: Method, uri: Uri, body: Bytes) -> Response {
    let text = String::from_utf8_lossy(&body).into_owned();
    if method == Method::PUT {
        if receiver.0.broken.load(Ordering::Relaxed) {
            return StatusCode::FORBIDDEN.into_response();
        }
        let mut objects = receiver.0.objects.lock().unwrap();
        objects.push((uri.path().to_owned(), text));
        return [("etag", "\"e\"")].into_response();
    }
    if let Some(rest) = uri.path().strip_prefix("/2015-03-31/functions/") {
        let name = rest.split('/').next().unwrap_or_default().to_owned();
        let event = serde_json::from_str(&text).unwrap_or(Value::Null);
        receiver.0.invoked.lock().unwrap().push((name, event));
        return receiver
            .0
            .answer
            .lock()
            .unwrap()
            .to_string()
            .into_response();
    }
    let form = url_form(&text);
    let message = form.iter().find(|(name, _)| name == "Message");
    let event = message.map_or(json!(null), |(_, event)| {
        serde_json::from_str(event).unwrap()
    });
    receiver.0.published.lock().unwrap().push(event);
    "<PublishResponse><PublishResult><MessageId>m</MessageId></PublishResult></PublishResponse>"
        .into_response()
}

fn url_form(text: &str) -> Vec<(String, String)> {
    let url = reqwest::Url::parse(&format!("http://x/?{text}")).unwrap();
    url.query_pairs()
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect()
}
