//! `recommend`: answers the questions of the shop's GraphQL API (AppSync direct Lambda resolvers for
//! `recommendations`, `page`, `product`, `products` and `explain`), within the time a shopper waits and
//! always with an answer.
//!
//! - Environment: `DATA_BUCKET`, `CONFIG_KEY`, `OPERATIONS_TABLE`, `CATALOG_TABLE`, `LISTS_TABLE`,
//!   `EXPERIMENTS_TABLE`, `METRICS_NAMESPACE`, `AWS_LAMBDA_LOG_LEVEL`; `USER_ID_CLAIM` when it is not
//!   `username`.
//! - Permissions: `s3:GetObject` on the configuration and `serving/standby.json`, `dynamodb:Query` on `Operations`,
//!   `dynamodb:BatchGetItem` on `Catalog`, `dynamodb:BatchGetItem`, `GetItem` and `BatchWriteItem` on
//!   `Lists`, `dynamodb:GetItem` on `Experiments`, `personalize:GetRecommendations` on the campaigns and recommenders,
//!   `personalize:GetPersonalizedRanking` on the campaigns, `kms:Decrypt` on the data key.
//! - Metrics by `placement`: `Requests`, `CacheHits`, `PersonalizeLatency` (ms, of the requests that
//!   asked it), `ItemsReturned`, `ItemsDropped` (by rules and stock), `PlaceholderItems` (popular items in
//!   place of what a filter removed), `ItemsWithoutMetadata`; by `placement` and `cause`: `Fallbacks`.
//!
//! A request goes through [`request`] (is it sound?), [`experiments`] (what do they change?), [`question`] (what is asked of Personalize?),
//! [`propose`] and [`merge`] (what was kept, what does Personalize say, what becomes of it?), [`ladder`]
//! (who answers?) and [`rules`] (what of it is shown, in which order?), and comes out as an [`answer`].
//! The outside world is behind [`services`], and AWS behind [`aws`].

mod answer;
mod aws;
mod cache;
mod candidate;
mod catalog;
mod deadline;
mod drops;
mod error;
mod estate;
mod event;
mod experiments;
mod explain;
#[cfg(test)]
mod fake;
mod filter_values;
mod kept;
mod ladder;
mod lists_table;
mod merge;
mod personalize;
mod product;
mod products;
mod propose;
mod question;
mod report;
mod request;
mod rules;
mod serve;
mod services;
mod situation;

use shared::{function, telemetry};

use crate::{event::Event, serve::Recommend};

#[tokio::main(flavor = "local")]
async fn main() -> Result<(), lambda_runtime::Error> {
    telemetry::init();
    let recommend = Recommend::from_environment(&shared::aws::for_requests().await)?;
    recommend.warm().await;
    function::serve(async move |event: Event| recommend.answer(event).await).await
}
