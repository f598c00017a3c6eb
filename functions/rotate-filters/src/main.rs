//! `rotate-filters`: renews the filters whose expression holds a date. It is called at a fixed rate,
//! does what can be done now, and never waits: the next call goes on from there.
//!
//! A filter of the configuration with `rotate` is served by *generations* of it. The one due now is
//! made; once it is ACTIVE, its state change is published, and `event-filter` switches the filter's
//! stable name (its alias, which `recommend` resolves) to it; the one before is deleted when the
//! alias has pointed elsewhere for a while. There is never a moment without a filter in service, and
//! never more than two generations of one.
//!
//! - Event `{}`; answer `{"filters": [{"filter", "due", "inService", "steps": ["created" | "announced"
//!   | "deleted" | "waiting" | "failed"]}], "failed": [{"filter", "reason"}], "reason"?}`. What fails
//!   for one filter leaves the others alone; `reason` says why there was nothing to rotate.
//! - Metrics: `FiltersCreated`, `FiltersAnnounced`, `FiltersDeleted`, `FilterRotationsFailed`.
//! - Environment: `DATA_BUCKET`, `CONFIG_KEY`, `OPERATIONS_TABLE`, `METRICS_NAMESPACE`, and
//!   `REPLACEMENT_GRACE_SECONDS`: how long a generation outlives its service, because `recommend`
//!   keeps ARNs for a minute.
//! - Permissions: `s3:GetObject` on the configuration; `dynamodb:GetItem`, `PutItem` and `DeleteItem`
//!   on the Operations table; `personalize:ListFilters`, `CreateFilter`, `DescribeFilter`,
//!   `DeleteFilter` and `TagResource`; `events:PutEvents` on the default bus; the KMS key of the
//!   data.
//!
//! [`plan`] decides, [`group`] asks Personalize, [`rotate`] brings them together.

mod error;
mod group;
mod plan;
mod rotate;

use shared::{aws, function, telemetry};

use crate::rotate::{Event, RotateFilters};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    telemetry::init();
    let step = RotateFilters::from_environment(&aws::for_workflows().await)?;
    function::run(async |_: Event| step.run().await).await
}
