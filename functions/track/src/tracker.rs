//! The event tracker's id, which Personalize wants with every event; kept in the process.

use std::sync::Arc;

use shared::{
    arn::Kind,
    config::{ConfigError, Serving},
    estate::EstateSource,
    fault::{Fault, FaultKind},
    operations::OperationsError,
    refreshed::Source,
};

/// The tracker of the estate.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Tracker {
    /// The estate declares none: interactions are kept in the event log alone.
    Undeclared,
    /// Declared, but not made yet.
    NotThere,
    /// Its tracking id.
    Id(String),
}

/// What a call needs of the estate.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Watched {
    /// Who is told.
    pub(crate) tracker: Tracker,
    /// What counts as a purchase, and what makes lists stale.
    pub(crate) serving: Serving,
}

/// The tracker cannot be looked up.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TrackerError {
    /// The declaration.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Its state.
    #[error(transparent)]
    Operations(#[from] OperationsError),
}

impl Fault for TrackerError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Config(error) => error.kind(),
            Self::Operations(error) => error.kind(),
        }
    }
}

/// Where the tracker is looked up.
#[derive(Debug)]
pub(crate) struct TrackerReader(pub(crate) EstateSource);

impl Source for TrackerReader {
    type Value = Watched;
    type Error = TrackerError;

    async fn read(&self, _: Option<Arc<Watched>>) -> Result<Watched, TrackerError> {
        let estate = self.0.open().await?;
        let serving = estate.config.serving;
        let Some(declared) = estate.config.event_tracker else {
            let tracker = Tracker::Undeclared;
            return Ok(Watched { tracker, serving });
        };
        let state = estate
            .operations
            .resource(Kind::EventTracker, &declared.name)
            .await?;
        let id = state.and_then(|state| state.tracking_id);
        let tracker = id.map_or(Tracker::NotThere, Tracker::Id);
        Ok(Watched { tracker, serving })
    }
}
