//! One resource of Personalize, read into fields.

use aws_sdk_personalize::{
    Client,
    types::{EventsConfig, MetricAttribute},
};
use serde_json::{Value, json};
use shared::{
    arn::{Kind, PersonalizeArn},
    aws::{AwsError, failure},
    config::DatasetType,
};

use crate::{
    declared::{all_attributed, attributed, event_parameters, words},
    resource::{Fields, Found},
};

/// Calls, names the call in a failure, and gives up on an answer that holds nothing.
macro_rules! ask {
    ($request:expr, $member:ident, $call:literal) => {
        match $request.send().await.map_err(failure($call))?.$member {
            Some(found) => found,
            None => return Ok(None),
        }
    };
}

/// The resource `arn` of `kind`; none for what the configuration has no words for, like a dataset of
/// actions.
pub(crate) async fn describe(
    client: &Client,
    kind: Kind,
    name: String,
    arn: String,
) -> Result<Option<Found>, AwsError> {
    let found = Found::new(kind, name, arn);
    Ok(match kind {
        Kind::DatasetGroup => dataset_group(client, found).await?,
        Kind::Schema => schema(client, found).await?,
        Kind::Dataset => dataset(client, found).await?,
        Kind::EventTracker => event_tracker(client, found).await?,
        Kind::Filter => filter(client, found).await?,
        Kind::Solution => solution(client, found).await?,
        Kind::Campaign => campaign(client, found).await?,
        Kind::Recommender => recommender(client, found).await?,
        Kind::MetricAttribution => attribution(client, found).await?,
        _ => None,
    })
}

impl Found {
    fn with(mut self, field: &str, value: Value) -> Self {
        self.fields.insert(field.to_owned(), value);
        self
    }

    fn in_state(mut self, status: Option<String>, reason: Option<String>) -> Option<Self> {
        self.status = status.unwrap_or(self.status);
        self.failure_reason = reason;
        Some(self)
    }
}

async fn dataset_group(client: &Client, found: Found) -> Result<Option<Found>, AwsError> {
    let group = ask!(
        client
            .describe_dataset_group()
            .dataset_group_arn(&found.arn),
        dataset_group,
        "personalize:DescribeDatasetGroup"
    );
    let domain = group.domain.map(|domain| domain.as_str().to_owned());
    let found = found.with("domain", json!(domain));
    Ok(found.in_state(group.status, group.failure_reason))
}

async fn schema(client: &Client, found: Found) -> Result<Option<Found>, AwsError> {
    let schema = ask!(
        client.describe_schema().schema_arn(&found.arn),
        schema,
        "personalize:DescribeSchema"
    );
    // A definition that is no JSON is none that could be declared: null differs from all.
    let avro = serde_json::from_str(&schema.schema.unwrap_or_default()).unwrap_or_default();
    let domain = schema.domain.map(|domain| domain.as_str().to_owned());
    Ok(Some(found.with("avro", avro).with("domain", json!(domain))))
}

async fn dataset(client: &Client, found: Found) -> Result<Option<Found>, AwsError> {
    let dataset = ask!(
        client.describe_dataset().dataset_arn(&found.arn),
        dataset,
        "personalize:DescribeDataset"
    );
    let Some(of) = dataset_type(&dataset.dataset_type.unwrap_or_default()) else {
        return Ok(None);
    };
    let found = found
        .with("type", json!(of.name()))
        .with("schema", json!(name_in(dataset.schema_arn)));
    // While the schema is replaced, the dataset itself stays ACTIVE; when that fails, it keeps the old one.
    let update = dataset.latest_dataset_update;
    let refused = update
        .as_ref()
        .filter(|update| is_failed_update(update.status.as_deref()));
    let reason = refused.map(|update| {
        let why = update.failure_reason.as_deref();
        let schema = name_in(update.schema_arn.clone());
        (
            schema,
            why.unwrap_or("Personalize gives no reason").to_owned(),
        )
    });
    let running = update.as_ref().filter(|_| refused.is_none());
    let running = running.and_then(|update| update.status.clone());
    let status = match running {
        Some(status) if dataset.status.as_deref() == Some("ACTIVE") => Some(status),
        _ => dataset.status,
    };
    let mut found = found.in_state(status, None);
    if let Some(found) = &mut found {
        found.refused = reason;
    }
    Ok(found)
}

fn is_failed_update(status: Option<&str>) -> bool {
    status.is_some_and(|status| status.ends_with("FAILED"))
}

async fn event_tracker(client: &Client, mut found: Found) -> Result<Option<Found>, AwsError> {
    let tracker = ask!(
        client
            .describe_event_tracker()
            .event_tracker_arn(&found.arn),
        event_tracker,
        "personalize:DescribeEventTracker"
    );
    found.tracking_id = tracker.tracking_id;
    Ok(found.in_state(tracker.status, None))
}

