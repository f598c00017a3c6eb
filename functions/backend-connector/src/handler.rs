//! One invocation: the configuration as it is now, the request, the answer.

use std::sync::Arc;

use athena_federation::{
    message::FunctionException,
    server::{Answer, Server, SpillSpace},
    spill::LocalKeys,
};
use backend::Secrets;
use lambda_runtime::Diagnostic;
use serde_json::value::RawValue;
use shared::{
    config,
    direct::{Access, Bucket},
    environment,
    estate::DEFAULT_CONFIG_KEY,
    metrics::{Unit, emit},
};
use tokio::sync::Mutex;

use crate::{
    error::ConnectorError,
    shop::{SERVICE, Shop},
    spill::{BucketStore, Keys},
    tables::Tables,
};

const DEFAULT_SPILL_PREFIX: &str = "athena-spill";

/// What invocations share.
#[derive(Debug)]
pub(crate) struct Handler {
    bucket: Bucket,
    config_key: String,
    url: String,
    secrets: Secrets,
    spill: SpillSpace<BucketStore, Keys>,
    known: Mutex<Known>,
}

/// The tables of the configuration that was read last.
#[derive(Debug, Default)]
struct Known {
    etag: Option<String>,
    tables: Arc<Tables>,
}

impl Handler {
    /// With what the template sets.
    pub(crate) fn from_environment(aws: &aws_config::SdkConfig) -> Result<Self, ConnectorError> {
        let access = Access::new(aws);
        let data_bucket = environment::required("DATA_BUCKET")?;
        let spill_bucket = environment::or("SPILL_BUCKET", &data_bucket);
        let keys = match environment::or("SPILL_KEY_ID", "") {
            id if id.is_empty() => Keys::Local(LocalKeys),
            id => Keys::Kms {
                client: aws_sdk_kms::Client::new(access.config()),
                id,
            },
        };
        let store = BucketStore(Bucket::new(&access, spill_bucket.clone()));
        let prefix = environment::or("SPILL_PREFIX", DEFAULT_SPILL_PREFIX);
        let secrets = aws_sdk_secretsmanager::Client::new(access.config());
        Ok(Self {
            bucket: Bucket::new(&access, data_bucket),
            config_key: environment::or("CONFIG_KEY", DEFAULT_CONFIG_KEY),
            url: environment::or("BACKEND_URL", ""),
            secrets: Secrets::named(secrets, environment::or("BACKEND_SECRET", "")),
            spill: SpillSpace::new(store, keys, spill_bucket, prefix.trim_matches('/')),
            known: Mutex::default(),
        })
    }

    /// Answers one request.
    pub(crate) async fn answer(&self, request: &str) -> Result<Box<RawValue>, Diagnostic> {
        let answered = self.respond(request).await.map_err(|error| {
            let throttled = error.is_throttling();
            tracing::error!(%error, throttled, "a request of Athena failed");
            diagnostic(error)
        })?;
        tracing::info!(
            answer = answered.name,
            rows = answered.rows,
            blocks = answered.spilled_blocks,
            bytes = answered.spilled_bytes,
            "answered"
        );
        report(&answered);
        raw(answered.body).map_err(diagnostic)
    }

    async fn respond(&self, request: &str) -> Result<Answer, FunctionException> {
        let shop = Shop::new(self.tables().await?);
        let server = Server::new(shop, self.spill.clone());
        server.answer(request.as_bytes()).await
    }

    /// The tables that are declared now: an uploaded change counts at once.
    async fn tables(&self) -> Result<Arc<Tables>, ConnectorError> {
        let mut known = self.known.lock().await;
        let changed = match &known.etag {
            Some(etag) => config::load_if_changed(&self.bucket, &self.config_key, etag).await?,
            None => Some(config::load(&self.bucket, &self.config_key).await?),
        };
        if let Some(changed) = changed {
            let declared = changed.config.backend.as_ref();
            known.tables = Arc::new(Tables::new(declared, &self.url, &self.secrets)?);
            known.etag = changed.etag;
        }
        Ok(known.tables.clone())
    }
}

fn raw(body: Vec<u8>) -> Result<Box<RawValue>, FunctionException> {
    let failed = |error: String| FunctionException {
        error_message: Some(format!("the answer is no JSON: {error}")),
        ..FunctionException::default()
    };
    let text = String::from_utf8(body).map_err(|error| failed(error.to_string()))?;
    RawValue::from_string(text).map_err(|error| failed(error.to_string()))
}

fn diagnostic(error: FunctionException) -> Diagnostic {
    Diagnostic {
        error_message: error.to_string(),
        error_type: error.error_type.unwrap_or_else(|| "Failed".to_owned()),
    }
}

fn report(answer: &Answer) {
    if answer.spilled_blocks == 0 {
        return;
    }
    #[allow(clippy::cast_precision_loss)] // Counts of blocks and bytes.
    let data = [
        ("BlocksSpilled", Unit::Count, answer.spilled_blocks as f64),
        ("BytesSpilled", Unit::Count, answer.spilled_bytes as f64),
    ];
    emit(SERVICE, &[], &data);
}
