//! A backend that answers what it is told to, one reply after the other; the last one again and again.

// Each test file uses its own part.
#![allow(dead_code)]

use std::{
    convert::Infallible,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use aws_config::{BehaviorVersion, Region};
use aws_credential_types::Credentials;
use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Request, State},
    response::Response,
};
use backend::Secrets;

/// What a backend answers.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    status: u16,
    headers: Vec<(String, String)>,
    chunks: Vec<Bytes>,
    cut: bool,
}

impl Reply {
    pub(crate) fn status(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            chunks: Vec::new(),
            cut: false,
        }
    }

    pub(crate) fn body(body: &str) -> Self {
        Self::status(200).and_body(body)
    }

    pub(crate) fn bytes(body: &'static [u8]) -> Self {
        let mut reply = Self::status(200);
        reply.chunks.push(Bytes::from_static(body));
        reply
    }

    /// A body in pieces, without a length.
    pub(crate) fn chunks(chunk: &str, times: usize) -> Self {
        let mut reply = Self::status(200);
        reply.chunks = vec![Bytes::copy_from_slice(chunk.as_bytes()); times];
        reply
    }

    /// An answer that breaks off.
    pub(crate) fn cut() -> Self {
        let mut reply = Self::body("the beginning");
        reply.cut = true;
        reply
    }

    pub(crate) fn and_body(mut self, body: &str) -> Self {
        self.chunks.push(Bytes::copy_from_slice(body.as_bytes()));
        self
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    fn response(self) -> Response {
        let mut response = Response::builder().status(self.status);
        for (name, value) in &self.headers {
            response = response.header(name, value);
        }
        let whole: Vec<Result<Bytes, std::io::Error>> = self.chunks.into_iter().map(Ok).collect();
        let end = self.cut.then(|| Err(std::io::Error::other("cut")));
        let pieces = futures::stream::iter(whole.into_iter().chain(end));
        response.body(Body::from_stream(pieces)).unwrap()
    }
}

/// A request that came.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) uri: String,
    pub(crate) body: String,
    headers: Vec<(String, String)>,
}

impl Seen {
    pub(crate) fn header(&self, name: &str) -> Option<String> {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.clone())
    }
}

#[derive(Debug)]
struct Script {
    replies: Vec<Reply>,
    seen: Mutex<Vec<Seen>>,
}

/// A backend, until it is dropped.
#[derive(Debug)]
pub(crate) struct Shop {
    pub(crate) url: String,
    script: Arc<Script>,
    task: tokio::task::JoinHandle<()>,
}

impl Shop {
    pub(crate) async fn open(replies: Vec<Reply>) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let script = Arc::new(Script {
            replies,
            seen: Mutex::default(),
        });
        let router = Router::new()
            .fallback(reply)
            .with_state(Arc::clone(&script));
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { url, script, task }
    }

    /// The requests that came.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.script.seen.lock().unwrap().clone()
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn reply(
    State(script): State<Arc<Script>>,
    request: Request,
) -> Result<Response, Infallible> {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 1024 * 1024).await.unwrap();
    let headers = parts.headers.iter();
    let seen = Seen {
        uri: parts.uri.to_string(),
        body: String::from_utf8(body.to_vec()).unwrap(),
        headers: headers
            .map(|(name, value)| {
                (
                    name.to_string(),
                    value.to_str().unwrap_or_default().to_owned(),
                )
            })
            .collect(),
    };
    let index = {
        let mut all = script.seen.lock().unwrap();
        all.push(seen);
        (all.len() - 1).min(script.replies.len() - 1)
    };
    Ok(script.replies[index].clone().response())
}

/// A Secrets Manager with versions of one secret: each read gives the next.
pub(crate) struct Manager {
    secrets: Secrets,
    reads: Arc<AtomicUsize>,
}

impl Manager {
    pub(crate) fn secrets(&self) -> Secrets {
        self.secrets.clone()
    }

    pub(crate) fn reads(&self) -> usize {
        self.reads.load(Ordering::SeqCst)
    }
}

pub(crate) async fn manager(versions: &[&str]) -> Manager {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let reads = Arc::new(AtomicUsize::new(0));
    let versions: Vec<String> = versions.iter().map(|text| (*text).to_owned()).collect();
    let counted = Arc::clone(&reads);
    let answer = move || async move {
        let read = counted.fetch_add(1, Ordering::SeqCst);
        let text = &versions[read.min(versions.len() - 1)];
        axum::Json(serde_json::json!({"Name": "shop", "SecretString": text}))
    };
    let router = Router::new().fallback(answer);
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    let config =
        aws_config::SdkConfig::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::new("eu-west-1"))
            .endpoint_url(url)
            .credentials_provider(
                aws_credential_types::provider::SharedCredentialsProvider::new(
                    Credentials::for_tests(),
                ),
            )
            .build();
    let client = aws_sdk_secretsmanager::Client::new(&config);
    Manager {
        secrets: Secrets::named(client, "shop".to_owned()),
        reads,
    }
}
