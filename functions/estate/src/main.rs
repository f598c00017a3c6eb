//! `estate`: plans and makes what `config/personalization.yaml` declares, as a Lambda function that
//! workflows call, and as a command for people. Both are this program: inside Lambda it serves, else
//! it reads a command line (`cargo run -p estate --bin estate -- --help`).
//!
//! Events: `{"action":"plan","unattended"?,"teardown"?}` -> `{"plan","report","changes","held",
//! "drifted","problems"}`; `{"action":"apply","plan"}` -> `{"settled","done","pending","waiting",
//! "failed","held"}`, called again until `settled`; `{"action":"list"}` -> `{"datasets","solutions"}`;
//! `{"action":"lock","workflow","owner"}` -> `{"acquired","owner","until"}`; `{"action":"unlock",...}`.
//!
//! - Metrics: `ResourcesChanged`, `ResourcesFailed` (Count) when there are any; `ResourcesDrifted`
//!   with each plan.
//! - Environment: `DATA_BUCKET`, `CONFIG_KEY`, `OPERATIONS_TABLE`, `METRICS_NAMESPACE`,
//!   `PERSONALIZE_ROLE_ARN`, `REPLACEMENT_GRACE_SECONDS`, and for schedules those of
//!   [`schedules::Targets::from_environment`].
//! - Permissions: `s3:GetObject` on the configuration; `s3:GetObject` and `PutObject` on
//!   `reports/estate/plans/*`; `dynamodb:GetItem`, `PutItem`, `DeleteItem` and `Query` on the
//!   Operations table; `kms:Decrypt` and `GenerateDataKey` on their key; Personalize's `List`,
//!   `Describe`, `Create`, `Update`, `Delete` and tags of the kinds it declares; the same of schedules
//!   in the stack's group, and `iam:PassRole` on their role; `states:DescribeExecution`.

mod apply;
mod command;
mod compare;
mod declared;
mod error;
mod lambda;
mod lock;
mod observe;
mod plan;
mod plans;
mod records;
mod resource;
mod schedules;
mod session;
mod show;

use std::process::ExitCode;

/// Lambda sets it for the programs it runs, and nobody else does.
const IN_LAMBDA: &str = "AWS_LAMBDA_RUNTIME_API";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<ExitCode, lambda_runtime::Error> {
    if std::env::var_os(IN_LAMBDA).is_some() {
        lambda::serve().await?;
        return Ok(ExitCode::SUCCESS);
    }
    Ok(command::run().await)
}
