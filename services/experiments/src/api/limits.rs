//! How many requests are worked at, and for how long.

use std::{sync::Arc, time::Duration};

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use tokio::{sync::Semaphore, time::timeout};

use super::problem;

/// Requests at a time; more are told to come again. Administrators are few.
const AT_A_TIME: usize = 32;
/// The longest a request takes; the function waits 25 seconds.
const PATIENCE: Duration = Duration::from_secs(20);

/// The places there are.
#[derive(Debug, Clone)]
pub(super) struct Limits(Arc<Semaphore>);

impl Default for Limits {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(AT_A_TIME)))
    }
}

/// Lets a request through when there is a place, for as long as it may take.
pub(super) async fn limit(State(limits): State<Limits>, request: Request, next: Next) -> Response {
    let Ok(_place) = limits.0.try_acquire() else {
        return problem::busy("too many requests at a time: try again in a moment");
    };
    match timeout(PATIENCE, next.run(request)).await {
        Ok(response) => response,
        Err(_) => problem::busy("it took too long: try again in a moment"),
    }
}
