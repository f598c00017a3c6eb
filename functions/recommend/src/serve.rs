//! One request from end to end: the estate kept in the process, the request checked, the ladder
//! climbed, the metrics written.

use std::time::Duration;

use aws_config::SdkConfig;
use shared::{
    environment::MissingVariable,
    estate::EstateSource,
    metrics::{Unit, emit},
    refreshed::Refreshed,
};

use crate::{
    answer::{Recommendations, RecommendedItem},
    error::RecommendError,
    estate::EstateReader,
    ladder::{self, Outcome},
    question::{Unasked, questions},
    request::{Event, Request},
    services::Aws,
};

/// How old the placements and ARNs may grow before they are read again behind a request.
const ESTATE_AGE: Duration = Duration::from_secs(60);

/// How often a request waits for them because something declared was not there.
const MISSING_AGE: Duration = Duration::from_secs(5);

/// The function.
pub(crate) struct Recommend {
    estate: Refreshed<EstateReader>,
    services: Aws,
}

impl Recommend {
    /// Makes the clients; asks nothing yet.
    pub(crate) fn from_environment(config: &SdkConfig) -> Result<Self, MissingVariable> {
        let estate = EstateReader(EstateSource::from_environment(config)?);
        Ok(Self {
            estate: Refreshed::new(estate, ESTATE_AGE),
            services: Aws::from_environment(config)?,
        })
    }

    /// Reads the estate while Lambda still starts the process, so that the first request does not
    /// wait for it. A failure is left to that request.
    pub(crate) async fn warm(&self) {
        if let Err(error) = self.estate.get().await {
            tracing::warn!(%error, "the estate is not readable yet");
        }
    }

    /// Answers one request.
    pub(crate) async fn answer(&self, event: Event) -> Result<Recommendations, RecommendError> {
        let estate = self.estate.get().await?;
        let request = Request::new(event.arguments, &estate.config)?;
        let mut asked = questions(&request, &estate);
        if matches!(asked, Err(Unasked::NotThere { .. })) {
            let estate = self.estate.renewed(estate, MISSING_AGE).await;
            asked = questions(&request, &estate);
        }
        let outcome = ladder::answer(&request, asked, &self.services).await;
        report(&outcome);
        Ok(outcome.answer)
    }
}

fn report(outcome: &Outcome) {
    let items = &outcome.answer.items;
    let bare = items
        .iter()
        .filter(|item| !RecommendedItem::is_described(item));
    let mut data = vec![
        ("Requests", Unit::Count, 1.0),
        ("ItemsReturned", Unit::Count, count(items.len())),
        ("ItemsWithoutMetadata", Unit::Count, count(bare.count())),
        ("PlaceholderItems", Unit::Count, count(outcome.placeholders)),
    ];
    if let Some(latency) = outcome.latency {
        let milliseconds = latency.as_secs_f64() * 1_000.0;
        data.push(("PersonalizeLatency", Unit::Milliseconds, milliseconds));
    }
    let placement = ("placement", outcome.answer.placement.as_str());
    emit("recommend", &[placement], &data);
    if let Some(cause) = outcome.fallback {
        let dimensions = [placement, ("cause", cause.name())];
        emit("recommend", &dimensions, &[("Fallbacks", Unit::Count, 1.0)]);
    }
}

/// At most 500 of anything: exact as f64.
#[allow(clippy::cast_precision_loss)]
fn count(things: usize) -> f64 {
    things as f64
}
