//! `capacity`: moves the paid rate of campaigns and recommenders with their traffic and the calendar,
//! shuts down what is idle where the declaration consents, starts and stops recommenders.
//!
//! Event `{"action":"adjust"}` -> `{"resources":[{"kind","name","decision","rate","target","idleHours",
//! "reason"}]}`; `decision` is `RAISED`, `LOWERED`, `KEPT`, `SHUT_DOWN` or `LEFT_ALONE`. Event
//! `{"action":"start"|"stop","recommender"}` -> `{"recommender","changed","reason"}`.
//!
//! It is not what scales: above the minimum Personalize scales by itself, losing requests meanwhile.
//! Hence the rate goes up early and at once, and down late and seldom.
//!
//! - Metrics, by `resource` (`campaign/<name>`): `TargetTps` (the rate asked for), `IdleHours` (once
//!   idle), `Raised`, `Lowered`, `ShutDown` (Count).
//! - Environment: `DATA_BUCKET`, `CONFIG_KEY`, `OPERATIONS_TABLE`, `METRICS_NAMESPACE`.
//! - Permissions: `s3:GetObject` on the configuration, `dynamodb:GetItem`, `PutItem` and `DeleteItem`
//!   on the Operations table, `kms:Decrypt` on their key, `cloudwatch:GetMetricData`,
//!   `personalize:DescribeCampaign`, `UpdateCampaign`, `DeleteCampaign`, `DescribeRecommender`,
//!   `UpdateRecommender`, `StartRecommender`, `StopRecommender`.

mod adjust;
mod answer;
mod change;
mod cloudwatch;
mod error;
mod hours;
mod idle;
mod personalize;
mod shutdown;
mod target;
mod traffic;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use shared::{aws, estate::EstateSource, function, telemetry};

use hours::Way;

#[derive(Debug, Deserialize)]
#[serde(tag = "action", rename_all = "camelCase")]
enum Request {
    Adjust,
    Start { recommender: String },
    Stop { recommender: String },
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Answer {
    Adjusted { resources: Vec<answer::Adjusted> },
    Turned(hours::Turned),
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    telemetry::init();
    let aws = aws::for_workflows().await;
    let source = EstateSource::from_environment(&aws)?;
    let services = adjust::Services {
        cloudwatch: cloudwatch::CloudWatch::new(&aws),
        personalize: personalize::Personalize::new(&aws),
    };
    function::run(
        async |request: Request| -> Result<Answer, error::CapacityError> {
            let estate = source.open().await?;
            let (way, recommender) = match request {
                Request::Adjust => {
                    let now = Timestamp::now().as_second();
                    let resources = adjust::adjust(&services, &estate, now).await?;
                    return Ok(Answer::Adjusted { resources });
                }
                Request::Start { recommender } => (Way::Start, recommender),
                Request::Stop { recommender } => (Way::Stop, recommender),
            };
            let personalize = &services.personalize;
            let turned = hours::turn(personalize, &estate, way, &recommender).await?;
            Ok(Answer::Turned(turned))
        },
    )
    .await
}
