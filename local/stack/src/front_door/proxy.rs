//! One request: where it goes, what is done to it on purpose, and its bodies streamed both ways.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::BodyExt;
use http_body_util::combinators::BoxBody;
use hyper::body::Incoming;
use hyper::header::{self, HeaderMap, HeaderName};
use hyper::http::request::Parts;
use hyper::{Request, Response, Uri};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};

use super::faults::{Faults, Outcome};
use super::{Backends, control, refusal, service};

/// A body on its way through.
pub(super) type Body = BoxBody<Bytes, hyper::Error>;

/// A connection cut on purpose.
#[derive(Debug, thiserror::Error)]
#[error("connection cut on purpose")]
pub(super) struct Cut;

/// The signing names of SES, Pinpoint and End User Messaging.
const MESSAGING: [&str; 3] = ["ses", "mobiletargeting", "sms-voice"];

/// Headers that belong to one connection and are not passed on. `Expect` is answered here: hyper
/// says "continue" as soon as the body is wanted.
const PER_CONNECTION: [HeaderName; 6] = [
    header::CONNECTION,
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
    header::EXPECT,
];

/// Passes requests on.
pub(super) struct Proxy {
    backends: Backends,
    faults: Arc<Faults>,
    client: Client<HttpConnector, Incoming>,
}

impl Proxy {
    /// A proxy with its pool of kept connections.
    pub(super) fn new(backends: Backends, faults: Arc<Faults>) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        connector.set_connect_timeout(Some(Duration::from_secs(5)));
        // Kept shorter than the servers keep theirs, so that a connection about to be closed by
        // the other side is not taken for a request that cannot be sent twice.
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(Duration::from_secs(20))
            .build(connector);
        Self {
            backends,
            faults,
            client,
        }
    }

    /// Answers one request.
    pub(super) async fn handle(&self, request: Request<Incoming>) -> Result<Response<Body>, Cut> {
        let (parts, body) = request.into_parts();
        if parts.uri.path().starts_with("/_front-door/") {
            return Ok(control::handle(&self.faults, &parts, body).await);
        }
        let signed = service::signed_for(&parts);
        let service = signed.as_deref().unwrap_or("unsigned");
        let (delay, outcome) = self.faults.throw(service::api(service, &parts), service);
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
        match outcome {
            Some(Outcome::Cut) => return Err(Cut),
            Some(Outcome::Throttle) => {
                return Ok(refused(body, refusal::throttled(service, &parts)).await);
            }
            Some(Outcome::Error) => {
                return Ok(refused(body, refusal::failed(service, &parts)).await);
            }
            Some(Outcome::Lose) | None => {}
        }
        let (name, port) = self.backend_of(service);
        if port == 0 {
            return Ok(refused(body, refusal::not_built(service, &parts)).await);
        }
        let answer = self.forward(name, port, parts, body).await;
        match outcome {
            Some(Outcome::Lose) => Err(Cut),
            _ => Ok(answer),
        }
    }

    /// Who plays `service`, and on which port; 0 when nobody does in this stack.
    fn backend_of(&self, service: &str) -> (&'static str, u16) {
        match service {
            "personalize" => ("personalize-local", self.backends.personalize),
            "athena" => ("athena-local", self.backends.athena),
            _ if MESSAGING.contains(&service) => ("messaging-local", self.backends.messaging),
            _ => ("ministack", self.backends.ministack),
        }
    }

    async fn forward(&self, name: &str, port: u16, parts: Parts, body: Incoming) -> Response<Body> {
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
        let uri = Uri::try_from(format!("http://127.0.0.1:{port}{path}"));
        let mut onward = Request::new(body);
        *onward.method_mut() = parts.method.clone();
        *onward.headers_mut() = end_to_end(parts.headers.clone());
        let sent = match uri {
            Ok(uri) => {
                *onward.uri_mut() = uri;
                self.client
                    .request(onward)
                    .await
                    .map_err(|error| error.to_string())
            }
            Err(error) => Err(error.to_string()),
        };
        match sent {
            Ok(answer) => {
                let (mut parts, body) = answer.into_parts();
                parts.headers = end_to_end(parts.headers);
                Response::from_parts(parts, body.boxed())
            }
            Err(reason) => refusal::unreachable(name, &parts, &reason),
        }
    }
}

/// Reads what the client still sends before it is refused: a client that is cut off in the middle
/// of its body never reads the answer.
async fn refused(mut body: Incoming, answer: Response<Body>) -> Response<Body> {
    while let Some(Ok(_)) = body.frame().await {}
    answer
}

fn end_to_end(mut headers: HeaderMap) -> HeaderMap {
    for name in &PER_CONNECTION {
        headers.remove(name);
    }
    headers.remove("keep-alive");
    headers
}
