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
    /// Whether a draft may want these models: others would leave campaigns behind that nobody deletes.
    ///
    /// # Errors
    /// When an earlier start made a campaign that is not among them.
    pub(crate) fn may_want(&self, wanted: &[Wanted]) -> Result<(), ServiceError> {
        let made = self
            .models
            .iter()
            .filter(|model| model.campaign_arn.is_some());
        let mut left = made.filter(|model| !wanted.contains(&model.wanted));
        match left.next() {
            None => Ok(()),
            Some(model) => Err(ServiceError::NotNow(format!(
                "the campaign {} was made for this draft by an earlier start: leave the arm's model as it is, or stop the draft, which deletes the campaign, and take another id",
                model.wanted.campaign
            ))),
        }
    }

    /// Wants these models; those that were wanted before stay as far as they are.
    pub(crate) fn want(&mut self, wanted: Vec<Wanted>) {
        let before = std::mem::take(&mut self.models);
        let models = wanted.into_iter().map(|wanted| {
            let known = before.iter().find(|model| model.wanted == wanted).cloned();
            known.unwrap_or(Model {
                wanted,
                solution_version_arn: None,
                campaign_arn: None,
                stage: Stage::Wanted,
            })
        });
        self.models = models.collect();
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

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(arm: &str) -> Wanted {
        Wanted {
            arm: arm.to_owned(),
            solution: "taste".to_owned(),
            campaign: format!("a-{arm}"),
            min_provisioned_tps: 1,
        }
    }

    #[test]
    fn a_campaign_that_was_made_is_not_forgotten() {
        let mut record = Record::default();
        record.want(vec![wanted("new")]);
        assert!(record.may_want(&[]).is_ok(), "nothing was made yet");
        record.models[0].campaign_arn = Some("arn".to_owned());
        record.want(vec![wanted("new"), wanted("newer")]);
        assert_eq!(record.models[0].campaign_arn.as_deref(), Some("arn"));
        let refused = record.may_want(&[wanted("newer")]).unwrap_err().to_string();
        assert!(refused.contains("a-new"), "{refused}");
    }

    #[test]
    fn only_the_last_events_are_kept() {
        let mut record = Record::default();
        (0..200).for_each(|at| record.happened(at, "x"));
        assert_eq!(record.events.len(), EVENTS_MAX);
        assert_eq!(record.events[0].at, 100);
    }
}
