//! What people do by hand: stop a run, and decide about messages that are held.

use jiff::Timestamp;
use messages::{Outcome, RunState};
use serde::Serialize;

use crate::{error::SendError, services::Services, settle, standing::count};

/// What senders note as the id of a message that somebody says was sent.
const BY_HAND: &str = "by-hand";

/// A run that is told to stop.
#[derive(Debug, Serialize)]
pub(crate) struct Stopping {
    run: String,
    /// Whether it ran.
    stopping: bool,
}

/// Tells `run` to stop: its senders see it within two seconds, its workflow when it wakes.
pub(crate) async fn stop(services: &Services, run: String) -> Result<Stopping, SendError> {
    if services.table.run(&run).await?.is_none() {
        return Err(SendError::NoRun { run });
    }
    let running = [RunState::Running];
    let stopping = services
        .table
        .set_state(&run, &running, RunState::Stopping)
        .await?;
    Ok(Stopping { run, stopping })
}

/// Messages that were held.
#[derive(Debug, Serialize)]
pub(crate) struct Decided {
    run: String,
    /// People it was decided about.
    people: u64,
}

/// Decides about the held messages of `run`: they were `sent`, or were not and are sent when the run is
/// resumed.
pub(crate) async fn release(
    services: &Services,
    run: String,
    sent: bool,
) -> Result<Decided, SendError> {
    let mut people = 0;
    let parts = services.progress.all(&run, "").await?;
    for mut part in parts.into_iter().filter(|part| part.held > 0) {
        let now = Timestamp::now().as_second();
        let shard = part.part.split('-').next().and_then(|n| n.parse().ok());
        let shard = shard.unwrap_or(0);
        let lease = services
            .table
            .lease(shard, &format!("{run}/{shard:02}"), now)
            .await?;
        let lease = lease.ok_or_else(|| SendError::Taken {
            shards: shard.to_string(),
        })?;
        for block in services.table.blocks(&run, &part.part).await? {
            let mut outcomes = block.outcomes.clone();
            let held = outcomes
                .iter_mut()
                .filter(|one| matches!(one, Outcome::Held(_)));
            let mut decided = 0;
            for outcome in held {
                *outcome = match sent {
                    true => Outcome::Sent(BY_HAND.to_owned()),
                    false => Outcome::Released,
                };
                decided += 1;
            }
            if decided > 0 {
                settle::write(services, &run, &lease, &block, &outcomes, now).await?;
                people += decided;
            }
        }
        let blocks = services.table.blocks(&run, &part.part).await?;
        count(&mut part, &blocks, now + services.evidence_seconds);
        part.done &= part.released == 0;
        services.progress.put(&run, &part, now).await?;
        services.table.give_back(&lease).await?;
    }
    Ok(Decided { run, people })
}
