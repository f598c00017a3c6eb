//! What Personalize has of the declared resources: lists, then describes the ones of a declared name
//! (of datasets and event trackers all: a group has few).

use aws_sdk_personalize::Client;
use shared::{
    arn::{Kind, PersonalizeArn},
    aws::{AwsError, failure},
    config::DatasetType,
};

use crate::resource::{Content, Declared, Found};

/// A name and an ARN.
type Listed = (String, String);

/// Every resource of a paged list.
macro_rules! list {
    ($request:expr, $arn:ident, $call:literal) => {{
        let mut pages = $request.into_paginator().items().send();
        let mut listed: Vec<Listed> = Vec::new();
        while let Some(summary) = pages.next().await {
            let summary = summary.map_err(failure($call))?;
            listed.extend(summary.name.zip(summary.$arn));
        }
        listed
    }};
}

/// One resource; leaves the loop round for the next one when it was deleted after it was listed.
macro_rules! describe {
    ($request:expr, $member:ident, $call:literal) => {
        match $request.send().await.map_err(failure($call)) {
            Ok(answer) => match answer.$member {
                Some(found) => found,
                None => continue,
            },
            Err(error) if error.is_not_found() => continue,
            Err(error) => return Err(error),
        }
    };
}

/// What there is of `declared`, and of what stands in its place.
pub(crate) async fn observe(
    client: &Client,
    declared: &[Declared],
) -> Result<Vec<Found>, AwsError> {
    let is_declared = |kind: Kind, name: &str| {
        declared
            .iter()
            .any(|known| known.content.kind() == kind && known.name == name)
    };
    let mut all = dataset_groups(client, is_declared).await?;
    let group = all.first().map(|group| group.arn.clone());
    all.extend(schemas(client, is_declared).await?);
    if let Some(group) = group {
        all.extend(datasets(client, &group).await?);
        all.extend(event_trackers(client, &group).await?);
        all.extend(filters(client, &group, is_declared).await?);
        all.extend(solutions(client, &group, is_declared).await?);
    }
    Ok(all)
}

async fn dataset_groups(
    client: &Client,
    is_declared: impl Fn(Kind, &str) -> bool,
) -> Result<Vec<Found>, AwsError> {
    let mut all = Vec::new();
    let listed = list!(
        client.list_dataset_groups(),
        dataset_group_arn,
        "personalize:ListDatasetGroups"
    );
    for (name, arn) in listed
        .into_iter()
        .filter(|(name, _)| is_declared(Kind::DatasetGroup, name))
    {
        let found = describe!(
            client.describe_dataset_group().dataset_group_arn(&arn),
            dataset_group,
            "personalize:DescribeDatasetGroup"
        );
        let domain = found.domain.map(|domain| domain.as_str().to_owned());
        let content = Content::DatasetGroup { domain };
        all.push(Found {
            failure_reason: found.failure_reason,
            ..seen(name, arn, found.status, content)
        });
    }
    Ok(all)
}

async fn schemas(
    client: &Client,
    is_declared: impl Fn(Kind, &str) -> bool,
) -> Result<Vec<Found>, AwsError> {
    let mut all = Vec::new();
    let listed = list!(client.list_schemas(), schema_arn, "personalize:ListSchemas");
    for (name, arn) in listed
        .into_iter()
        .filter(|(name, _)| is_declared(Kind::Schema, name))
    {
        let found = describe!(
            client.describe_schema().schema_arn(&arn),
            schema,
            "personalize:DescribeSchema"
        );
        // A definition that is no JSON is none that could be declared: null differs from all.
        let avro = serde_json::from_str(&found.schema.unwrap_or_default()).unwrap_or_default();
        all.push(seen(name, arn, None, Content::Schema { avro }));
    }
    Ok(all)
}

async fn datasets(client: &Client, group: &str) -> Result<Vec<Found>, AwsError> {
    let mut all = Vec::new();
    let listed = list!(
        client.list_datasets().dataset_group_arn(group),
        dataset_arn,
        "personalize:ListDatasets"
    );
    for (name, arn) in listed {
        let found = describe!(
            client.describe_dataset().dataset_arn(&arn),
            dataset,
            "personalize:DescribeDataset"
        );
        let Some(of) = dataset_type(&found.dataset_type.unwrap_or_default()) else {
            continue;
        };
        let schema = found.schema_arn.unwrap_or_default();
        let schema = schema
            .parse::<PersonalizeArn>()
            .map_or(schema, |schema| schema.name);
        all.push(seen(
            name,
            arn,
            found.status,
            Content::Dataset { of, schema },
        ));
    }
    Ok(all)
}

async fn event_trackers(client: &Client, group: &str) -> Result<Vec<Found>, AwsError> {
    let mut all = Vec::new();
    let listed = list!(
        client.list_event_trackers().dataset_group_arn(group),
        event_tracker_arn,
        "personalize:ListEventTrackers"
    );
    for (name, arn) in listed {
        let found = describe!(
            client.describe_event_tracker().event_tracker_arn(&arn),
            event_tracker,
            "personalize:DescribeEventTracker"
        );
        let tracker = seen(name, arn, found.status, Content::EventTracker);
        all.push(Found {
            tracking_id: found.tracking_id,
            ..tracker
        });
    }
    Ok(all)
}

async fn filters(
    client: &Client,
    group: &str,
    is_declared: impl Fn(Kind, &str) -> bool,
) -> Result<Vec<Found>, AwsError> {
    let mut all = Vec::new();
    let listed = list!(
        client.list_filters().dataset_group_arn(group),
        filter_arn,
        "personalize:ListFilters"
    );
    for (name, arn) in listed
        .into_iter()
        .filter(|(name, _)| is_declared(Kind::Filter, name))
    {
        let found = describe!(
            client.describe_filter().filter_arn(&arn),
            filter,
            "personalize:DescribeFilter"
        );
        let content = Content::Filter {
            expression: found.filter_expression.unwrap_or_default(),
        };
        all.push(Found {
            failure_reason: found.failure_reason,
            ..seen(name, arn, found.status, content)
        });
    }
    Ok(all)
}

async fn solutions(
    client: &Client,
    group: &str,
    is_declared: impl Fn(Kind, &str) -> bool,
) -> Result<Vec<Found>, AwsError> {
    let mut all = Vec::new();
    let listed = list!(
        client.list_solutions().dataset_group_arn(group),
        solution_arn,
        "personalize:ListSolutions"
    );
    for (name, arn) in listed
        .into_iter()
        .filter(|(name, _)| is_declared(Kind::Solution, name))
    {
        let found = describe!(
            client.describe_solution().solution_arn(&arn),
            solution,
            "personalize:DescribeSolution"
        );
        let content = Content::Solution {
            recipe_arn: found.recipe_arn.unwrap_or_default(),
            event_type: found.event_type,
            auto_training: found.perform_auto_training,
        };
        all.push(seen(name, arn, found.status, content));
    }
    Ok(all)
}

fn seen(name: String, arn: String, status: Option<String>, content: Content) -> Found {
    Found {
        name,
        arn,
        // Only schemas have no status: they are usable as soon as they exist.
        status: status.unwrap_or_else(|| "ACTIVE".to_owned()),
        failure_reason: None,
        tracking_id: None,
        content,
    }
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
}
