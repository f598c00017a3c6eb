//! S3 and DynamoDB as `check-data` calls them: two datasets in a bucket, whatever their size, and what
//! one check keeps for the next. Uploads are taken and thrown away.

use std::{
    collections::HashMap,
    convert::Infallible,
    net::SocketAddr,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
    thread,
    time::Instant,
};

use bytes::Bytes;
use http_body_util::{BodyExt, Collected};
use hyper::{
    Method, Request, Response,
    body::{Body, Frame, Incoming, SizeHint},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::{net::TcpListener, runtime::Builder};

use crate::{Result, synthetic::Rows};

const CONFIG: &str = include_str!("../../../../config/personalization.yaml");
/// Bytes handed out at a time.
const CHUNK: usize = 64 * 1024;

/// The bytes of an object.
#[derive(Debug, Clone)]
pub(crate) enum Content {
    /// Held in memory.
    Bytes(Bytes),
    /// Made up as they are sent.
    Synthetic(Rows),
}

impl From<Vec<u8>> for Content {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(Bytes::from(bytes))
    }
}

impl Content {
    fn length(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::Synthetic(rows) => rows.bytes(),
        }
    }
}

impl Body for Content {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<std::result::Result<Frame<Bytes>, Infallible>>> {
        let chunk = match &mut *self {
            Self::Bytes(bytes) if bytes.is_empty() => None,
            Self::Bytes(bytes) => Some(bytes.split_to(bytes.len().min(CHUNK))),
            Self::Synthetic(rows) => rows.next(),
        };
        Poll::Ready(chunk.map(|chunk| Ok(Frame::data(chunk))))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.length())
    }
}

struct Services {
    /// When something was stored first since the last look.
    judged_at: Arc<Mutex<Option<Instant>>>,
    items: Content,
    interactions: Content,
    /// The ids of the items, once they were checked.
    known_ids: Mutex<Bytes>,
    /// Items of the Operations table by sort key.
    records: Mutex<HashMap<String, Value>>,
}

/// Where they are served, and when the last check began to store what it found.
#[derive(Debug, Clone)]
pub(crate) struct Served {
    pub(crate) address: SocketAddr,
    judged_at: Arc<Mutex<Option<Instant>>>,
}

impl Served {
    /// When the function first stored anything since this was asked last: all was judged then.
    pub(crate) fn take_judged_at(&self) -> Option<Instant> {
        self.judged_at
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
    }
}

/// Serves them on a free port until the process ends, on a thread of its own.
pub(crate) fn serve(items: Content, interactions: Content) -> Result<Served> {
    let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    listener.set_nonblocking(true)?;
    let judged_at = Arc::new(Mutex::new(None));
    let services = Arc::new(Services {
        judged_at: Arc::clone(&judged_at),
        items,
        interactions,
        known_ids: Mutex::default(),
        records: Mutex::default(),
    });
    let runtime = Builder::new_current_thread().enable_io().build()?;
    thread::spawn(move || runtime.block_on(accept(listener, services)));
    Ok(Served { address, judged_at })
}

async fn accept(listener: std::net::TcpListener, services: Arc<Services>) {
    let Ok(listener) = TcpListener::from_std(listener) else {
        return; // the check says that nobody answers
    };
    while let Ok((stream, _)) = listener.accept().await {
        let services = Arc::clone(&services);
        let service = service_fn(move |request| {
            let services = Arc::clone(&services);
            async move { Ok::<_, Infallible>(services.answer(request).await) }
        });
        let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
        tokio::spawn(connection);
    }
}

impl Services {
    async fn answer(&self, request: Request<Incoming>) -> Response<Content> {
        let (head, body) = request.into_parts();
        let path = head.uri.path().trim_start_matches("/bench").to_owned();
        let query = head.uri.query().unwrap_or_default();
        let target = head
            .headers
            .get("x-amz-target")
            .and_then(|name| name.to_str().ok());
        if let Some(target) = target {
            let body = body
                .collect()
                .await
                .map(Collected::to_bytes)
                .unwrap_or_default();
            return answer(self.dynamodb(target, &body).to_string().into_bytes());
        }
        if head.method == Method::GET {
            return self.object(&path, query);
        }
        self.stored();
        let body = body
            .collect()
            .await
            .map(Collected::to_bytes)
            .unwrap_or_default();
        if path.ends_with("known.ids") {
            *self
                .known_ids
                .lock()
                .unwrap_or_else(PoisonError::into_inner) = body;
        }
        let element = match (head.method, query) {
            (Method::POST, "uploads") => "InitiateMultipartUploadResult",
            (Method::POST, _) => "CompleteMultipartUploadResult",
            _ => return answer(Vec::new()),
        };
        answer(format!("<{element}><UploadId>1</UploadId></{element}>").into_bytes())
    }

    fn stored(&self) {
        let mut judged_at = self
            .judged_at
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        judged_at.get_or_insert_with(Instant::now);
    }

    fn object(&self, path: &str, query: &str) -> Response<Content> {
        let known_ids = self
            .known_ids
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let content = match path {
            _ if query.contains("list-type=2") => return answer(self.listing(query).into_bytes()),
            "/datasets/full/items/1.csv" => self.items.clone(),
            "/datasets/full/interactions/1.csv" => self.interactions.clone(),
            path if path.ends_with("known.ids") => Content::Bytes(known_ids.clone()),
            _ => Content::from(CONFIG.as_bytes().to_vec()),
        };
        respond(content)
    }

    fn listing(&self, query: &str) -> String {
        let (name, content) = if query.contains("items") {
            ("items", &self.items)
        } else {
            ("interactions", &self.interactions)
        };
        format!(
            "<ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>datasets/full/{name}/1.csv</Key>\
             <Size>{}</Size><ETag>\"1\"</ETag></Contents></ListBucketResult>",
            content.length()
        )
    }

    fn dynamodb(&self, target: &str, body: &[u8]) -> Value {
        let request: Value = serde_json::from_slice(body).unwrap_or_default();
        let mut records = self.records.lock().unwrap_or_else(PoisonError::into_inner);
        if target.ends_with("PutItem") {
            let key = request["Item"]["sk"]["S"].as_str().unwrap_or_default();
            records.insert(key.to_owned(), request["Item"].clone());
            return json!({});
        }
        let key = request["Key"]["sk"]["S"].as_str().unwrap_or_default();
        records
            .get(key)
            .map_or(json!({}), |item| json!({ "Item": item }))
    }
}

fn answer(body: Vec<u8>) -> Response<Content> {
    respond(Content::from(body))
}

fn respond(content: Content) -> Response<Content> {
    let mut response = Response::new(content);
    let etag = hyper::header::HeaderValue::from_static("\"1\"");
    response.headers_mut().insert("etag", etag);
    response
}
