//! What the service remembers of an experiment beside its definition: the models of its arms, and what
//! happened to it and why.

use serde::{Deserialize, Serialize};
use shared::experiments::ExperimentsError;

use super::Table;
use crate::{definition::define::Wanted, error::ServiceError};

/// How many of the last events are kept.
const EVENTS_MAX: usize = 100;
/// How often a change is tried when others write too.
const TRIES: u32 = 5;

/// What is remembered.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Record {
    /// The models of its arms.
    #[serde(default)]
    pub(crate) models: Vec<Model>,
    /// What happened, oldest first.
    #[serde(default)]
    pub(crate) events: Vec<Event>,
}

/// A model that is made for an arm, and how far it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Model {
    /// What is made.
    #[serde(flatten)]
    pub(crate) wanted: Wanted,
    /// Set once its training was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) solution_version_arn: Option<String>,
    /// Set before the campaign is asked for: nothing without it was made by us, nor is deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) campaign_arn: Option<String>,
    /// How far it is.
    #[serde(default)]
    pub(crate) stage: Stage,
}

/// How far a model is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Stage {
    /// It is being made, or waits to be.
    #[default]
    Wanted,
    /// Its campaign answers.
    Ready,
    /// Its campaign was deleted.
    Gone,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Event {
    /// Epoch seconds.
    pub(crate) at: i64,
    /// What and why, for a person.
    pub(crate) text: String,
}

impl Record {
    /// A record of what the arms wait for.
    pub(crate) fn waiting_for(wanted: Vec<Wanted>) -> Self {
        let models = wanted.into_iter().map(|wanted| Model {
            wanted,
            solution_version_arn: None,
            campaign_arn: None,
            stage: Stage::Wanted,
        });
        Self {
            models: models.collect(),
            events: Vec::new(),
        }
    }

    /// Whether every model answers.
    pub(crate) fn is_ready(&self) -> bool {
        self.models.iter().all(|model| model.stage == Stage::Ready)
    }

    /// Remembers that something happened at `at`.
    pub(crate) fn happened(&mut self, at: i64, text: impl Into<String>) {
        let text = text.into();
        self.events.push(Event { at, text });
        let surplus = self.events.len().saturating_sub(EVENTS_MAX);
        self.events.drain(..surplus);
    }
}

/// The records.
#[derive(Debug, Clone)]
pub(crate) struct Records(pub(crate) Table);

/// A record and which writing of it.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Versioned {
    version: u64,
    #[serde(flatten)]
    record: Record,
}

impl Records {
    /// The record of the experiment `id`; an empty one when there is none.
    pub(crate) async fn get(&self, id: &str) -> Result<Record, ServiceError> {
        Ok(self.versioned(id).await?.record)
    }

    /// Changes the record; `change` is called again when somebody else wrote in between.
    pub(crate) async fn change(
        &self,
        id: &str,
        change: impl Fn(&mut Record),
    ) -> Result<Record, ServiceError> {
        for _ in 0..TRIES {
            let mut found = self.versioned(id).await?;
            let before = found.version;
            change(&mut found.record);
            found.version += 1;
            if self.0.put_after(&key(id), before, &found).await? {
                return Ok(found.record);
            }
        }
        Err(ExperimentsError::Changed.into())
    }

    /// Remembers that something happened to the experiment.
    pub(crate) async fn happened(&self, id: &str, at: i64, text: &str) -> Result<(), ServiceError> {
        self.change(id, |record| record.happened(at, text)).await?;
        Ok(())
    }

    async fn versioned(&self, id: &str) -> Result<Versioned, ServiceError> {
        Ok(self.0.get(&key(id)).await?.unwrap_or_default())
    }
}

fn key(id: &str) -> String {
    format!("experiment#{id}")
}
