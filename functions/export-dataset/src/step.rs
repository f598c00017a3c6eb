//! One event, one step.

use aws_config::SdkConfig;
use serde::{Deserialize, Serialize};
use shared::{
    config::DatasetType,
    environment::{or, required},
    estate::EstateSource,
    metrics::{Unit, emit},
    operations::ImportMode,
};

use crate::{
    athena::Athena,
    bucket::Bucket,
    declared::Declared,
    error::ExportError,
    execution::{Execution, Progress},
    start::start,
    take::{self, Taken},
    window::Window,
};

/// What the workflow asks for.
#[derive(Debug, Deserialize)]
#[serde(
    tag = "step",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub(crate) enum Event {
    /// What is to be exported.
    List {
        /// For which imports.
        import_mode: ImportMode,
    },
    /// Starts a query.
    Start {
        /// Of this dataset.
        dataset: DatasetType,
        /// For which imports.
        import_mode: ImportMode,
        /// The workflow's execution.
        run: String,
    },
    /// Says how far a query is.
    Check {
        /// Of this dataset.
        dataset: DatasetType,
        /// As `start` answered.
        query_execution_id: String,
    },
    /// Takes its result.
    Take {
        /// Into this dataset.
        dataset: DatasetType,
        /// For which imports.
        import_mode: ImportMode,
        /// The workflow's execution; it names the files.
        run: String,
        /// As `start` answered.
        query_execution_id: String,
        /// As `start` answered.
        window: Window,
    },
}

/// What the workflow gets.
#[derive(Debug, Serialize)]
#[serde(untagged, rename_all_fields = "camelCase")]
pub(crate) enum Answer {
    /// Of `list`.
    Datasets {
        /// Those with a query for the mode, metadata first.
        datasets: Vec<Listed>,
    },
    /// Of `start`.
    Started {
        /// The dataset.
        dataset: DatasetType,
        /// The query's id.
        query_execution_id: String,
        /// What it covers.
        window: Window,
    },
    /// Of `check`.
    Checked {
        /// How far the query is.
        state: Progress,
        /// Bytes that it has scanned.
        bytes_scanned: u64,
        /// Why it is in its state, in Athena's words.
        reason: Option<String>,
    },
    /// Of `take`.
    Taken(Taken),
}

/// A dataset to export.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Listed {
    dataset: DatasetType,
}

/// The function.
#[derive(Debug)]
pub(crate) struct ExportDataset {
    /// None in a deployment that has nothing to ask.
    athena: Option<Athena>,
    bucket: Bucket,
    source: EstateSource,
}

impl ExportDataset {
    /// Makes the clients; asks nothing yet.
    ///
    /// # Errors
    /// When a variable is missing.
    pub(crate) fn from_environment(config: &SdkConfig) -> Result<Self, ExportError> {
        let workgroup = Some(or("ATHENA_WORKGROUP", "")).filter(|name| !name.is_empty());
        let output = required("ATHENA_OUTPUT")?;
        Ok(Self {
            athena: workgroup.map(|workgroup| Athena {
                client: aws_sdk_athena::Client::new(config),
                workgroup,
                output,
            }),
            bucket: Bucket {
                client: aws_sdk_s3::Client::new(config),
                name: required("DATA_BUCKET")?,
            },
            source: EstateSource::from_environment(config)?,
        })
    }

    /// Does one step.
    ///
    /// # Errors
    /// As [`ExportError`] says.
    pub(crate) async fn run(&self, event: Event) -> Result<Answer, ExportError> {
        let (athena, estate) = match (&self.athena, &event) {
            (Some(athena), _) => (athena, self.source.open().await?),
            (None, Event::List { .. }) => return Ok(Answer::datasets(&[])),
            (None, _) => return Err(ExportError::NoAthena),
        };
        let config = &estate.config;
        match event {
            Event::List { import_mode } => {
                Ok(Answer::datasets(&Declared::all(config, import_mode)))
            }
            Event::Start {
                dataset,
                import_mode,
                run,
            } => {
                let declared = Declared::of(config, dataset, import_mode)?;
                let (query_execution_id, window) = start(athena, &estate, &declared, run).await?;
                Ok(Answer::Started {
                    dataset,
                    query_execution_id,
                    window,
                })
            }
            Event::Check {
                dataset,
                query_execution_id,
            } => {
                let most = config.exports.max_bytes_scanned;
                check(athena, dataset, most, &query_execution_id).await
            }
            Event::Take {
                dataset,
                import_mode,
                run,
                query_execution_id,
                window,
            } => {
                let declared = Declared::of(config, dataset, import_mode)?;
                let execution = athena.execution(&query_execution_id).await?;
                let most = config.exports.max_bytes_scanned;
                if execution.progress(dataset, most)? == Progress::Running {
                    return Err(ExportError::Unfinished {
                        id: query_execution_id,
                    });
                }
                let taken = take::take(&self.bucket, &declared, &run, &execution).await?;
                take::settle(&estate.operations, &declared, &run, window, &taken).await?;
                report(&taken, &execution);
                Ok(Answer::Taken(taken))
            }
        }
    }
}

