//! A Lambda execution environment: the process of one function and the runtime API it talks to. It
//! takes one event after another, as Lambda gives them, and tells how long each took: what the
//! emulator's Lambda, which is one Python process, would add is not in it.

use std::{
    collections::HashMap,
    path::Path,
    process::{Child, Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use http_body_util::{BodyExt, Full};
use hyper::{
    Request, Response,
    body::{Bytes, Incoming},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::{
    net::TcpListener,
    sync::{Mutex, mpsc, oneshot},
};

/// Longer than any function may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// The environment; its process ends with it.
#[derive(Debug)]
pub struct Environment {
    process: Child,
    events: mpsc::Sender<Bytes>,
    answers: mpsc::Receiver<Bytes>,
}

/// The runtime API's far ends.
struct RuntimeApi {
    ready: Mutex<Option<oneshot::Sender<()>>>,
    events: Mutex<mpsc::Receiver<Bytes>>,
    answers: mpsc::Sender<Bytes>,
}

impl Environment {
    /// Starts `binary` with the variables of a deployed function, and waits until it asks for work.
    ///
    /// # Panics
    /// When it cannot be started, or does not ask.
    pub async fn start(binary: &Path, variables: &HashMap<String, String>) -> Self {
        let (events, to_hand_out) = mpsc::channel(1);
        let (taken, answers) = mpsc::channel(1);
        let (says_ready, ready) = oneshot::channel();
        let api = Arc::new(RuntimeApi {
            ready: Mutex::new(Some(says_ready)),
            events: Mutex::new(to_hand_out),
            answers: taken,
        });
        let process = Command::new(binary)
            .env_clear()
            .envs(variables)
            .env("AWS_LAMBDA_RUNTIME_API", serve(api).await)
            .envs([
                ("AWS_LAMBDA_FUNCTION_NAME", "under-test"),
                ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "1024"),
                ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
                ("AWS_REGION", "us-east-1"),
                ("AWS_ACCESS_KEY_ID", "test"),
                ("AWS_SECRET_ACCESS_KEY", "test"),
                ("AWS_EC2_METADATA_DISABLED", "true"),
            ])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("{}: {error}", binary.display()));
        let environment = Self {
            process,
            events,
            answers,
        };
        let asked = tokio::time::timeout(PATIENCE, ready).await;
        assert!(
            matches!(asked, Ok(Ok(()))),
            "{} does not ask for work",
            binary.display()
        );
        environment
    }

    /// The answer to `event`, or Lambda's error object, and how long it took.
    ///
    /// # Panics
    /// When none comes.
    pub async fn invoke(&mut self, event: &Value) -> (Value, Duration) {
        let started = Instant::now();
        let sent = self.events.send(Bytes::from(event.to_string())).await;
        let answer = match sent {
            Ok(()) => tokio::time::timeout(PATIENCE, self.answers.recv()).await,
            Err(_) => Ok(None),
        };
        let elapsed = started.elapsed();
        let Ok(Some(answer)) = answer else {
            panic!("the function does not answer");
        };
        (serde_json::from_slice(&answer).unwrap_or_default(), elapsed)
    }
}

impl Drop for Environment {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Serves the runtime API; where.
async fn serve(api: Arc<RuntimeApi>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await;
    let listener = listener.unwrap_or_else(|error| panic!("no port: {error}"));
    let address = listener.local_addr().map(|at| at.to_string());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let api = Arc::clone(&api);
            let answer = service_fn(move |request| answer(Arc::clone(&api), request));
            let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), answer);
            tokio::spawn(connection);
        }
    });
    address.unwrap_or_default()
}

async fn answer(
    api: Arc<RuntimeApi>,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, hyper::Error> {
    if !request.uri().path().ends_with("/invocation/next") {
        // `/invocation/<id>/response` and `/error` alike: the caller looks at what came.
        let body = request.into_body().collect().await?.to_bytes();
        let _ = api.answers.send(body).await;
        return Ok(Response::new(Full::default()));
    }
    if let Some(ready) = api.ready.lock().await.take() {
        let _ = ready.send(());
    }
    let event = api.events.lock().await.recv().await;
    let mut response = Response::new(Full::new(event.unwrap_or_default()));
    let due = std::time::SystemTime::now() + PATIENCE;
    let due = due
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap_or_default();
    for (name, value) in [
        (
            "lambda-runtime-aws-request-id",
            "00000000-0000-4000-8000-000000000000".to_owned(),
        ),
        ("lambda-runtime-deadline-ms", due.as_millis().to_string()),
        (
            "lambda-runtime-invoked-function-arn",
            "arn:aws:lambda:us-east-1:000000000000:function:under-test".to_owned(),
        ),
    ] {
        if let Ok(value) = value.parse() {
            response.headers_mut().insert(name, value);
        }
    }
    Ok(response)
}
