//! Reads how often a resource was asked.
//!
//! Developer guide, "CloudWatch metrics for Amazon Personalize": namespace `AWS/Personalize`;
//! `GetRecommendations` and `GetPersonalizedRanking` count the successful calls, with the statistic
//! `Sum` only. The dimension is `CampaignArn` for campaigns and `RecommenderArn` for recommenders.

use aws_sdk_cloudwatch::{
    Client,
    primitives::DateTime,
    types::{Dimension, Metric, MetricDataQuery, MetricStat},
};
use shared::{
    arn::Kind,
    aws::{AwsError, failure},
};

use crate::traffic::{Traffic, WINDOW};

const NAMESPACE: &str = "AWS/Personalize";
const METRICS: [&str; 2] = ["GetRecommendations", "GetPersonalizedRanking"];

/// CloudWatch keeps windows of five minutes for 63 days; a day of it is left for the clocks.
const KEPT: i64 = 62 * 86_400;

/// CloudWatch.
#[derive(Debug, Clone)]
pub(crate) struct CloudWatch {
    client: Client,
}

/// Traffic, and from when on it is known.
#[derive(Debug)]
pub(crate) struct Known {
    pub(crate) traffic: Traffic,
    pub(crate) from: i64,
}

impl CloudWatch {
    pub(crate) fn new(aws: &aws_config::SdkConfig) -> Self {
        Self {
            client: Client::new(aws),
        }
    }

    /// The requests of the resource in the last `seconds` before `now`, as far back as there are any.
    pub(crate) async fn traffic(
        &self,
        kind: Kind,
        arn: &str,
        seconds: i64,
        now: i64,
    ) -> Result<Known, AwsError> {
        let from = (now - seconds.min(KEPT)) / WINDOW * WINDOW;
        let mut pages = self
            .client
            .get_metric_data()
            .set_metric_data_queries(Some(queries(kind, arn)))
            .start_time(DateTime::from_secs(from))
            .end_time(DateTime::from_secs(now))
            .into_paginator()
            .send();
        let mut traffic = Traffic::default();
        while let Some(page) = pages.next().await {
            let page = page.map_err(failure("cloudwatch:GetMetricData"))?;
            for result in page.metric_data_results() {
                for (at, requests) in result.timestamps().iter().zip(result.values()) {
                    traffic.add(at.secs(), *requests);
                }
            }
        }
        Ok(Known { traffic, from })
    }
}

fn queries(kind: Kind, arn: &str) -> Vec<MetricDataQuery> {
    let dimension = match kind {
        Kind::Recommender => "RecommenderArn",
        _ => "CampaignArn",
    };
    let dimension = Dimension::builder().name(dimension).value(arn).build();
    let metrics = METRICS.iter().enumerate();
    metrics
        .map(|(index, metric)| {
            let metric = Metric::builder()
                .namespace(NAMESPACE)
                .metric_name(*metric)
                .dimensions(dimension.clone())
                .build();
            let sum = MetricStat::builder()
                .metric(metric)
                .period(i32::try_from(WINDOW).unwrap_or(i32::MAX))
                .stat("Sum")
                .build();
            MetricDataQuery::builder()
                .id(format!("calls{index}"))
                .metric_stat(sum)
                .build()
        })
        .collect()
}
