//! Lambda's runtime API, as far as a function needs it: hands out one event after another and takes
//! the answers.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{Request, Response, body::Incoming};
use tokio::sync::{Mutex as AsyncMutex, mpsc, oneshot};

use crate::{
    error::BenchError,
    http::{Handler, serve},
    schedule::{Scheduled, Watch},
};

/// How long a function may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// One answered invocation.
#[derive(Debug)]
pub struct Answered {
    /// From handing out the event to having the whole answer.
    pub elapsed: Duration,
    /// What the scheduler did in that time.
    pub scheduled: Scheduled,
    /// The answer, or Lambda's error object.
    pub body: Bytes,
}

/// The API's near end.
#[derive(Debug)]
pub struct RuntimeApi {
    /// Where the function reaches it.
    pub address: SocketAddr,
    ready: Option<oneshot::Receiver<Instant>>,
    events: mpsc::Sender<Bytes>,
    answers: mpsc::Receiver<Answered>,
}

struct Server {
    ready: Mutex<Option<oneshot::Sender<Instant>>>,
    events: AsyncMutex<mpsc::Receiver<Bytes>>,
    answers: mpsc::Sender<Answered>,
    watch: Arc<Watch>,
    handed_out: Mutex<(Scheduled, Instant)>,
}

impl RuntimeApi {
    /// Starts to serve it; `watch` looks at the scheduler around each invocation.
    ///
    /// # Errors
    /// When there is no free port.
    pub async fn start(watch: Arc<Watch>) -> Result<Self, BenchError> {
        let (events, to_hand_out) = mpsc::channel(1);
        let (taken, answers) = mpsc::channel(1);
        let (says_ready, ready) = oneshot::channel();
        let server = Server {
            ready: Mutex::new(Some(says_ready)),
            events: AsyncMutex::new(to_hand_out),
            answers: taken,
            watch,
            handed_out: Mutex::new((Scheduled::default(), Instant::now())),
        };
        Ok(Self {
            address: serve(Arc::new(server), 0).await?,
            ready: Some(ready),
            events,
            answers,
        })
    }

    /// When the function asked for its first event; `None` when it does not in ten seconds.
    pub async fn ready(&mut self) -> Option<Instant> {
        let ready = tokio::time::timeout(PATIENCE, self.ready.take()?);
        ready.await.ok()?.ok()
    }

    /// Hands out `event`; `None` when no answer comes in ten seconds.
    pub async fn invoke(&mut self, event: Bytes) -> Option<Answered> {
        self.events.send(event).await.ok()?;
        let answer = tokio::time::timeout(PATIENCE, self.answers.recv());
        answer.await.ok().flatten()
    }
}

impl Handler for Server {
    async fn answer(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        if request.uri().path().ends_with("/invocation/next") {
            self.next().await
        } else {
            // `/invocation/<id>/response` and `/error` alike: the caller looks at what came.
            self.take(request).await
        }
    }
}

impl Server {
    async fn next(&self) -> Response<Full<Bytes>> {
        let first = self
            .ready
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(ready) = first {
            let _ = ready.send(Instant::now());
        }
        let event = self.events.lock().await.recv().await.unwrap_or_default();
        let mut response = Response::new(Full::new(event));
        let deadline = std::time::SystemTime::now() + PATIENCE;
        let deadline = deadline
            .duration_since(std::time::UNIX_EPOCH)
            .map_or(0, |since| since.as_millis());
        for (name, value) in [
            ("content-type", "application/json"),
            (
                "lambda-runtime-trace-id",
                "Root=1-00000000-000000000000000000000000;Sampled=0",
            ),
            (
                "lambda-runtime-aws-request-id",
                "00000000-0000-4000-8000-000000000000",
            ),
            ("lambda-runtime-deadline-ms", &deadline.to_string()),
            (
                "lambda-runtime-invoked-function-arn",
                "arn:aws:lambda:us-east-1:000000000000:function:bench",
            ),
        ] {
            if let Ok(value) = value.parse() {
                response.headers_mut().insert(name, value);
            }
        }
        // The function is idle here: it has asked for work and waits for it.
        let scheduled = self.watch.look();
        *self.handed_out() = (scheduled, Instant::now());
        response
    }

    async fn take(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        let body = request.into_body().collect().await;
        let (scheduled, handed_out) = *self.handed_out();
        let answered = Answered {
            elapsed: handed_out.elapsed(),
            scheduled: self.watch.look().since(scheduled),
            body: body
                .map(http_body_util::Collected::to_bytes)
                .unwrap_or_default(),
        };
        let _ = self.answers.send(answered).await;
        let mut response = Response::new(Full::default());
        *response.status_mut() = hyper::StatusCode::ACCEPTED;
        response
    }

    fn handed_out(&self) -> MutexGuard<'_, (Scheduled, Instant)> {
        self.handed_out
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
