//! Structured JSON logs on standard output, in Powertools' vocabulary.
//!
//! Lambda's request id and trace id come from the runtime's own span. Nothing personal is ever a
//! field: no user ids, no addresses, no phone numbers.

use tracing_subscriber::{
    filter::{LevelFilter, Targets},
    fmt,
    layer::SubscriberExt,
    util::SubscriberInitExt,
};

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
        .with(targets(&level))
        .with(json)
        .try_init();
}

/// What is logged at Lambda's `level`. The SDK and HTTP layers log request bodies at DEBUG, the
/// Lambda runtime logs whole events at TRACE: all hold user ids, so they stay quieter whatever the
/// level. INFO is what the runtime's span with the request id needs.
fn targets(level: &str) -> Targets {
    let level = match level {
        "TRACE" => LevelFilter::TRACE,
        "DEBUG" => LevelFilter::DEBUG,
        "WARN" => LevelFilter::WARN,
        "ERROR" | "FATAL" => LevelFilter::ERROR,
        _ => LevelFilter::INFO,
    };
    let quiet = ["aws", "hyper", "h2", "rustls"].map(|target| (target, LevelFilter::WARN));
    Targets::new()
        .with_default(level)
        .with_targets(quiet)
        .with_target("lambda_runtime", LevelFilter::INFO)
}

#[cfg(test)]
mod tests {
    use tracing::Level;

    use super::*;

    #[test]
    fn no_level_lets_the_runtime_log_events() {
        for level in ["TRACE", "DEBUG", "FATAL", "", "nonsense"] {
            let targets = targets(level);
            let logs = |target, level| targets.would_enable(target, &level);
            assert!(
                logs("lambda_runtime::layers::trace", Level::INFO),
                "{level}"
            );
            assert!(!logs("lambda_runtime", Level::DEBUG), "{level}");
            assert!(!logs("aws_smithy_runtime::client", Level::INFO), "{level}");
            assert!(logs("recommend", Level::ERROR), "{level}");
        }
    }
}
