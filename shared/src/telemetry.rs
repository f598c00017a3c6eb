//! Structured JSON logs on standard output, in Powertools' vocabulary.
//!
//! Lambda's request id and trace id come from the runtime's own span. Nothing personal is ever a
//! field: no user ids, no addresses, no phone numbers.

use tracing_subscriber::{EnvFilter, fmt, layer::SubscriberExt, util::SubscriberInitExt};

/// Starts logging. The level is `AWS_LAMBDA_LOG_LEVEL` (Lambda's own setting), `INFO` without it.
/// Call once, first thing in `main`.
pub fn init() {
    let level = std::env::var("AWS_LAMBDA_LOG_LEVEL").unwrap_or_else(|_| "INFO".to_owned());
    // The SDK and HTTP layers log request bodies at DEBUG; they stay at WARN whatever the level.
    let filter = EnvFilter::new(format!("{level},aws=warn,hyper=warn,h2=warn,rustls=warn"));
    let json = fmt::layer()
        .json()
        .flatten_event(true)
        .with_target(false)
        .with_current_span(true);
    // A second call (tests in one process) keeps the first subscriber.
    let _ = tracing_subscriber::registry()
        .with(filter)
        .with(json)
        .try_init();
}
