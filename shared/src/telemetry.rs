//! Structured JSON logs on standard output, in Powertools' vocabulary.
//!
//! Lambda's request id and trace id come from the runtime's own span. Nothing personal is ever a
//! field: no user ids, no addresses, no phone numbers.

use tracing_subscriber::{EnvFilter, fmt, layer::SubscriberExt, util::SubscriberInitExt};

/// Starts logging. The level is `AWS_LAMBDA_LOG_LEVEL` (Lambda's own setting), `INFO` without it.
/// Call once, first thing in `main`.
pub fn init() {
    let level = std::env::var("AWS_LAMBDA_LOG_LEVEL").unwrap_or_default();
    let json = fmt::layer()
        .json()
        .flatten_event(true)
        .with_target(false)
        .with_current_span(true);
    // A second call (tests in one process) keeps the first subscriber.
    let _ = tracing_subscriber::registry()
        .with(EnvFilter::new(directives(&level)))
        .with(json)
        .try_init();
}

/// What is logged at Lambda's `level`. The SDK and HTTP layers log request bodies at DEBUG, the
/// Lambda runtime logs whole events at TRACE: all hold user ids, so they stay quieter whatever the
/// level. INFO is what the runtime's span with the request id needs.
fn directives(level: &str) -> String {
    let level = match level {
        "FATAL" => "ERROR",
        "TRACE" | "DEBUG" | "INFO" | "WARN" | "ERROR" => level,
        _ => "INFO",
    };
    format!("{level},aws=warn,hyper=warn,h2=warn,rustls=warn,lambda_runtime=info")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_level_lets_the_runtime_log_events() {
        for level in ["TRACE", "DEBUG", "FATAL", "", "nonsense"] {
            let directives = directives(level);
            assert!(directives.parse::<EnvFilter>().is_ok(), "{directives}");
            assert!(directives.ends_with("lambda_runtime=info"), "{directives}");
        }
    }
}
