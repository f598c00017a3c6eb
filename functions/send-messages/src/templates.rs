//! The template of a campaign, out of the data bucket.

use aws_sdk_s3::Client;
use message_template::{Files, Part, Template};
use serde::Serialize;
use shared::{aws::failure, config::messages::Channel, direct::Bucket};

use crate::{campaign::Campaign, error::SendError, keys};

/// The most files of a template.
const MAX_FILES: usize = 300;

/// A file of the template as it was used; for the report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Used {
    /// Its key.
    pub(crate) key: String,
    /// S3's name for exactly these bytes.
    pub(crate) etag: String,
}

/// Reads and parses the template of `campaign`; it has all that the channels of the campaign need.
pub(crate) async fn load(
    s3: &Client,
    bucket: &Bucket,
    campaign: &Campaign,
) -> Result<Template, SendError> {
    let name = campaign.declared.template();
    let prefix = keys::templates(name);
    let wrong = |error| SendError::Template {
        template: name.to_owned(),
        error,
    };
    let mut files = Files::new(&campaign.messages.default_language);
    for used in used(s3, bucket, campaign).await? {
        let object = bucket.get(&used.key).await?;
        let text = String::from_utf8(object.bytes).map_err(|_| SendError::Object {
            key: used.key.clone(),
        })?;
        let path = used.key.strip_prefix(&prefix).unwrap_or(&used.key);
        files.add(path, text).map_err(wrong)?;
    }
    let template = Template::parse(&files).map_err(wrong)?;
    for channel in campaign.channels() {
        let (part, file) = part(channel);
        if !template.has(part) {
            return Err(SendError::NoPart {
                campaign: campaign.name().to_owned(),
                channel: channel.name(),
                template: name.to_owned(),
                file,
            });
        }
    }
    Ok(template)
}

/// The part of a template that `channel` needs, and its file.
pub(crate) fn part(channel: Channel) -> (Part, &'static str) {
    match channel {
        Channel::Email => (Part::Email, "email.mjml and subject.txt"),
        Channel::Sms => (Part::Sms, "sms.txt"),
        Channel::Push => (Part::Push, "push.json"),
    }
}

/// The files of the template of `campaign`, as they are now.
pub(crate) async fn used(
    s3: &Client,
    bucket: &Bucket,
    campaign: &Campaign,
) -> Result<Vec<Used>, SendError> {
    let answer = s3
        .list_objects_v2()
        .bucket(bucket.name())
        .prefix(keys::templates(campaign.declared.template()))
        .max_keys(i32::try_from(MAX_FILES).unwrap_or(i32::MAX))
        .send()
        .await
        .map_err(failure("s3:ListObjectsV2"))?;
    let objects = answer.contents.unwrap_or_default().into_iter();
    let files = objects.filter_map(|object| {
        let key = object.key.filter(|key| !key.ends_with('/'))?;
        let etag = object.e_tag.unwrap_or_default();
        let etag = etag.trim_matches('"').to_owned();
        Some(Used { key, etag })
    });
    Ok(files.collect())
}
