//! S3 and SNS, of the emulator or of AWS.

use std::time::Duration;

use aws_sdk_s3::{
    config::{BehaviorVersion, Credentials, Region, timeout::TimeoutConfig},
    primitives::ByteStream,
};
use jiff::Timestamp;
use serde_json::Value;
use uuid::Uuid;

use crate::{fault::Fault, settings::Destinations};

/// A call that takes longer has failed.
const PATIENCE: Duration = Duration::from_secs(15);

/// Clients for the endpoint of the destinations.
#[derive(Debug)]
pub(super) struct Clients {
    s3: aws_sdk_s3::Client,
    sns: aws_sdk_sns::Client,
    endpoint: String,
    region: String,
}

impl Clients {
    pub(super) fn new(destinations: &Destinations) -> Self {
        let credentials = Credentials::new("test", "test", None, None, "local");
        let region = destinations.region();
        let patience = TimeoutConfig::builder()
            .connect_timeout(PATIENCE)
            .operation_timeout(PATIENCE)
            .build();
        let s3 = aws_sdk_s3::Config::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .endpoint_url(&destinations.endpoint)
            .region(Region::new(region.clone()))
            .credentials_provider(credentials.clone())
            .timeout_config(patience.clone())
            .force_path_style(true)
            .build();
        let sns = aws_sdk_sns::Config::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .endpoint_url(&destinations.endpoint)
            .region(Region::new(region.clone()))
            .credentials_provider(credentials)
            .timeout_config(patience)
            .build();
        Self {
            s3: aws_sdk_s3::Client::from_conf(s3),
            sns: aws_sdk_sns::Client::from_conf(sns),
            endpoint: destinations.endpoint.clone(),
            region,
        }
    }

    /// Whether they are still the right ones.
    pub(super) fn are_of(&self, destinations: &Destinations) -> bool {
        self.endpoint == destinations.endpoint && self.region == destinations.region()
    }

    pub(super) async fn put(&self, bucket: &str, key: &str, body: Vec<u8>) -> Result<(), Fault> {
        let put = self.s3.put_object().bucket(bucket).key(key);
        let put = put.body(ByteStream::from(body)).send().await;
        put.map(drop)
            .map_err(|error| upstream("S3 does not take the evidence", &error))
    }

    /// Publishes to the topic of the destinations; nothing when there is none.
    pub(super) async fn publish(&self, to: &Destinations, event: &Value) -> Result<(), Fault> {
        let Some(feedback) = &to.feedback else {
            return Ok(());
        };
        let publish = self.sns.publish().topic_arn(&feedback.topic_arn);
        let published = publish.message(event.to_string()).send().await;
        published
            .map(drop)
            .map_err(|error| upstream("SNS does not take the event", &error))
    }
}

fn upstream(what: &str, error: &(dyn std::error::Error + 'static)) -> Fault {
    // The innermost error says what happened.
    let mut root = error;
    while let Some(source) = root.source() {
        root = source;
    }
    Fault::upstream(format!(
        "{what}: {root}; see the endpoint in /_messaging/destinations"
    ))
}

/// A key as Firehose makes them.
pub(super) fn object_key(prefix: &str) -> String {
    let now = Timestamp::now();
    let hour = now.strftime("%Y/%m/%d/%H");
    let second = now.strftime("%Y-%m-%d-%H-%M-%S");
    format!(
        "{prefix}{hour}/messaging-local-1-{second}-{}",
        Uuid::new_v4()
    )
}