impl Answer {
    fn datasets(declared: &[Declared<'_>]) -> Self {
        let listed = |one: &Declared<'_>| Listed {
            dataset: one.dataset,
        };
        Self::Datasets {
            datasets: declared.iter().map(listed).collect(),
        }
    }
}

/// How far the query `id` is; stops it when it has scanned more than `most` bytes.
async fn check(
    athena: &Athena,
    dataset: DatasetType,
    most: u64,
    id: &str,
) -> Result<Answer, ExportError> {
    let execution = athena.execution(id).await?;
    let state = match execution.progress(dataset, most) {
        Err(error @ ExportError::TooMuchScanned { .. }) if execution.is_running() => {
            athena.stop(id).await?;
            return Err(error);
        }
        state => state?,
    };
    Ok(Answer::Checked {
        state,
        bytes_scanned: execution.bytes_scanned,
        reason: execution.reason,
    })
}

/// Numbers of rows, bytes and seconds are far below 2^53: exact as f64.
#[allow(clippy::cast_precision_loss)]
fn report(taken: &Taken, execution: &Execution) {
    let seconds = execution.submitted_at.map_or(0, |at| (now() - at).max(0));
    let dimensions = [("dataset", taken.dataset.name())];
    let data = [
        ("RowsExported", Unit::Count, taken.rows as f64),
        ("RowsRejected", Unit::Count, taken.rejected as f64),
        ("BytesScanned", Unit::None, taken.bytes_scanned as f64),
        ("ExportSeconds", Unit::None, seconds as f64),
    ];
    emit("export-dataset", &dimensions, &data);
}

fn now() -> i64 {
    jiff::Timestamp::now().as_second()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_workflow_s_events_are_understood() {
        let event = |value| serde_json::from_value::<Event>(value);
        let window = json!({"from": 0, "until": 60});
        let taken = event(
            json!({"step": "take", "dataset": "items", "importMode": "FULL",
            "run": "r", "queryExecutionId": "q", "window": window}),
        );
        assert!(matches!(
            taken.unwrap(),
            Event::Take {
                window: Window { from: 0, until: 60 },
                import_mode: ImportMode::Full,
                ..
            }
        ));
        let checked = event(json!({"step": "check", "dataset": "users", "queryExecutionId": "q"}));
        assert!(matches!(checked.unwrap(), Event::Check { .. }));
        assert!(event(json!({"step": "list", "importMode": "PARTIAL"})).is_err());
        assert!(event(json!({"step": "start", "dataset": "actions"})).is_err());
    }

    #[test]
    fn answers_have_the_members_that_the_workflow_reads() {
        let answer = |answer| serde_json::to_value::<Answer>(answer).unwrap();
        let datasets = vec![Listed {
            dataset: DatasetType::Interactions,
        }];
        let listed = answer(Answer::Datasets { datasets });
        assert_eq!(listed, json!({"datasets": [{"dataset": "interactions"}]}));
        let checked = answer(Answer::Checked {
            state: Progress::Running,
            bytes_scanned: 7,
            reason: None,
        });
        let expected = json!({"state": "RUNNING", "bytesScanned": 7, "reason": null});
        assert_eq!(checked, expected);
        let started = answer(Answer::Started {
            dataset: DatasetType::Items,
            query_execution_id: "q".to_owned(),
            window: Window { from: 0, until: 60 },
        });
        let window = json!({"from": 0, "until": 60});
        let expected = json!({"dataset": "items", "queryExecutionId": "q", "window": window});
        assert_eq!(started, expected);
    }
}
