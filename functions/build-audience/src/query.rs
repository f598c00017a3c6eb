//! The users that a query of Athena names.

use std::time::{Duration, Instant};

use aws_sdk_athena::types::QueryExecutionState;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{
    athena::{Execution, Queries},
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
#[derive(Debug)]
pub(crate) struct Question<'a, Q> {
    pub(crate) athena: &'a Q,
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
    question: &Question<'_, impl Queries>,
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
        Place::Running(id) => match question.outcome(id, until).await? {
            Outcome::Result(key, row) => (key, row),
            Outcome::Running(id) => return Ok(Some(Position::Query(Place::Running(id)))),
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

/// How a query is when time is up.
#[derive(Debug, PartialEq)]
enum Outcome {
    /// It runs, under this id.
    Running(String),
    /// The key of its result, and the first row.
    Result(String, table::Place),
}

impl<Q: Queries> Question<'_, Q> {
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

    /// Waits for the query `id` until `until`. One that was interrupted is asked again, also when an earlier
    /// call began it.
    async fn outcome(&self, mut id: String, until: Instant) -> Result<Outcome, AudienceError> {
        loop {
            match self.wait(&id, until).await {
                Ok(Some((key, row))) => return Ok(Outcome::Result(key, row)),
                Ok(None) => return Ok(Outcome::Running(id)),
                Err(error @ AudienceError::QueryInterrupted { .. }) => {
                    let other = self.start().await?;
                    if other == id {
                        return Err(error);
                    }
                    tracing::warn!(%error, "the query is asked again");
                    id = other;
                }
                Err(error) => return Err(error),
            }
        }
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

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    /// Queries `q0`, `q1`, ..., of which the first `lost` were interrupted and the others run.
    struct Fake {
        lost: usize,
        tokens: RefCell<Vec<String>>,
    }

    impl Queries for Fake {
        async fn start(&self, _: &str, token: &str) -> Result<String, AudienceError> {
            let mut tokens = self.tokens.borrow_mut();
            let known = tokens.iter().position(|known| known == token);
            let place = known.unwrap_or_else(|| {
                tokens.push(token.to_owned());
                tokens.len() - 1
            });
            Ok(format!("q{place}"))
        }

        async fn execution(&self, id: &str) -> Result<Execution, AudienceError> {
            let is_lost = id[1..].parse::<usize>().unwrap() < self.lost;
            Ok(Execution {
                state: match is_lost {
                    true => QueryExecutionState::Failed,
                    false => QueryExecutionState::Running,
                },
                scanned: 0,
                reason: "busy".to_owned(),
                retryable: is_lost,
                result: None,
            })
        }

        async fn stop(&self, _: &str) -> Result<(), AudienceError> {
            Ok(())
        }
    }

    /// What becomes of `q0`, which an earlier call began.
    async fn restored(lost: usize) -> Result<Outcome, AudienceError> {
        let config = aws_sdk_s3::Config::builder().behavior_version_latest();
        let question = Question {
            athena: &Fake {
                lost,
                tokens: RefCell::default(),
            },
            bucket: &Bucket {
                client: aws_sdk_s3::Client::from_conf(config.build()),
                name: "data".to_owned(),
            },
            sql: "SELECT user_id FROM t;",
            run: "r",
            most: 1,
        };
        question.outcome("q0".to_owned(), Instant::now()).await
    }

    #[tokio::test]
    async fn a_query_that_was_interrupted_is_asked_again() {
        let running = |id: &str| Outcome::Running(id.to_owned());
        assert_eq!(restored(0).await.unwrap(), running("q0"));
        assert_eq!(restored(2).await.unwrap(), running("q2"));
    }

    #[tokio::test]
    async fn a_query_that_is_interrupted_again_and_again_fails() {
        let failed = restored(100).await;
        assert!(matches!(
            failed,
            Err(AudienceError::QueryInterrupted { .. })
        ));
    }
}
