//! `backend-connector`: the shop's backend as tables of Athena's schema `shop`, by the protocol of
//! Athena Federated Query. Which tables there are is declared under `backend.tables` of the
//! configuration; how the protocol works is in the crate `athena-federation`.
//!
//! - Event and answer: the protocol's messages as they are, `docs/athena.md`.
//! - Environment: `DATA_BUCKET`, `CONFIG_KEY`, `BACKEND_URL`, `BACKEND_SECRET`, `SPILL_BUCKET` (default
//!   the data bucket), `SPILL_PREFIX` (default `athena-spill`), `SPILL_KEY_ID` (a KMS key for spilled
//!   rows; without it keys are random numbers), `METRICS_NAMESPACE`, `AWS_LAMBDA_LOG_LEVEL`.
//! - Permissions: `s3:GetObject` on the configuration; `s3:PutObject` under the spill prefix;
//!   `secretsmanager:GetSecretValue` on the backend's secret; `kms:GenerateDataKey` on the spill key;
//!   `kms:GenerateDataKey` and `kms:Decrypt` on the buckets' key.
//! - Metrics by `table`: `RowsRead`, `ValuesRejected`, `RequestsThrottled`; `BlocksSpilled`,
//!   `BytesSpilled`.
//!
//! [`pushdown`] decides what of a query the backend answers, [`column`] and [`batch`] make Arrow columns
//! of its rows, [`shop`] is the source behind the protocol; [`tables`] is what the configuration
//! declares, [`spill`] where large results go.

mod batch;
mod column;
mod error;
mod handler;
mod pushdown;
mod shop;
mod spill;
mod tables;
mod value;

#[cfg(test)]
mod tests;

use lambda_runtime::{LambdaEvent, service_fn};
use serde_json::value::RawValue;
use shared::{aws, telemetry};

use crate::handler::Handler;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    telemetry::init();
    let handler = &Handler::from_environment(&aws::for_workflows().await)?;
    lambda_runtime::run(service_fn(
        move |event: LambdaEvent<Box<RawValue>>| async move {
            handler.answer(event.payload.get()).await
        },
    ))
    .await
}
