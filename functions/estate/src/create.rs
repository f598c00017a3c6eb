//! Creates one declared resource. Its prerequisites are active: `plan` saw to that.

use aws_sdk_personalize::Client;
use shared::{
    arn::Kind,
    aws::{AwsError, failure},
};

use crate::resource::{Content, Declared, Found};

/// What Personalize answered.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Created {
    pub(crate) arn: String,
    /// Event trackers only.
    pub(crate) tracking_id: Option<String>,
}

/// Creates `resource` in the group and with the schema that `found` holds.
pub(crate) async fn create(
    client: &Client,
    resource: &Declared,
    found: &[Found],
) -> Result<Created, AwsError> {
    let name = resource.name.as_str();
    let mut tracking_id = None;
    let arn = match &resource.content {
        Content::DatasetGroup { .. } => dataset_group(client, name).await?,
        Content::Schema { avro } => schema(client, name, avro.to_string()).await?,
        Content::Dataset { of, schema } => {
            let schema = arn_of(found, Kind::Schema, |known| known.name == *schema);
            client
                .create_dataset()
                .name(name)
                .dataset_type(of.api_name())
                .set_schema_arn(schema)
                .set_dataset_group_arn(group_of(found))
                .send()
                .await
                .map_err(failure("personalize:CreateDataset"))?
                .dataset_arn
        }
        Content::EventTracker => {
            let answer = client
                .create_event_tracker()
                .name(name)
                .set_dataset_group_arn(group_of(found))
                .send()
                .await
                .map_err(failure("personalize:CreateEventTracker"))?;
            tracking_id = answer.tracking_id;
            answer.event_tracker_arn
        }
        Content::Filter { expression } => {
            client
                .create_filter()
                .name(name)
                .filter_expression(expression)
                .set_dataset_group_arn(group_of(found))
                .send()
                .await
                .map_err(failure("personalize:CreateFilter"))?
                .filter_arn
        }
        Content::Solution {
            recipe_arn,
            event_type,
            auto_training,
        } => {
            client
                .create_solution()
                .name(name)
                .recipe_arn(recipe_arn)
                .set_event_type(event_type.clone())
                // Sent even when false: without it Personalize trains, and bills, every week.
                .set_perform_auto_training(*auto_training)
                .set_dataset_group_arn(group_of(found))
                .send()
                .await
                .map_err(failure("personalize:CreateSolution"))?
                .solution_arn
        }
    };
    Ok(Created {
        arn: arn.unwrap_or_default(),
        tracking_id,
    })
}

async fn dataset_group(client: &Client, name: &str) -> Result<Option<String>, AwsError> {
    let answer = client
        .create_dataset_group()
        .name(name)
        .send()
        .await
        .map_err(failure("personalize:CreateDatasetGroup"))?;
    Ok(answer.dataset_group_arn)
}

async fn schema(client: &Client, name: &str, avro: String) -> Result<Option<String>, AwsError> {
    let answer = client
        .create_schema()
        .name(name)
        .schema(avro)
        .send()
        .await
        .map_err(failure("personalize:CreateSchema"))?;
    Ok(answer.schema_arn)
}

fn group_of(found: &[Found]) -> Option<String> {
    arn_of(found, Kind::DatasetGroup, |_| true)
}

fn arn_of(found: &[Found], kind: Kind, wanted: impl Fn(&Found) -> bool) -> Option<String> {
    found
        .iter()
        .find(|known| known.content.kind() == kind && wanted(known))
        .map(|known| known.arn.clone())
}
