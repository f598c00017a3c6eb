//! How services are reached: the connections of the process, the region, endpoints.

use aws_config::{SdkConfig, timeout::TimeoutConfig};
use aws_smithy_http_client::{
    Connector,
    proxy::ProxyConfig,
    tls::{Provider, rustls_provider::CryptoMode},
};
use aws_smithy_runtime_api::client::http::{
    HttpConnectorSettings, SharedHttpConnector, http_client_fn,
};
use aws_types::service_config::ServiceConfigKey;

/// What all services of a process share.
#[derive(Debug, Clone)]
pub struct Access {
    config: SdkConfig,
    connector: SharedHttpConnector,
}

/// Where a service is asked: what its own rules for endpoints start from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The region; nothing when none is configured.
    pub region: Option<String>,
    /// What the configuration was made with, else `AWS_ENDPOINT_URL_<SERVICE>`, else `AWS_ENDPOINT_URL`.
    pub endpoint_url: Option<String>,
    /// Whether the endpoints certified by FIPS 140 are wanted.
    pub use_fips: Option<bool>,
    /// Whether those with IPv6 are.
    pub use_dual_stack: Option<bool>,
}

impl Access {
    /// With the credentials, time-outs and retries of `config`, over connections of its own.
    #[must_use]
    pub fn new(config: &SdkConfig) -> Self {
        let connector = connector(config);
        let shared = connector.clone();
        let config = config
            .to_builder()
            .http_client(http_client_fn(move |_, _| shared.clone()))
            .build();
        Self { config, connector }
    }

    /// The configuration for the SDK's clients that shall use the same connections.
    #[must_use]
    pub fn config(&self) -> &SdkConfig {
        &self.config
    }

    /// The same with other retries.
    #[must_use]
    pub fn with_retries(&self, retries: aws_config::retry::RetryConfig) -> Self {
        Self {
            config: self.config.to_builder().retry_config(retries).build(),
            connector: self.connector.clone(),
        }
    }

    pub(super) fn connector(&self) -> SharedHttpConnector {
        self.connector.clone()
    }

    /// Where the service is that the SDK knows as `service_id` (`DynamoDB`, `Personalize Runtime`).
    pub(super) fn place(&self, service_id: &str) -> Place {
        let key = ServiceConfigKey::builder()
            .service_id(service_id)
            .env("AWS_ENDPOINT_URL")
            .profile("endpoint_url")
            .build();
        let own = key.ok().and_then(|key| {
            let settings = self.config.service_config()?;
            settings.load_config(key)
        });
        let any = self.config.endpoint_url().map(str::to_owned);
        // What the program itself says counts before all settings.
        let is_said = self.config.get_origin("endpoint_url").is_client_config();
        Place {
            region: self.config.region().map(ToString::to_string),
            endpoint_url: if is_said { any } else { own.or(any) },
            use_fips: self.config.use_fips(),
            use_dual_stack: self.config.use_dual_stack(),
        }
    }
}

impl From<&SdkConfig> for Access {
    fn from(config: &SdkConfig) -> Self {
        Self::new(config)
    }
}

impl From<&Access> for Access {
    fn from(access: &Access) -> Self {
        access.clone()
    }
}

/// The SDK's own default connector, with the time to connect of `config` and the proxy of the environment.
fn connector(config: &SdkConfig) -> SharedHttpConnector {
    let timeouts = config.timeout_config();
    let mut settings = HttpConnectorSettings::builder();
    settings.set_connect_timeout(timeouts.and_then(TimeoutConfig::connect_timeout));
    settings.set_read_timeout(timeouts.and_then(TimeoutConfig::read_timeout));
    let connector = Connector::builder()
        .connector_settings(settings.build())
        .proxy_config(ProxyConfig::from_env())
        .tls_provider(Provider::Rustls(CryptoMode::AwsLc));
    SharedHttpConnector::new(connector.build())
}
