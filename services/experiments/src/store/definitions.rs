//! The definitions, changed one writing at a time, and what was in force when.

use experiment::definition::Definitions;
use serde::{Deserialize, Serialize};
use shared::experiments::{Experiments, ExperimentsError, Versioned};

use super::Table;
use crate::error::ServiceError;

/// How often a change is tried when others write too.
const TRIES: u32 = 5;

/// A writing of the definitions.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Stored {
    /// Epoch seconds from which it was in force.
    from: i64,
    /// The definitions as text: read as a whole or not at all.
    definitions: String,
}

/// Definitions and the epoch second from which they were in force.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct InForce {
    /// From when on, in epoch seconds.
    pub(crate) from: i64,
    /// What is defined.
    pub(crate) definitions: Definitions,
}

/// The definitions and their history.
#[derive(Debug, Clone)]
pub(crate) struct DefinitionsStore {
    pub(crate) current: Experiments,
    pub(crate) table: Table,
}

impl DefinitionsStore {
    /// What is defined now.
    pub(crate) async fn read(&self) -> Result<Versioned, ServiceError> {
        Ok(self.current.read().await?)
    }

    /// Changes the definitions at `now` (epoch seconds); nothing is written when `change` changes nothing.
    /// It is called again when somebody else wrote in between.
    ///
    /// # Errors
    /// The change's own; [`ServiceError::Unsound`] when what it leaves behind is; the table's.
    pub(crate) async fn change<T>(
        &self,
        now: i64,
        change: impl Fn(&mut Definitions) -> Result<T, ServiceError>,
    ) -> Result<(T, Definitions), ServiceError> {
        let mut tries = 0;
        loop {
            let Versioned {
                version,
                definitions: before,
            } = self.read().await?;
            let mut after = before.clone();
            let answer = change(&mut after)?;
            if after == before {
                return Ok((answer, after));
            }
            let problems = experiment::validate::problems(&after);
            if !problems.is_empty() {
                let told = problems.iter().map(ToString::to_string);
                return Err(ServiceError::Unsound(told.collect()));
            }
            tries += 1;
            match self.current.write(&after, version).await {
                Ok(version) => {
                    self.remember(version, now, &after).await?;
                    return Ok((answer, after));
                }
                Err(ExperimentsError::Changed) if tries < TRIES => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// The writing `version`; none when whoever wrote it ended before it was remembered.
    pub(crate) async fn at(&self, version: u64) -> Result<Option<InForce>, ServiceError> {
        let key = key(version);
        let Some(stored) = self.table.get::<Stored>(&key).await? else {
            return Ok(None);
        };
        let definitions = serde_json::from_str(&stored.definitions);
        Ok(Some(InForce {
            from: stored.from,
            definitions: definitions.map_err(|error| shape(&key, &error))?,
        }))
    }

    /// Remembers that `definitions` are in force from `from` on.
    pub(crate) async fn remember(
        &self,
        version: u64,
        from: i64,
        definitions: &Definitions,
    ) -> Result<(), ServiceError> {
        let key = key(version);
        let definitions = serde_json::to_string(definitions);
        let stored = Stored {
            from,
            definitions: definitions.map_err(|error| shape(&key, &error))?,
        };
        self.table.put(&key, &stored).await
    }
}

fn key(version: u64) -> String {
    format!("definitions#{version}")
}

fn shape(key: &str, error: &serde_json::Error) -> ServiceError {
    ServiceError::Shape {
        place: format!("`{key}`"),
        message: error.to_string(),
    }
}
