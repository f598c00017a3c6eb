//! One execution environment: it takes one request after another.

use std::{
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use bench::{
    error::BenchError,
    events::{is_described, recommendations},
    process::{Function, Process},
    runtime_api::RuntimeApi,
    schedule::Watch,
};
use serde_json::{Value, json};
use tokio::sync::{
    Mutex,
    mpsc::{UnboundedReceiver, UnboundedSender},
};

use crate::arrivals::Arrival;

/// Customers have one of so many tastes, of 20 products and more each.
const TASTES: u32 = 100;

/// One answer.
#[derive(Debug)]
pub(crate) struct Answer {
    /// When its request came.
    pub(crate) arrived: Instant,
    /// From then.
    pub(crate) took: Duration,
    /// Whether it is 20 described items of Personalize.
    pub(crate) is_full: bool,
}

/// The environment; its process ends with it.
#[derive(Debug)]
pub(crate) struct Environment {
    api: RuntimeApi,
    _process: Process,
}

impl Environment {
    /// Starts one, and waits until it is ready.
    pub(crate) async fn start(
        function: &Function,
        services: SocketAddr,
    ) -> Result<Self, BenchError> {
        let mut api = RuntimeApi::start(Arc::new(Watch::default())).await?;
        let process = Process::start(function, api.address, services)?;
        let ready = api.ready().await;
        ready.ok_or_else(|| BenchError::Silent {
            function: function.name.clone(),
            what: "at all".to_owned(),
        })?;
        Ok(Self {
            api,
            _process: process,
        })
    }

    /// Serves until there are no more requests.
    pub(crate) async fn serve(
        mut self,
        arrivals: Arc<Mutex<UnboundedReceiver<Arrival>>>,
        answers: UnboundedSender<Answer>,
    ) {
        loop {
            let arrival = arrivals.lock().await.recv().await;
            let Some(arrival) = arrival else {
                return;
            };
            let user = format!("c{}@{}", arrival.n, arrival.n % TASTES);
            let event = recommendations("home", json!({ "userId": user }));
            let answered = self.api.invoke(event).await;
            let body = answered.map(|answered| answered.body).unwrap_or_default();
            let body: Value = serde_json::from_slice(&body).unwrap_or_default();
            let answer = Answer {
                arrived: arrival.at,
                took: arrival.at.elapsed(),
                is_full: is_described(&body, "PERSONALIZE"),
            };
            if answers.send(answer).is_err() {
                return;
            }
        }
    }
}
