//! AWS clients that can only reach the local stack: a fixed endpoint, fixed credentials, and
//! nothing read from the user's environment, profile or instance. A local run must not be able to
//! touch a real account.

use std::time::Duration;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::config::{
    Credentials, RequestChecksumCalculation, ResponseChecksumValidation, SharedCredentialsProvider,
};

/// The region of everything local.
pub const REGION: &str = "us-east-1";
/// The credentials of everything local; the emulator takes any.
pub const ACCESS_KEY: &str = "test";

/// The clients the local stack itself needs.
#[derive(Debug, Clone)]
pub struct Clients {
    /// S3: artifacts, configuration, data.
    pub s3: aws_sdk_s3::Client,
    /// CloudFormation: the stack.
    pub cloudformation: aws_sdk_cloudformation::Client,
    /// Step Functions: the workflows.
    pub workflows: aws_sdk_sfn::Client,
    /// Athena: what queries run in.
    pub athena: aws_sdk_athena::Client,
    /// Secrets Manager: what the sample shop is read with.
    pub secrets: aws_sdk_secretsmanager::Client,
    /// DynamoDB: counting what was cached.
    pub dynamodb: aws_sdk_dynamodb::Client,
}

impl Clients {
    /// Clients of the front door at `endpoint`.
    #[must_use]
    pub fn new(endpoint: &str) -> Self {
        let config = config(endpoint);
        Self {
            s3: aws_sdk_s3::Client::from_conf(s3_config(&config)),
            cloudformation: aws_sdk_cloudformation::Client::new(&config),
            workflows: aws_sdk_sfn::Client::new(&config),
            athena: aws_sdk_athena::Client::new(&config),
            secrets: aws_sdk_secretsmanager::Client::new(&config),
            dynamodb: aws_sdk_dynamodb::Client::new(&config),
        }
    }
}

/// Paths instead of host names, which no name server knows here; and no checksums, which protect
/// nothing on a loopback and take seconds in an unoptimised build.
fn s3_config(config: &SdkConfig) -> aws_sdk_s3::Config {
    aws_sdk_s3::config::Builder::from(config)
        .force_path_style(true)
        .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
        .response_checksum_validation(ResponseChecksumValidation::WhenRequired)
        .build()
}

/// Everything set, nothing looked up.
fn config(endpoint: &str) -> SdkConfig {
    let credentials = Credentials::new(ACCESS_KEY, ACCESS_KEY, None, None, "local stack");
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(5))
        .operation_attempt_timeout(Duration::from_secs(120))
        .build();
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static(REGION))
        .endpoint_url(endpoint)
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .retry_config(RetryConfig::standard().with_max_attempts(5))
        .timeout_config(timeouts)
        .build()
}

/// The environment that keeps a child process away from the user's own AWS settings.
#[must_use]
pub fn isolated_environment() -> Vec<(String, String)> {
    let set = [
        ("AWS_ACCESS_KEY_ID", ACCESS_KEY),
        ("AWS_SECRET_ACCESS_KEY", ACCESS_KEY),
        ("AWS_REGION", REGION),
        ("AWS_DEFAULT_REGION", REGION),
        ("AWS_EC2_METADATA_DISABLED", "true"),
        ("AWS_CONFIG_FILE", "/dev/null"),
        ("AWS_SHARED_CREDENTIALS_FILE", "/dev/null"),
    ];
    set.map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clients_go_to_the_endpoint_they_are_given_with_credentials_of_no_account() {
        let config = config("http://127.0.0.1:4560");
        assert_eq!(config.endpoint_url(), Some("http://127.0.0.1:4560"));
        assert!(
            config.service_config().is_none(),
            "nothing may come from a profile"
        );
    }
}
