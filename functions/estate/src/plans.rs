//! Plans as they are kept: in the data bucket, so that a workflow applies the one that was shown.

use aws_sdk_s3::{Client, primitives::ByteStream};
use serde::{Deserialize, Serialize};
use shared::aws::failure;

use crate::{
    error::EstateError,
    plan::{Mode, Plan},
};

/// The largest plan that is read.
const MAX_BYTES: i64 = 8 * 1024 * 1024;

/// A plan as it is kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Kept {
    /// [`Plan::id`].
    pub(crate) id: String,
    pub(crate) mode: Mode,
    /// In UTC, to the second.
    pub(crate) made_at: String,
    pub(crate) plan: Plan,
}

impl Kept {
    /// `plan`, made now.
    pub(crate) fn new(plan: Plan, mode: Mode) -> Self {
        Self {
            id: plan.id(),
            mode,
            made_at: format!("{:.0}", jiff::Timestamp::now()),
            plan,
        }
    }

    /// Reads a kept plan; `origin` names it in messages.
    pub(crate) fn parse(origin: &str, bytes: &[u8]) -> Result<Self, EstateError> {
        let wrong = |message: String| EstateError::NotAPlan {
            origin: origin.to_owned(),
            message,
        };
        let kept: Self = serde_json::from_slice(bytes).map_err(|error| wrong(error.to_string()))?;
        if kept.id == kept.plan.id() {
            Ok(kept)
        } else {
            Err(wrong("it was changed after it was made".to_owned()))
        }
    }

    /// As JSON.
    pub(crate) fn json(&self) -> String {
        format!("{:#}\n", serde_json::json!(self))
    }
}

/// The plans of a data bucket.
#[derive(Debug, Clone)]
pub(crate) struct Plans {
    pub(crate) s3: Client,
    pub(crate) bucket: String,
}

impl Plans {
    /// Keeps a plan beside the same in words; the keys of both.
    pub(crate) async fn keep(
        &self,
        kept: &Kept,
        words: String,
    ) -> Result<[String; 2], EstateError> {
        let keys = [key(&kept.id, "json"), key(&kept.id, "txt")];
        let contents = [
            (kept.json(), "application/json"),
            (words, "text/plain; charset=utf-8"),
        ];
        for (key, (content, content_type)) in keys.iter().zip(contents) {
            self.s3
                .put_object()
                .bucket(&self.bucket)
                .key(key)
                .content_type(content_type)
                .body(ByteStream::from(content.into_bytes()))
                .send()
                .await
                .map_err(failure("s3:PutObject"))?;
        }
        Ok(keys)
    }

    /// The plan `id`.
    pub(crate) async fn read(&self, id: &str) -> Result<Kept, EstateError> {
        let key = key(id, "json");
        let origin = format!("s3://{}/{key}", self.bucket);
        let wrong = |message: String| EstateError::NotAPlan {
            origin: origin.clone(),
            message,
        };
        if id.is_empty() || !id.chars().all(|c| c.is_ascii_hexdigit()) {
            return Err(wrong("an id has hexadecimal digits only".to_owned()));
        }
        let object = self
            .s3
            .get_object()
            .bucket(&self.bucket)
            .key(&key)
            .send()
            .await
            .map_err(failure("s3:GetObject"));
        let object = match object {
            Err(error) if error.is_not_found() => return Err(wrong("it is not there".to_owned())),
            object => object?,
        };
        if object.content_length().unwrap_or(0) > MAX_BYTES {
            return Err(wrong(format!("it has more than {MAX_BYTES} bytes")));
        }
        let body = object.body.collect().await;
        let bytes = body.map_err(|error| wrong(format!("the download broke off: {error}")))?;
        Kept::parse(&origin, &bytes.into_bytes())
    }
}

fn key(id: &str, extension: &str) -> String {
    format!("reports/estate/plans/{id}.{extension}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_that_was_tampered_with_is_refused() {
        let kept = Kept::new(Plan::default(), Mode::Apply);
        assert!(Kept::parse("p", kept.json().as_bytes()).is_ok());
        let tampered = kept
            .json()
            .replace("\"estate\": \"\"", "\"estate\": \"other\"");
        let message = Kept::parse("p", tampered.as_bytes())
            .unwrap_err()
            .to_string();
        assert!(message.contains("changed after"), "{message}");
    }
}
