//! Delivering a batch that waited: whether it still may be, to the tracker of today, and what of it
//! Personalize will never take.

use std::{sync::Arc, time::Duration};

use aws_config::SdkConfig;
use interactions::{
    Interaction, NotTaken, Personalize, Settings, SettingsError, SettingsReader, Tracker, Visit,
};
use jiff::Timestamp;
use shared::{
    environment::{self, MissingVariable},
    estate::EstateSource,
    fault::{Fault, FaultKind},
    refreshed::Refreshed,
    visitor::{Memories, VisitorError},
};

/// How old the settings may grow.
const SETTINGS_AGE: Duration = Duration::from_secs(60);
/// How often a tracker that was not there is looked up.
const MISSING_AGE: Duration = Duration::from_secs(5);

/// And for how long.
const MISSING_WITHIN: Duration = Duration::from_secs(5);

/// An interaction that Personalize will never take.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Refused {
    /// What.
    pub(crate) event: Interaction,
    /// Personalize's reason.
    pub(crate) reason: String,
}

/// What became of a batch.
#[derive(Debug, PartialEq)]
pub(crate) enum Outcome {
    /// All is done that can be.
    Done {
        /// How many interactions Personalize took, or had.
        delivered: usize,
        /// Those it never will.
        refused: Vec<Refused>,
    },
    /// The visitor does not want it.
    Withheld,
    /// It may be done later.
    Later {
        /// Why not now.
        reason: String,
        /// Whether any other batch would fail the same way.
        all_would_fail: bool,
    },
}

/// What both forms of the program deliver with.
pub(crate) struct Redelivery {
    settings: Refreshed<SettingsReader>,
    memories: Memories,
    personalize: Personalize,
}

impl Redelivery {
    /// Makes the clients; asks nothing yet.
    pub(crate) fn from_environment(config: &SdkConfig) -> Result<Self, MissingVariable> {
        let settings = SettingsReader(EstateSource::from_environment(config)?);
        let dynamodb = aws_sdk_dynamodb::Client::new(config);
        Ok(Self {
            settings: Refreshed::new(settings, SETTINGS_AGE),
            memories: Memories::new(dynamodb, environment::required("LISTS_TABLE")?),
            personalize: Personalize::new(config),
        })
    }

    /// What is declared now.
    pub(crate) async fn settings(&self) -> Result<Arc<Settings>, SettingsError> {
        let settings = self.settings.get().await?;
        match settings.tracker {
            Tracker::NotThere => Ok(self
                .settings
                .renewed(settings, MISSING_AGE, MISSING_WITHIN)
                .await),
            Tracker::Undeclared | Tracker::Id(_) => Ok(settings),
        }
    }

    /// Whether the visitor under `key` lets their events be used, as of now.
    pub(crate) async fn agreed(&self, key: &str) -> Result<bool, NotTaken> {
        let memory = self.memories.get(key).await;
        let memory = memory.map_err(|error| {
            tracing::warn!(%error, "consent is not known");
            not_remembered("it is not known whether the visitor agreed", &error)
        });
        Ok(memory?.agreed())
    }

    /// Delivers `events` of `visit` (at most [`interactions::BATCH`]); with `remember` the visitor's
    /// memory is changed too.
    pub(crate) async fn batch(
        &self,
        visit: &Visit,
        events: &[Interaction],
        remember: bool,
    ) -> Outcome {
        let settings = match self.settings().await {
            Ok(settings) => settings,
            Err(error) => {
                tracing::warn!(%error, "the settings are not known");
                return later(NotTaken::unready("the settings could not be read"));
            }
        };
        let key = visit.key();
        match self.agreed(&key).await {
            Ok(true) => {}
            Ok(false) => return Outcome::Withheld,
            Err(not_taken) => return later(not_taken),
        }
        let put = async |events: &[Interaction]| match &settings.tracker {
            Tracker::Undeclared => Ok(()),
            Tracker::NotThere => Err(NotTaken::unready("the event tracker does not exist yet")),
            Tracker::Id(id) => self.personalize.put(id, visit, events).await,
        };
        let refused = match put_all(events, put).await {
            Ok(refused) => refused,
            Err(not_taken) => return later(not_taken),
        };
        if remember && let Err(not_taken) = self.remember(&key, events, &settings).await {
            return later(not_taken);
        }
        Outcome::Done {
            delivered: events.len() - refused.len(),
            refused,
        }
    }

