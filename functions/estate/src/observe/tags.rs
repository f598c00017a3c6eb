//! The tags of a resource, as fields.

use aws_sdk_personalize::Client;
use serde_json::json;
use shared::aws::{AwsError, failure};

use crate::resource::{Fields, TAG};

/// How keys begin that only AWS sets, and nobody can change.
const OF_AWS: &str = "aws:";

/// Reads the tags of the resource `arn`.
pub(crate) async fn read(client: &Client, arn: &str) -> Result<Fields, AwsError> {
    let answer = client
        .list_tags_for_resource()
        .resource_arn(arn)
        .send()
        .await
        .map_err(failure("personalize:ListTagsForResource"))?;
    let tags = answer.tags.unwrap_or_default().into_iter();
    Ok(tags
        .filter(|tag| !tag.tag_key.starts_with(OF_AWS))
        .map(|tag| (format!("{TAG}{}", tag.tag_key), json!(tag.tag_value)))
        .collect())
}
