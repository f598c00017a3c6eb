//! What personalization-apis is configured with, where its function asks for it: at AWS AppConfig's
//! Lambda extension, on a port that is always the same.

use bench::{error::BenchError, services::serve_json};
use serde_json::{Value, json};

/// The extension's port.
const PORT: u16 = 2772;

/// Serves the configuration until the process ends.
pub(crate) async fn serve() -> Result<(), BenchError> {
    serve_json(PORT, config()).await
}

/// One recommender and one event target, with a filter, the device as context, and metadata in
/// DynamoDB: what `config/personalization.yaml` declares for ours.
fn config() -> Value {
    let device = |header: &str, value: &str| {
        json!({
            "type": "header-value", "header": header,
            "valueMappings": [{"operator": "equals", "value": "true", "mapTo": value}],
        })
    };
    let arn = |resource: &str| format!("arn:aws:personalize:us-east-1:000000000000:{resource}");
    json!({
        "version": "1",
        "namespaces": {"bench": {
            "inferenceItemMetadata": {"type": "dynamodb"},
            "autoContext": {"deviceType": {
                "type": "string", "default": "Desktop", "evaluateAll": true,
                "rules": [
                    device("cloudfront-is-desktop-viewer", "Desktop"),
                    device("cloudfront-is-mobile-viewer", "Phone"),
                    device("cloudfront-is-tablet-viewer", "Tablet"),
                ],
            }},
            "recommenders": {"recommend-items": {"home": {"variations": {"campaign": {
                "type": "personalize-campaign",
                "arn": arn("campaign/user-personalization"),
                "filters": [{"arn": arn("filter/not-purchased"), "condition": "user-required"}],
            }}}}},
            "eventTargets": [{"type": "personalize-event-tracker", "trackingId": "bench"}],
        }},
    })
}
