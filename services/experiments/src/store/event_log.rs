//! The event log in the data bucket, as `track` writes it: a folder a day, an object a call, named by
//! its moment (UUID version 7).

use aws_sdk_s3::Client;
use shared::aws::failure;

use super::Objects;
use crate::error::ServiceError;

/// How many keys are listed at a time.
const PAGE: i32 = 1_000;

/// The log.
#[derive(Debug, Clone)]
pub(crate) struct EventLog(pub(crate) Objects);

/// Keys in their order, and whether there are more.
#[derive(Debug)]
pub(crate) struct Page {
    /// The keys.
    pub(crate) keys: Vec<String>,
    /// Whether the day has more.
    pub(crate) more: bool,
}

impl EventLog {
    /// The keys under `prefix` after `after`.
    pub(crate) async fn list(
        &self,
        prefix: &str,
        after: Option<&str>,
    ) -> Result<Page, ServiceError> {
        let client: &Client = &self.0.client;
        let answer = client
            .list_objects_v2()
            .bucket(&self.0.bucket)
            .prefix(prefix)
            .set_start_after(after.map(str::to_owned))
            .max_keys(PAGE)
            .send()
            .await
            .map_err(failure("s3:ListObjectsV2"))?;
        let more = answer.is_truncated.unwrap_or_default();
        let objects = answer.contents.unwrap_or_default().into_iter();
        let keys = objects.filter_map(|object| object.key).collect();
        Ok(Page { keys, more })
    }

    /// The object under `key`; none when it was compacted since it was listed.
    pub(crate) async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, ServiceError> {
        self.0.get(key).await
    }
}
