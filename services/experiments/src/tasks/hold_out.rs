//! Compares those who are held out with the others, and keeps what is known.

use experiment::Definitions;
use tokio::task::block_in_place;

use crate::{
    analysis::{hold_out::HoldOutResults, points, results::Moment},
    definition::hold_out::{Comparison, is_key},
    error::ServiceError,
    ingest::ledger::Ledger,
    service::Service,
    settings::Settings,
    worker::whole_seconds,
};

/// Keeps the results of the hold-out, if there is one. What was counted for one that is over is
/// forgotten, then true; its results stay until there are others.
pub(super) async fn compare(
    service: &Service,
    definitions: &Definitions,
    ledger: &mut Ledger,
    at: Moment,
    settings: &Settings,
) -> Result<bool, ServiceError> {
    let comparison = Comparison::of(definitions);
    let key = comparison.as_ref().map(|one| one.experiment.id.as_str());
    let before = ledger.tallies.len();
    let tallies = &mut ledger.tallies;
    tallies.retain(|known, _| !is_key(known) || Some(known.as_str()) == key);
    let forgot = tallies.len() < before;
    if let Some(comparison) = &comparison
        && let Some(tally) = tallies.get(&comparison.experiment.id)
    {
        let results = block_in_place(|| HoldOutResults::of(comparison, tally, at));
        let mut results = results.map_err(|error| ServiceError::Shape {
            place: "what was counted of the hold-out".to_owned(),
            message: error.to_string(),
        })?;
        let before = service.kept_hold_out_results().await?;
        let same = before.filter(|before| before.hold_out == results.hold_out);
        let points = same.map_or_else(Vec::new, |before| before.points);
        results.points = points::extend(points, results.point(), whole_seconds(settings.point));
        service.keep_hold_out_results(&results).await?;
    }
    Ok(forgot)
}
