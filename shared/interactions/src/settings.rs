//! What the declaration says about tracking, kept in the process: the event tracker's id, which
//! Personalize wants with every event, what makes lists stale, and the placements there are.

use std::{collections::BTreeSet, sync::Arc};

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
pub enum Tracker {
    /// The estate declares none: interactions are kept in the event log alone.
    Undeclared,
    /// Declared, but not made yet.
    NotThere,
    /// Its tracking id.
    Id(String),
}

/// What is declared.
#[derive(Debug)]
pub struct Settings {
    /// Where events go.
    pub tracker: Tracker,
    /// What makes lists stale, and what is a purchase.
    pub serving: Serving,
    /// The names of all placements.
    pub placements: BTreeSet<String>,
}

/// The settings cannot be looked up.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The declaration.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The tracker's state.
    #[error(transparent)]
    Operations(#[from] OperationsError),
}

impl Fault for SettingsError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Config(error) => error.kind(),
            Self::Operations(error) => error.kind(),
        }
    }
}

/// Where the settings are looked up.
#[derive(Debug)]
pub struct SettingsReader(pub EstateSource);

impl Source for SettingsReader {
    type Value = Settings;
    type Error = SettingsError;

    async fn read(&self, _: Option<Arc<Settings>>) -> Result<Settings, SettingsError> {
        let estate = self.0.open().await?;
        let tracker = match &estate.config.event_tracker {
            None => Tracker::Undeclared,
            Some(declared) => {
                let state = estate
                    .operations
                    .resource(Kind::EventTracker, &declared.name)
                    .await?;
                let id = state.and_then(|state| state.tracking_id);
                id.map_or(Tracker::NotThere, Tracker::Id)
            }
        };
        Ok(Settings {
            tracker,
            serving: estate.config.serving,
            placements: estate.config.placements.into_keys().collect(),
        })
    }
}