    async fn remember(
        &self,
        key: &str,
        events: &[Interaction],
        settings: &Settings,
    ) -> Result<(), NotTaken> {
        let bought = events
            .iter()
            .filter(|event| settings.serving.buys(&event.event_type));
        let bought: Vec<String> = bought.filter_map(|event| event.item_id.clone()).collect();
        let now = Timestamp::now().as_second();
        let changed = self.memories.changed(key, &bought, now).await;
        changed.map(|_| ()).map_err(|error| {
            tracing::warn!(%error, "a visitor's lists are stale for longer");
            not_remembered("the visitor's memory could not be written", &error)
        })
    }
}

/// A table that does not answer fails all; what is stored of one visitor concerns nobody else.
fn not_remembered(reason: &str, error: &VisitorError) -> NotTaken {
    NotTaken {
        reason: reason.to_owned(),
        all_would_fail: error.kind() == FaultKind::Retryable,
    }
}

fn later(not_taken: NotTaken) -> Outcome {
    Outcome::Later {
        reason: not_taken.reason,
        all_would_fail: not_taken.all_would_fail,
    }
}

/// Puts `events` together and, when Personalize finds something wrong with them, one by one, so that
/// one wrong event does not take the others with it. Gives those that are wrong.
async fn put_all(
    events: &[Interaction],
    put: impl AsyncFn(&[Interaction]) -> Result<(), NotTaken>,
) -> Result<Vec<Refused>, NotTaken> {
    let whole = match put(events).await {
        Err(not_taken) if !not_taken.all_would_fail => not_taken,
        taken => return taken.map(|()| Vec::new()),
    };
    let mut refused = Vec::new();
    for event in events {
        let taken = match events.len() {
            1 => Err(whole.clone()),
            _ => put(std::slice::from_ref(event)).await,
        };
        match taken {
            Ok(()) => {}
            Err(not_taken) if not_taken.all_would_fail => return Err(not_taken),
            Err(not_taken) => refused.push(Refused {
                event: event.clone(),
                reason: not_taken.reason,
            }),
        }
    }
    Ok(refused)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn views(ids: &[&str]) -> Vec<Interaction> {
        let view = |id: &&str| {
            let view = json!({"eventId": id, "eventType": "view", "itemId": "a", "sentAt": 1});
            serde_json::from_value(view).unwrap()
        };
        ids.iter().map(view).collect()
    }

    /// A Personalize that finds the event `bad` wrong.
    async fn put(events: &[Interaction]) -> Result<(), NotTaken> {
        match events.iter().any(|event| event.event_id == "bad") {
            true => Err(NotTaken {
                reason: "InvalidInputException".to_owned(),
                all_would_fail: false,
            }),
            false => Ok(()),
        }
    }

    #[tokio::test]
    async fn one_wrong_event_does_not_take_the_others_with_it() {
        for events in [views(&["a", "bad", "b"]), views(&["bad"])] {
            let refused = put_all(&events, put).await.unwrap();
            let ids: Vec<_> = refused
                .iter()
                .map(|one| one.event.event_id.as_str())
                .collect();
            assert_eq!(ids, ["bad"]);
        }
        assert_eq!(put_all(&views(&["a"]), put).await, Ok(Vec::new()));
    }

    #[tokio::test]
    async fn nothing_is_refused_by_a_personalize_that_is_down() {
        let down = async |_: &[Interaction]| Err(NotTaken::unready("Timeout"));
        assert!(put_all(&views(&["a", "b"]), down).await.is_err());
    }
}
