//! The function: its parts, and which mutation goes where.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use aws_config::SdkConfig;
use interactions::{EventLog, Identified, Line, Personalize, Settings, SettingsReader};
use jiff::Timestamp;
use serde::Serialize;
use shared::{
    caller::{Caller, DEFAULT_USER_ID_CLAIM},
    direct::{Access, Bucket},
    environment::{self, MissingVariable},
    estate::EstateSource,
    refreshed::Refreshed,
};

use crate::{
    breaker::Breaker,
    error::{RequestError, TrackError},
    memory::Memory,
    queue::Queue,
    request::{ConsentArguments, Event, Field, IdentifyArguments, TrackResult},
    screen::Screen,
};

/// How old the settings may grow before they are looked up again behind a call.
const SETTINGS_AGE: Duration = Duration::from_secs(60);

/// How long a call waits for settings that were never read.
const SETTINGS_WITHIN: Duration = Duration::from_millis(500);

/// The function.
pub(crate) struct Track {
    pub(crate) settings: Refreshed<SettingsReader>,
    pub(crate) memory: Memory,
    pub(crate) log: EventLog,
    pub(crate) personalize: Personalize,
    pub(crate) queue: Queue,
    pub(crate) breaker: Breaker,
    pub(crate) screen: Screen,
    user_id_claim: String,
}

/// What a mutation answers with.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum Answer {
    /// Of `trackInteractions`.
    Tracked(TrackResult),
    /// Of the others: whether what the visitor does is used from now on.
    Personalized(bool),
}

impl Track {
    /// Makes the clients; asks nothing yet.
    pub(crate) fn from_environment(config: &SdkConfig) -> Result<Self, MissingVariable> {
        let access = Access::new(config);
        let settings = SettingsReader(EstateSource::from_environment(&access)?);
        let queue_url = environment::required("TRACK_DEAD_LETTER_QUEUE_URL")?;
        let user_id_claim = environment::required("USER_ID_CLAIM");
        Ok(Self {
            settings: Refreshed::new(settings, SETTINGS_AGE),
            memory: Memory::new(&access, environment::required("LISTS_TABLE")?),
            log: EventLog::new(Bucket::new(&access, environment::required("DATA_BUCKET")?)),
            personalize: Personalize::new(&access),
            queue: Queue::new(access.config(), queue_url),
            breaker: Breaker::default(),
            screen: Screen::new(Instant::now()),
            user_id_claim: user_id_claim.unwrap_or_else(|_| DEFAULT_USER_ID_CLAIM.to_owned()),
        })
    }

    /// Looks the settings up while Lambda still starts the process. A failure is left to the calls.
    pub(crate) async fn warm(&self) {
        if let Err(error) = self.settings.get().await {
            tracing::warn!(%error, "the settings are not known yet");
        }
    }

    /// Answers one mutation.
    pub(crate) async fn answer(&self, event: Event) -> Result<Answer, TrackError> {
        let caller =
            Caller::new(&event.identity, &self.user_id_claim).map_err(RequestError::from)?;
        match event.info.field_name {
            Field::TrackInteractions => self.take(&event, &caller).await.map(Answer::Tracked),
            Field::Identify => {
                let (session, user) = event.arguments::<IdentifyArguments>()?.of(&caller)?;
                self.identify(session, user).await.map(Answer::Personalized)
            }
            Field::SetConsent => {
                let arguments: ConsentArguments = event.arguments()?;
                let personalization = arguments.personalization;
                let key = arguments.key(&caller)?;
                let now = Timestamp::now().as_second();
                self.memory.agreed(&key, personalization, now).await?;
                Ok(Answer::Personalized(personalization))
            }
        }
    }

    /// The settings, or nothing when they cannot be read in time.
    pub(crate) async fn settings(&self) -> Option<Arc<Settings>> {
        match tokio::time::timeout(SETTINGS_WITHIN, self.settings.get()).await {
            Ok(Ok(settings)) => Some(settings),
            Ok(Err(error)) => {
                tracing::warn!(%error, "the settings are not known");
                None
            }
            Err(_) => {
                tracing::warn!("the settings are not known in time");
                None
            }
        }
    }

    /// The session's past is the user's from now on. A visitor who refused has none that counts, so
    /// nothing ties the two together in the log.
    async fn identify(&self, session: String, user: String) -> Result<bool, TrackError> {
        let now = Timestamp::now();
        let keys = (
            format!("visitor#session#{session}"),
            format!("visitor#user#{user}"),
        );
        let agreed = self
            .memory
            .identified(&keys.0, &keys.1, now.as_second())
            .await?;
        if agreed {
            let line = Identified::new(session, user, now.as_second());
            self.log.append(&[Line::Identified(line)], now).await?;
        }
        Ok(agreed)
    }
}
