//! Analyses what was counted, keeps results, and does what follows from them by itself.

use std::{collections::BTreeMap, time::Instant};

use experiment::{
    Definitions,
    definition::{Experiment, Method, Status},
};
use shared::metrics::{self, Unit};
use tokio::task::block_in_place;

use crate::{
    analysis::{
        act::{self, Action},
        evidence, points,
        results::{Moment, Results},
    },
    clock,
    definition::lifecycle,
    error::ServiceError,
    ingest::{ledger::Ledger, tally::Tally},
    service::{NAME, Service},
    settings::Settings,
    worker::whole_seconds,
};

/// When bandits were looked at last, by experiment.
pub(crate) type Clocks = BTreeMap<String, Instant>;

/// Analyses every experiment that was counted, and the hold-out. One that has ended is analysed a last time, and its
/// units are forgotten: then true.
pub(crate) async fn all(
    service: &Service,
    ledger: &mut Ledger,
    clocks: &mut Clocks,
    (counted_until, settings): (i64, &Settings),
) -> Result<bool, ServiceError> {
    let definitions = service.all().await?;
    let mut forgot = false;
    for experiment in &definitions.experiments {
        let Some(tally) = ledger.tallies.get(&experiment.id) else {
            continue;
        };
        let at = Moment {
            now: clock::now(),
            counted_until,
        };
        let action = one(service, experiment, tally, at, settings).await?;
        let action = action.or_else(|| {
            let is_due = clocks
                .get(&experiment.id)
                .is_none_or(|last| last.elapsed() >= settings.bandit);
            let is_bandit = experiment.method == Method::Thompson;
            let runs = experiment.status == Status::Running && is_bandit && is_due;
            let moments = || block_in_place(|| evidence::moments(experiment, tally));
            let moments = runs.then(moments)?;
            clocks.insert(experiment.id.clone(), Instant::now());
            act::weigh(experiment, moments.first()?)
        });
        if let Some(action) = action {
            take(service, experiment, &action).await?;
        }
        let is_over = matches!(experiment.status, Status::Stopped | Status::Decided { .. });
        // Events of its last seconds are still coming.
        if is_over && experiment.end.is_none_or(|end| end < counted_until) {
            forgot |= ledger.tallies.remove(&experiment.id).is_some();
        }
    }
    let at = Moment {
        now: clock::now(),
        counted_until,
    };
    forgot |= super::hold_out::compare(service, &definitions, ledger, at, settings).await?;
    Ok(forgot)
}

/// Keeps the results of one experiment; what its guardrails ask for.
async fn one(
    service: &Service,
    experiment: &Experiment,
    tally: &Tally,
    at: Moment,
    settings: &Settings,
) -> Result<Option<Action>, ServiceError> {
    let shape = |error: experiment::report::EvidenceError| ServiceError::Shape {
        place: format!("experiment {}", experiment.id),
        message: error.to_string(),
    };
    let (mut results, action) = match experiment.method {
        Method::Interleaving => {
            let report = block_in_place(|| evidence::of_blended(experiment, tally));
            let report = report.map_err(shape)?;
            let units = u64::try_from(tally.units.len()).unwrap_or(u64::MAX);
            (Results::of_blended(experiment, &report, units, at), None)
        }
        Method::Fixed | Method::Thompson => {
            let report = block_in_place(|| evidence::of_arms(experiment, tally));
            let report = report.map_err(shape)?;
            let runs = experiment.status == Status::Running;
            let action = runs.then(|| act::guard(experiment, &report)).flatten();
            let crossovers = tally.crossovers(experiment.arms.len());
            (
                Results::of_arms(experiment, &report, &crossovers, at),
                action,
            )
        }
    };
    results.unassigned = tally.unassigned;
    let before = service.kept_results(&experiment.id).await?;
    let before = before.map_or_else(Vec::new, |before| before.points);
    results.points = points::extend(before, results.point(), whole_seconds(settings.point));
    service.keep_results(&results).await?;
    count(&results);
    Ok(action)
}

async fn take(
    service: &Service,
    experiment: &Experiment,
    action: &Action,
) -> Result<(), ServiceError> {
    let change = |definitions: &mut Definitions| {
        let mut experiments = definitions.experiments.iter_mut();
        let known = experiments.find(|one| one.id == experiment.id);
        let before = known.as_deref().cloned();
        if let Some(known) = known {
            action.apply(known);
            return Ok((
                before.as_ref() != Some(known),
                lifecycle::name(&known.status),
            ));
        }
        Ok((false, ""))
    };
    let ((changed, status), _) = service.definitions.change(clock::now(), change).await?;
    if changed {
        service
            .happened(&experiment.id, status, &action.text())
            .await?;
    }
    Ok(())
}

#[allow(clippy::cast_precision_loss, reason = "counts for a graph")]
fn count(results: &Results) {
    let alarm = results.mismatch.is_some_and(|mismatch| mismatch.alarm);
    let stops = results.arms.iter().flat_map(|arm| &arm.guardrails);
    let stops = stops
        .filter(|guardrail| guardrail.verdict == "stop")
        .count();
    let data = [
        ("Units", Unit::Count, results.units as f64),
        ("Unassigned", Unit::Count, results.unassigned as f64),
        (
            "SampleRatioMismatch",
            Unit::Count,
            f64::from(u8::from(alarm)),
        ),
        ("GuardrailsBroken", Unit::Count, stops as f64),
    ];
    metrics::emit(NAME, &[("experiment", &results.experiment.id)], &data);
}
