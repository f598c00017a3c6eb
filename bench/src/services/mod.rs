//! S3, DynamoDB and Personalize as the functions call them, answering at once (Personalize, when it is
//! wanted, after a delay) and counting the time they take for it.

mod dynamodb;
mod personalize;

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{Request, Response, StatusCode, body::Incoming};
use serde_json::Value;

use crate::{
    error::BenchError,
    http::{Handler, serve},
};

/// The configuration the functions run with: the one the project comes with.
const CONFIG: &str = include_str!("../../../config/personalization.yaml");
const ETAG: &str = "\"1\"";

/// The services.
#[derive(Debug, Default)]
pub struct Services {
    /// How long Personalize takes for recommendations.
    personalize_takes: Duration,
    nanoseconds: AtomicU64,
    calls: AtomicU64,
}

/// What the services did since they were asked last.
#[derive(Debug, Clone, Copy)]
pub struct Served {
    /// In their handlers.
    pub time: Duration,
    /// Calls.
    pub calls: u64,
}

impl Services {
    /// Starts them all at one address.
    ///
    /// # Errors
    /// When there is no free port.
    pub async fn start(personalize_takes: Duration) -> Result<(Arc<Self>, SocketAddr), BenchError> {
        let services = Arc::new(Self {
            personalize_takes,
            ..Self::default()
        });
        let address = serve(Arc::clone(&services), 0).await?;
        Ok((services, address))
    }

    /// What was done since the last call of this.
    pub fn take(&self) -> Served {
        Served {
            time: Duration::from_nanos(self.nanoseconds.swap(0, Ordering::SeqCst)),
            calls: self.calls.swap(0, Ordering::SeqCst),
        }
    }
}

impl Handler for Services {
    async fn answer(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        let started = Instant::now();
        let (head, body) = request.into_parts();
        let body = body.collect().await;
        let body = body
            .map(http_body_util::Collected::to_bytes)
            .unwrap_or_default();
        let target = head.headers.get("x-amz-target");
        let target = target.and_then(|target| target.to_str().ok());
        let response = match (target, head.method.as_str(), head.uri.path()) {
            (Some(target), _, _) => json_answer(dynamodb::answer(target, &body)),
            (None, "POST", "/recommendations") => {
                if !self.personalize_takes.is_zero() {
                    tokio::time::sleep(self.personalize_takes).await;
                }
                json_answer(personalize::recommendations(&body))
            }
            (None, "POST", "/events") => json_answer("{}".to_owned()),
            (None, "PUT", _) => stored(),
            (None, "GET", path) if path.ends_with("/config/personalization.yaml") => {
                config(head.headers.contains_key("if-none-match"))
            }
            _ => status(StatusCode::NOT_FOUND),
        };
        let took = u64::try_from(started.elapsed().as_nanos()).unwrap_or(u64::MAX);
        self.nanoseconds.fetch_add(took, Ordering::SeqCst);
        self.calls.fetch_add(1, Ordering::SeqCst);
        response
    }
}

fn config(known: bool) -> Response<Full<Bytes>> {
    if known {
        return status(StatusCode::NOT_MODIFIED);
    }
    let mut response = Response::new(Full::from(CONFIG));
    etag(&mut response);
    response
}

/// S3's answer to a stored object.
fn stored() -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::default());
    etag(&mut response);
    response
}

fn etag(response: &mut Response<Full<Bytes>>) {
    let etag = hyper::header::HeaderValue::from_static(ETAG);
    response.headers_mut().insert("etag", etag);
}

fn json_answer(json: String) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::from(json));
    let json = hyper::header::HeaderValue::from_static("application/json");
    response.headers_mut().insert("content-type", json);
    response
}

fn status(status: StatusCode) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::default());
    *response.status_mut() = status;
    response
}

/// Something that always answers the same.
struct Constant(Value);

impl Handler for Constant {
    async fn answer(&self, _: Request<Incoming>) -> Response<Full<Bytes>> {
        json_answer(self.0.to_string())
    }
}

/// Answers every request to `port` with `value`, until the process ends.
///
/// # Errors
/// When the port is taken.
pub async fn serve_json(port: u16, value: Value) -> Result<(), BenchError> {
    serve(Arc::new(Constant(value)), port).await.map(|_| ())
}