async fn filter(client: &Client, found: Found) -> Result<Option<Found>, AwsError> {
    let filter = ask!(
        client.describe_filter().filter_arn(&found.arn),
        filter,
        "personalize:DescribeFilter"
    );
    let expression = words(&filter.filter_expression.unwrap_or_default());
    let found = found.with("expression", json!(expression));
    Ok(found.in_state(filter.status, filter.failure_reason))
}

async fn solution(client: &Client, found: Found) -> Result<Option<Found>, AwsError> {
    let solution = ask!(
        client.describe_solution().solution_arn(&found.arn),
        solution,
        "personalize:DescribeSolution"
    );
    let mut found = found
        .with("recipe", json!(solution.recipe_arn))
        .with("eventType", json!(solution.event_type));
    // Not known of solutions older than the settings.
    if let Some(auto_training) = solution.perform_auto_training {
        found = found.with("performAutoTraining", json!(auto_training));
    }
    if let Some(incremental) = solution.perform_incremental_update {
        found = found.with("performIncrementalUpdate", json!(incremental));
    }
    found.solution_version = match solution.latest_solution_version {
        Some(latest) if latest.status.as_deref() == Some("ACTIVE") => latest.solution_version_arn,
        Some(_) => trained_version(client, &found.arn).await?,
        None => None,
    };
    if let Some(config) = solution.solution_config {
        if let Some(training) = config.auto_training_config {
            found = found.with(
                "autoTrainingSchedule",
                json!(training.scheduling_expression),
            );
        }
        if let Some(events) = config.events_config {
            found = found.with("events", weighted(events));
        }
        for (name, value) in config.algorithm_hyper_parameters.unwrap_or_default() {
            found = found.with(&format!("hyperparameters.{name}"), json!(value));
        }
    }
    Ok(found.in_state(solution.status, None))
}

/// Any version that is trained, while the latest is not.
async fn trained_version(client: &Client, solution: &str) -> Result<Option<String>, AwsError> {
    let mut versions = client
        .list_solution_versions()
        .solution_arn(solution)
        .into_paginator()
        .items()
        .send();
    while let Some(version) = versions.next().await {
        let version = version.map_err(failure("personalize:ListSolutionVersions"))?;
        if version.status.as_deref() == Some("ACTIVE") {
            return Ok(version.solution_version_arn);
        }
    }
    Ok(None)
}

fn weighted(events: EventsConfig) -> Value {
    let events = events.event_parameters_list.unwrap_or_default().into_iter();
    events
        .map(|event| {
            let event_type = event.event_type.unwrap_or_default();
            event_parameters(&event_type, event.event_value_threshold, event.weight)
        })
        .collect()
}

async fn campaign(client: &Client, mut found: Found) -> Result<Option<Found>, AwsError> {
    let campaign = ask!(
        client.describe_campaign().campaign_arn(&found.arn),
        campaign,
        "personalize:DescribeCampaign"
    );
    let config = campaign.campaign_config;
    let flag = |read: fn(&aws_sdk_personalize::types::CampaignConfig) -> Option<bool>| {
        json!(config.as_ref().and_then(read).unwrap_or(false))
    };
    found.solution_version = campaign.solution_version_arn;
    let solution = found.solution_version.as_deref().and_then(solution_of);
    let sync = flag(aws_sdk_personalize::types::CampaignConfig::sync_with_latest_solution_version);
    let metadata =
        flag(aws_sdk_personalize::types::CampaignConfig::enable_metadata_with_recommendations);
    let mut found = found
        .with("solution", json!(solution))
        .with("minProvisionedTPS", json!(campaign.min_provisioned_tps))
        .with("syncWithLatestSolutionVersion", sync)
        .with("enableMetadata", metadata);
    let exploration = config.and_then(|config| config.item_exploration_config);
    found
        .fields
        .extend(explored(&exploration.unwrap_or_default()));
    // While an update runs the campaign itself stays ACTIVE; after one that failed it serves on.
    let update = campaign
        .latest_campaign_update
        .and_then(|update| update.status);
    let status = match (campaign.status, update) {
        (Some(status), Some(update)) if status == "ACTIVE" && !update.ends_with("FAILED") => update,
        (status, _) => status.unwrap_or_default(),
    };
    Ok(found.in_state(Some(status), campaign.failure_reason))
}

