//! What configuration sets do on AWS, done in `messaging-local`: CloudFormation is the emulator's, which does not
//! know it. Events of messages go into the data bucket, bounces and answers to the topic, and links to their function.

use serde_json::{Value, json};

use super::stack::Outputs;
use crate::error::{Error, Result};
use crate::http;
use crate::services::ports::Ports;

/// How long events are gathered before they are written, as Firehose does: the least that tests notice.
const EVIDENCE_SECONDS: u64 = 1;

/// Tells it.
///
/// # Errors
/// [`Error::Unexpected`] when the template lacks an output, or it does not take them.
pub async fn register(ports: Ports, outputs: &Outputs) -> Result<()> {
    let output = |name: &str| {
        outputs.get(name).cloned().ok_or_else(|| {
            Error::Unexpected(format!(
                "template.yaml has no output {name}; messaging-local needs it"
            ))
        })
    };
    let destinations: Value = json!({
        "endpoint": format!("http://127.0.0.1:{}", ports.ministack),
        "region": crate::aws::REGION,
        "evidence": {
            "bucket": output("DataBucketName")?,
            "prefix": "messages/evidence/",
            "seconds": EVIDENCE_SECONDS,
        },
        "feedback": { "topicArn": output("MessageFeedbackTopicArn")? },
        "links": { "function": output("MessageLinksFunctionName")? },
    });
    let url = format!("{}/_messaging/destinations", ports.messaging_url());
    http::put_json(&url, &destinations).await
}
