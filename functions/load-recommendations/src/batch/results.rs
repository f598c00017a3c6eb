//! The results of a job in S3: which objects there are, their bytes, and where rejected lines go.

use aws_sdk_s3::{Client, primitives::ByteStream};
use shared::aws::{AwsError, failure};

use super::lines::Rejected;

/// Under this prefix of the data bucket Personalize writes all results.
pub(crate) const OUTPUT: &str = "batch/output/";
/// What the names of results end in.
const RESULT: &str = ".out";
/// What the names of copies of the failed lines end in; the results have these lines too.
const ERRORS: &str = "_errors.out";

/// An object with results.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Object {
    /// Its key.
    pub(crate) key: String,
    /// Its length in bytes.
    pub(crate) size: u64,
}

/// The data bucket.
pub(crate) struct Results<'a> {
    pub(crate) s3: &'a Client,
    pub(crate) bucket: &'a str,
}

impl Results<'_> {
    /// The objects with results under `prefix`, in the order of their keys.
    pub(crate) async fn objects(&self, prefix: &str) -> Result<Vec<Object>, AwsError> {
        let mut pages = self
            .s3
            .list_objects_v2()
            .bucket(self.bucket)
            .prefix(prefix)
            .into_paginator()
            .send();
        let mut objects = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(failure("s3:ListObjectsV2"))?;
            objects.extend(page.contents.into_iter().flatten().filter_map(|found| {
                let key = found.key?;
                let size = u64::try_from(found.size?).ok()?;
                is_result(&key).then_some(Object { key, size })
            }));
        }
        objects.sort_by(|a, b| a.key.cmp(&b.key));
        Ok(objects)
    }

    /// The bytes of an object from `offset` on.
    pub(crate) async fn bytes(&self, key: &str, offset: u64) -> Result<ByteStream, AwsError> {
        let answer = self
            .s3
            .get_object()
            .bucket(self.bucket)
            .key(key)
            .range(format!("bytes={offset}-"))
            .send()
            .await
            .map_err(failure("s3:GetObject"))?;
        Ok(answer.body)
    }

    /// Keeps the rejected lines of `object` that were read from `offset` on; where they are.
    pub(crate) async fn reject(
        &self,
        object: &str,
        offset: u64,
        rejected: &[Rejected],
    ) -> Result<String, AwsError> {
        let name = object.strip_prefix(OUTPUT).unwrap_or(object);
        let key = format!("rejected/load-recommendations/{name}-{offset}.jsonl");
        let lines: String = rejected
            .iter()
            .map(|one| {
                let line = serde_json::json!({
                    "object": object, "offset": one.offset, "reason": one.reason, "line": one.line
                });
                format!("{line}\n")
            })
            .collect();
        self.s3
            .put_object()
            .bucket(self.bucket)
            .key(&key)
            .content_type("application/x-ndjson")
            .body(lines.into_bytes().into())
            .send()
            .await
            .map_err(failure("s3:PutObject"))?;
        Ok(key)
    }
}

fn is_result(key: &str) -> bool {
    key.ends_with(RESULT) && !key.ends_with(ERRORS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_of_failed_lines_are_no_results() {
        assert!(is_result("batch/output/j/r/users.jsonl.out"));
        assert!(!is_result("batch/output/j/r/users.jsonl_errors.out"));
        assert!(!is_result("batch/output/j/r/_CHECK"));
    }
}