async fn recommender(client: &Client, found: Found) -> Result<Option<Found>, AwsError> {
    let recommender = ask!(
        client.describe_recommender().recommender_arn(&found.arn),
        recommender,
        "personalize:DescribeRecommender"
    );
    let config = recommender
        .recommender_config
        .unwrap_or_else(|| aws_sdk_personalize::types::RecommenderConfig::builder().build());
    let rate = config.min_recommendation_requests_per_second.unwrap_or(1);
    let metadata = config.enable_metadata_with_recommendations.unwrap_or(false);
    let mut found = found
        .with("recipe", json!(recommender.recipe_arn))
        .with("minRecommendationRequestsPerSecond", json!(rate))
        .with("enableMetadata", json!(metadata));
    let exploration = config.item_exploration_config.unwrap_or_default();
    found.fields.extend(explored(&exploration));
    let stopped = |status: &str| matches!(status, "INACTIVE" | "STOP PENDING" | "STOP IN_PROGRESS");
    let runs = !recommender.status.as_deref().is_some_and(stopped);
    found = found.with("running", json!(runs));
    let update = recommender.latest_recommender_update;
    let update = update.and_then(|update| update.status);
    let status = match (recommender.status, update) {
        (Some(status), Some(update)) if status == "ACTIVE" && !update.ends_with("FAILED") => update,
        (status, _) => status.unwrap_or_default(),
    };
    Ok(found.in_state(Some(status), recommender.failure_reason))
}

async fn attribution(client: &Client, found: Found) -> Result<Option<Found>, AwsError> {
    let attribution = ask!(
        client
            .describe_metric_attribution()
            .metric_attribution_arn(&found.arn),
        metric_attribution,
        "personalize:DescribeMetricAttribution"
    );
    let mut metrics: Vec<MetricAttribute> = Vec::new();
    let mut pages = client
        .list_metric_attribution_metrics()
        .metric_attribution_arn(&found.arn)
        .into_paginator()
        .items()
        .send();
    while let Some(metric) = pages.next().await {
        metrics.push(metric.map_err(failure("personalize:ListMetricAttributionMetrics"))?);
    }
    let metrics = metrics.iter();
    let metrics = metrics.map(|one| attributed(&one.metric_name, &one.event_type, &one.expression));
    let reports = attribution
        .metrics_output_config
        .and_then(|output| output.s3_data_destination)
        .map(|destination| key_in(&destination.path).to_owned());
    let found = found
        .with("metrics", all_attributed(metrics))
        .with("reports", json!(reports));
    Ok(found.in_state(attribution.status, attribution.failure_reason))
}

/// Personalize keeps both numbers as texts.
fn explored(config: &std::collections::HashMap<String, String>) -> Fields {
    let names = [
        ("explorationWeight", "exploration.weight"),
        ("explorationItemAgeCutOff", "exploration.itemAgeCutOff"),
    ];
    let known = names.into_iter().filter_map(|(key, field)| {
        let number: f64 = config.get(key)?.parse().ok()?;
        Some((field.to_owned(), json!(number)))
    });
    known.collect()
}

/// The solution's name in the ARN of one of its versions.
fn solution_of(version: &str) -> Option<String> {
    let version: PersonalizeArn = version.parse().ok()?;
    let (solution, _) = version.name.split_once('/')?;
    Some(solution.to_owned())
}

/// The name in an ARN; what is none stays as it is.
fn name_in(arn: Option<String>) -> String {
    let arn = arn.unwrap_or_default();
    let parsed = arn.parse::<PersonalizeArn>();
    parsed.map_or(arn, |resource| resource.name)
}

/// The key in `s3://bucket/key`.
fn key_in(path: &str) -> &str {
    let inside = path.strip_prefix("s3://").unwrap_or(path);
    inside.split_once('/').map_or("", |(_, key)| key)
}

/// Personalize writes `Interactions` and `INTERACTIONS`. Other types (actions) are not declared here.
fn dataset_type(name: &str) -> Option<DatasetType> {
    [
        DatasetType::Items,
        DatasetType::Users,
        DatasetType::Interactions,
    ]
    .into_iter()
    .find(|known| known.api_name().eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dataset_types_are_known_in_either_case() {
        assert_eq!(
            dataset_type("INTERACTIONS"),
            Some(DatasetType::Interactions)
        );
        assert_eq!(dataset_type("Items"), Some(DatasetType::Items));
        assert_eq!(dataset_type("Action_Interactions"), None);
    }

    #[test]
    fn names_are_taken_out_of_arns_and_paths() {
        let version = "arn:aws:personalize:us-east-1:1:solution/taste/8f3a";
        assert_eq!(solution_of(version).as_deref(), Some("taste"));
        assert_eq!(key_in("s3://bucket/reports/a/"), "reports/a/");
        let schema = "arn:aws:personalize:us-east-1:1:schema/shop-items";
        assert_eq!(name_in(Some(schema.to_owned())), "shop-items");
    }
}
