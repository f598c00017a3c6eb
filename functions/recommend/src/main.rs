//! `recommend`: answers `Query.recommendations` of the shop's GraphQL API (AppSync direct Lambda
//! resolver), within the time a shopper waits and always with an answer.
//!
//! - Environment: `DATA_BUCKET`, `CONFIG_KEY`, `OPERATIONS_TABLE`, `CATALOG_TABLE`, `LISTS_TABLE`,
//!   `METRICS_NAMESPACE`, `AWS_LAMBDA_LOG_LEVEL`.
//! - Permissions: `s3:GetObject` on the configuration, `dynamodb:Query` on `Operations`,
//!   `dynamodb:BatchGetItem` on `Catalog`, `dynamodb:GetItem` on `Lists`,
//!   `personalize:GetRecommendations` on the campaigns, `kms:Decrypt` on the data key.
//! - Metrics by `placement`: `Requests`, `PersonalizeLatency` (ms, of the requests that asked it),
//!   `ItemsReturned`, `PlaceholderItems` (popular items in place of what a filter removed),
//!   `ItemsWithoutMetadata`; by `placement` and `cause`: `Fallbacks`.
//!
//! A request goes through [`request`] (is it sound?), [`question`] (what is asked of Personalize?),
//! [`ladder`] (who answers?), [`propose`] and [`merge`] (what becomes of Personalize's answers), and
//! comes out as an [`answer`]. The outside world is behind [`services`].

mod answer;
mod cache;
mod candidate;
mod catalog;
mod error;
mod estate;
#[cfg(test)]
mod fake;
mod ladder;
mod merge;
mod personalize;
mod propose;
mod question;
mod request;
mod serve;
mod services;

use shared::{aws, function, telemetry};

use crate::{request::Event, serve::Recommend};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    telemetry::init();
    let recommend = Recommend::from_environment(&aws::for_requests().await)?;
    recommend.warm().await;
    function::run(async |event: Event| recommend.answer(event).await).await
}
