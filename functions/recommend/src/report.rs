//! The metrics of an answer.

use shared::metrics::{Unit, emit};

use crate::{
    answer::{RecommendedItem, Source},
    ladder::Outcome,
};

/// Writes the metrics of `outcome`.
pub(crate) fn report(outcome: &Outcome) {
    let items = &outcome.answer.items;
    let bare = items
        .iter()
        .filter(|item| !RecommendedItem::is_described(item));
    let is_kept = outcome.answer.source == Source::Cache;
    let mut data = vec![
        ("Requests", Unit::Count, 1.0),
        ("CacheHits", Unit::Count, count(usize::from(is_kept))),
        ("ItemsReturned", Unit::Count, count(items.len())),
        ("ItemsWithoutMetadata", Unit::Count, count(bare.count())),
        ("ItemsDropped", Unit::Count, count(outcome.dropped.len())),
        ("PlaceholderItems", Unit::Count, count(outcome.placeholders)),
    ];
    if let Some(latency) = outcome.latency {
        let milliseconds = latency.as_secs_f64() * 1_000.0;
        data.push(("PersonalizeLatency", Unit::Milliseconds, milliseconds));
    }
    let placement = ("placement", outcome.answer.placement.as_str());
    emit("recommend", &[placement], &data);
    if let Some((_, cause)) = outcome.tried.first() {
        let dimensions = [placement, ("cause", cause.name())];
        emit("recommend", &dimensions, &[("Fallbacks", Unit::Count, 1.0)]);
    }
}

/// At most some hundreds of anything: exact as f64.
#[allow(clippy::cast_precision_loss)]
fn count(things: usize) -> f64 {
    things as f64
}
