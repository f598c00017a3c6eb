//! What is set and stays: where events go, who is suppressed, who opted out.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{error::Error, fault::Fault, outbox::now, state::StateDir};

/// Addresses and numbers that a list takes.
const LIST: usize = 100_000;
const FILE: &str = "settings.json";

/// Where events of messages go, and where links lead. Nothing is required.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub(crate) struct Destinations {
    /// S3, SNS and Lambda, as `http://127.0.0.1:4566`.
    pub(crate) endpoint: String,
    pub(crate) region: Option<String>,
    pub(crate) evidence: Option<Evidence>,
    pub(crate) feedback: Option<Feedback>,
    pub(crate) links: Option<Links>,
}

/// Events of what was sent, as objects in S3.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Evidence {
    pub(crate) bucket: String,
    /// What keys begin with, as `messages/evidence/`.
    #[serde(default)]
    pub(crate) prefix: String,
    /// Seconds that events are gathered for: 1 to 900.
    #[serde(default = "four")]
    pub(crate) seconds: u64,
}

/// Bounces, complaints and answers, as messages of an SNS topic.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Feedback {
    pub(crate) topic_arn: String,
}

/// The function that answers under `/links/`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Links {
    /// Its name or ARN.
    pub(crate) function: String,
}

fn four() -> u64 {
    4
}

impl Destinations {
    /// # Errors
    /// When the endpoint is no URL or a bound is passed.
    pub(crate) fn check(&self) -> Result<(), Fault> {
        let url = self.endpoint.starts_with("http://") || self.endpoint.starts_with("https://");
        let anywhere = self.evidence.is_some() || self.feedback.is_some() || self.links.is_some();
        if anywhere && !url {
            return Err(Fault::bad("endpoint must be an http or https URL"));
        }
        if let Some(evidence) = &self.evidence
            && (!(1..=900).contains(&evidence.seconds) || evidence.bucket.is_empty())
        {
            return Err(Fault::bad(
                "evidence needs a bucket, and seconds from 1 to 900",
            ));
        }
        Ok(())
    }

    pub(crate) fn region(&self) -> String {
        self.region
            .clone()
            .unwrap_or_else(|| "us-east-1".to_owned())
    }
}

/// Why SES delivers nothing to an address.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub(crate) struct Suppression {
    /// `BOUNCE` or `COMPLAINT`.
    pub(crate) reason: String,
    pub(crate) at: Timestamp,
    /// The message that bounced or was complained of.
    pub(crate) message: Option<String>,
}

#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Settings {
    pub(crate) destinations: Destinations,
    /// By address in lower case.
    pub(crate) suppressed: BTreeMap<String, Suppression>,
    /// Since when, by phone number: the opt-out list `Default`.
    pub(crate) opted_out: BTreeMap<String, Timestamp>,
}

/// The settings of a running server.
#[derive(Debug)]
pub(crate) struct Kept {
    settings: Mutex<Settings>,
    state: Option<Arc<StateDir>>,
}

impl Kept {
    pub(crate) fn open(state: Option<Arc<StateDir>>) -> Result<Self, Error> {
        let settings = state.as_deref().map(|state| state.read(FILE));
        let settings = settings.transpose()?.flatten().unwrap_or_default();
        Ok(Self {
            settings: Mutex::new(settings),
            state,
        })
    }

    /// Asks.
    pub(crate) fn read<T>(&self, question: impl FnOnce(&Settings) -> T) -> T {
        question(&self.lock())
    }

    /// Changes: the change and its record on disk, or nothing.
    ///
    /// # Errors
    /// When it cannot be kept.
    pub(crate) fn change<T>(&self, change: impl FnOnce(&mut Settings) -> T) -> Result<T, Fault> {
        let mut settings = self.lock();
        let mut next = settings.clone();
        let answer = change(&mut next);
        if next.suppressed.len() > LIST || next.opted_out.len() > LIST {
            return Err(Fault::limit_exceeded(format!(
                "messaging-local keeps at most {LIST} suppressed addresses and opted-out numbers"
            )));
        }
        if let Some(state) = &self.state {
            state.replace(FILE, &next).map_err(Fault::internal)?;
        }
        *settings = next;
        Ok(answer)
    }

    /// Where events go.
    pub(crate) fn destinations(&self) -> Destinations {
        self.read(|settings| settings.destinations.clone())
    }

    /// Whether SES delivers nothing to an address.
    pub(crate) fn suppressed(&self, address: &str) -> bool {
        let address = address.to_lowercase();
        self.read(|settings| settings.suppressed.contains_key(&address))
    }

    /// Has SES deliver nothing to an address from now on.
    pub(crate) fn suppress(
        &self,
        address: &str,
        reason: &str,
        message: Option<String>,
    ) -> Result<(), Fault> {
        let suppression = Suppression {
            reason: reason.to_owned(),
            at: now(),
            message,
        };
        self.change(|settings| {
            settings
                .suppressed
                .insert(address.to_lowercase(), suppression);
        })
    }

    fn lock(&self) -> MutexGuard<'_, Settings> {
        self.settings.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
