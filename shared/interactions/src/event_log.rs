//! Writing the event log: one S3 object an append, one JSON line an interaction, by day of receipt (UTC).
//! It is the record of what was accepted, whatever becomes of it afterwards.

use jiff::Timestamp;
use shared::{
    aws::AwsError,
    direct::Bucket,
    fault::{Fault, FaultKind},
};
use uuid::Uuid;

use crate::{line::Line, log::new_key};

/// The log, under `events/` of the data bucket.
#[derive(Debug)]
pub struct EventLog(Bucket);

/// The log did not take lines.
#[derive(Debug, thiserror::Error)]
#[error("the event log s3://{bucket}/{key} cannot be written: {source}")]
pub struct NotLogged {
    bucket: String,
    key: String,
    source: AwsError,
}

impl Fault for NotLogged {
    fn kind(&self) -> FaultKind {
        self.source.kind()
    }
}

impl EventLog {
    /// In `bucket`, the data bucket.
    #[must_use]
    pub fn new(bucket: Bucket) -> Self {
        Self(bucket)
    }

    /// Writes `lines`, in their order, as an object of their own, and gives its key. The bucket encrypts
    /// it by its own key.
    ///
    /// # Errors
    /// When S3 does not take it.
    pub async fn append(&self, lines: &[Line], received: Timestamp) -> Result<String, NotLogged> {
        let key = new_key(received, Uuid::now_v7());
        let put = self.0.put(&key, "application/x-ndjson", text(lines)).await;
        match put {
            Ok(()) => Ok(key),
            Err(source) => Err(NotLogged {
                bucket: self.0.name().to_owned(),
                key,
                source,
            }),
        }
    }
}

fn text(lines: &[Line]) -> Vec<u8> {
    let mut text = Vec::new();
    for line in lines {
        // Strings and finite numbers: there is nothing JSON could not hold.
        if let Ok(json) = serde_json::to_vec(line) {
            text.extend(json);
            text.push(b'\n');
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Identified, line::Line};

    #[test]
    fn every_line_ends() {
        let line = |n: i64| {
            let identified = Identified::new("s".to_owned(), "u".to_owned(), n);
            Line::Identified(identified)
        };
        let text = String::from_utf8(text(&[line(1), line(2)])).unwrap();
        assert_eq!(text.lines().count(), 2);
        assert!(text.ends_with("\"receivedAt\":2}\n"));
    }
}
