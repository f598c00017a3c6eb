//! Delivering a batch that waited: whether it still may be, to the tracker of today, and what of it
//! Personalize will never take.

use std::{sync::Arc, time::Duration};

use aws_config::SdkConfig;
use interactions::{
    Interaction, NotTaken, Personalize, Refused, Settings, SettingsError, SettingsReader, Tracker,
    Visit, put_all,
};
use jiff::Timestamp;
use shared::{
    direct::{Access, DynamoDb},
    environment::{self, MissingVariable},
    estate::EstateSource,
    fault::{Fault, FaultKind},
    refreshed::Refreshed,
    visitor::{Memories, Names, Purchase, VisitorError},
};

/// How old the settings may grow.
const SETTINGS_AGE: Duration = Duration::from_secs(60);
/// How often a tracker that was not there is looked up.
const MISSING_AGE: Duration = Duration::from_secs(5);

/// And for how long.
const MISSING_WITHIN: Duration = Duration::from_secs(5);

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
        let access = Access::new(config);
        let settings = SettingsReader(EstateSource::from_environment(&access)?);
        Ok(Self {
            settings: Refreshed::new(settings, SETTINGS_AGE),
            memories: Memories::new(
                DynamoDb::new(&access),
                environment::required("LISTS_TABLE")?,
            ),
            personalize: Personalize::new(&access),
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

    /// Whether the visitor lets their events be used under all of `names`, as of now.
    pub(crate) async fn agreed(&self, names: &Names) -> Result<bool, NotTaken> {
        let agrees = self.memories.agrees(names).await;
        agrees.map_err(|error| {
            tracing::warn!(%error, "consent is not known");
            not_remembered("it is not known whether the visitor agreed", &error)
        })
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
        let names = visit.names();
        match self.agreed(&names).await {
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
        if remember && let Err(not_taken) = self.remember(&names, events, &settings).await {
            return later(not_taken);
        }
        Outcome::Done {
            delivered: events.len() - refused.len(),
            refused,
        }
    }

    async fn remember(
        &self,
        names: &Names,
        events: &[Interaction],
        settings: &Settings,
    ) -> Result<(), NotTaken> {
        let bought = events
            .iter()
            .filter(|event| settings.serving.buys(&event.event_type));
        let purchases: Vec<Purchase> = bought.filter_map(Interaction::purchase).collect();
        let now = Timestamp::now().as_second();
        let told = self.memories.told(names, &purchases, now).await;
        told.map(|_| ()).map_err(|error| {
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
