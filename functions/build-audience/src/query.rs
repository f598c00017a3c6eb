//! The users that a query of Athena names.

use std::time::{Duration, Instant};

use aws_sdk_athena::types::QueryExecutionState;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{
    athena::{Athena, Execution},
    bucket::Bucket,
    crowd::Crowd,
    cursor::Position,
    error::AudienceError,
    table::{self, Kind, Table},
};

const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// How far a query is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Place {
    /// It runs, under this id.
    Running(String),
    /// Its result is being read.
    #[serde(rename_all = "camelCase")]
    Reading {
        /// In the data bucket.
        key: String,
        /// The next row.
        row: table::Place,
    },
}

/// What is asked, and where.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Question<'a> {
    pub(crate) athena: &'a Athena,
    pub(crate) bucket: &'a Bucket,
    pub(crate) sql: &'a str,
    /// The run: it asks once.
    pub(crate) run: &'a str,
    /// Bytes that the query may scan.
    pub(crate) most: u64,
}

/// Takes the users of the query from `position` on until `until`; gives where it stopped, or nothing at the
/// end.
///
/// # Errors
/// When the query fails, scans too much, has no column `user_id`, or a service does not answer.
pub(crate) async fn read(
    question: &Question<'_>,
    position: Option<Position>,
    crowd: &mut Crowd<'_>,
    until: Instant,
) -> Result<Option<Position>, AudienceError> {
    let place = match position {
        None => Place::Running(question.start().await?),
        Some(Position::Query(place)) => place,
        Some(_) => return Err(AudienceError::OtherAudience),
    };
    let (key, row) = match place {
        Place::Reading { key, row } => (key, row),
        Place::Running(id) => match question.wait(&id, until).await? {
            Some(result) => result,
            None => return Ok(Some(Position::Query(Place::Running(id)))),
        },
    };
    let table = Table {
        bucket: question.bucket,
        key: &key,
    };
    let rest = table.read(row, crowd, until).await?;
    Ok(rest.map(|row| {
        let key = key.clone();
        Position::Query(Place::Reading { key, row })
    }))
}

impl Question<'_> {
    /// A query that failed is asked for again under another name: Athena answers a repeated one with the
    /// query that it has.
    async fn start(&self) -> Result<String, AudienceError> {
        let mut failed = 0;
        loop {
            let id = self
                .athena
                .start(self.statement(), &self.token(failed))
                .await?;
            let execution = self.athena.execution(&id).await?;
            let is_lost = execution.state == QueryExecutionState::Failed && execution.retryable;
            if !is_lost || failed >= 9 {
                return Ok(id);
            }
            failed += 1;
        }
    }

    fn statement(&self) -> &str {
        self.sql.trim().trim_end_matches(';').trim_end()
    }

    fn token(&self, failed: u32) -> String {
        let mut hash = Sha256::new();
        for part in [self.run, self.statement(), &failed.to_string()] {
            // With its length, so that no two lists of parts are the same bytes.
            hash.update(part.len().to_le_bytes());
            hash.update(part);
        }
        let digest = hash.finalize();
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Waits for the query until `until`; its result when it has one.
    async fn wait(
        &self,
        id: &str,
        until: Instant,
    ) -> Result<Option<(String, table::Place)>, AudienceError> {
        let mut pause = FIRST_PAUSE;
        loop {
            let execution = self.athena.execution(id).await?;
            if execution.scanned > self.most {
                self.athena.stop(id).await.unwrap_or_else(|error| {
                    tracing::warn!(%error, "the query was not stopped");
                });
                return Err(AudienceError::TooMuchScanned {
                    bytes: execution.scanned,
                    most: self.most,
                });
            }
            match execution.state {
                QueryExecutionState::Succeeded => return self.result(&execution).await.map(Some),
                QueryExecutionState::Failed if execution.retryable => {
                    return Err(AudienceError::QueryInterrupted {
                        reason: execution.reason,
                    });
                }
                QueryExecutionState::Failed | QueryExecutionState::Cancelled => {
                    return Err(AudienceError::Query {
                        reason: execution.reason,
                    });
                }
                _ if Instant::now() + pause >= until => return Ok(None),
                _ => tokio::time::sleep(pause).await,
            }
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    async fn result(&self, execution: &Execution) -> Result<(String, table::Place), AudienceError> {
        let location = execution.result.as_deref().unwrap_or_default();
        let ours = format!("s3://{}/", self.bucket.name);
        let key = location.strip_prefix(&ours);
        let Some(key) = key.filter(|key| key.ends_with(".csv")) else {
            return Err(AudienceError::NoResult);
        };
        let head = match self.bucket.head(key).await {
            Err(error) if error.is_not_found() => return Err(AudienceError::NoResult),
            head => head?,
        };
        let table = Table {
            bucket: self.bucket,
            key,
        };
        Ok((key.to_owned(), table.start(head, Kind::Csv).await?))
    }
}
