//! What one task at a time does by itself: makes models, counts, analyses, acts, and keeps what it counted.

use std::time::{Duration, Instant};

use shared::{
    fault::Fault,
    metrics::{self, Unit},
};
use tokio::sync::watch;
use uuid::Uuid;

use crate::{
    clock,
    error::ServiceError,
    ingest::{
        codec,
        cursor::Cursor,
        follow::{Counted, Follower},
        history::History,
        ledger::Ledger,
    },
    service::{NAME, Service},
    settings::Settings,
    store::{Lease, lease::Checkpoint},
    tasks::{analyse, provision},
};

/// Without a checkpoint counting begins this long ago, so that covariates are there at once.
const LOOK_BACK_SECONDS: i64 = 14 * 86_400;

/// The worker of this task.
pub(crate) struct Worker {
    pub(crate) service: Service,
    pub(crate) personalize: crate::models::Personalize,
    pub(crate) follower: Follower,
    pub(crate) lease: Lease,
    pub(crate) settings: Settings,
}

/// What is counted, while this task holds the lease.
struct Counting {
    ledger: Ledger,
    cursor: Cursor,
    history: History,
    /// The object of the last snapshot.
    snapshot: Option<String>,
    /// Whether there is more than in the last snapshot.
    is_dirty: bool,
    kept_at: Instant,
    analysed_at: Option<Instant>,
    clocks: analyse::Clocks,
}

impl Worker {
    /// Works until `stop` says so; then keeps what was counted and gives the lease back.
    pub(crate) async fn run(self, mut stop: watch::Receiver<bool>) {
        let mut counting = None;
        while !*stop.borrow() {
            let pause = match self.turn(&mut counting).await {
                Ok(true) => self.settings.poll,
                // There is more to read.
                Ok(false) => Duration::ZERO,
                Err(error) => {
                    let kind = error.kind().name();
                    tracing::error!(errorType = kind, %error, "counting failed; begins again at the last snapshot");
                    metrics::emit(NAME, &[], &[("WorkerFailures", Unit::Count, 1.0)]);
                    counting = None;
                    self.settings.poll
                }
            };
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                _ = stop.changed() => {}
            }
        }
        if let Some(mut counting) = counting
            && let Err(error) = self.keep(&mut counting).await
        {
            tracing::warn!(%error, "the last snapshot was not kept; the log is read again from the one before");
        }
        if let Err(error) = self.lease.release().await {
            tracing::warn!(%error, "the lease was not given back; it ends by itself");
        }
    }

    /// One turn; whether there is nothing more to do for now.
    async fn turn(&self, counting: &mut Option<Counting>) -> Result<bool, ServiceError> {
        if !self.lease.take(clock::now()).await? {
            *counting = None;
            return Ok(true);
        }
        let state = match counting {
            Some(state) => state,
            None => counting.insert(self.restore().await?),
        };
        provision::all(&self.service, &self.personalize, &self.settings).await?;
        let settled = clock::now() - whole_seconds(self.settings.settle);
        let history = &mut state.history;
        let store = &self.service.definitions;
        history
            .refresh(store, state.cursor.at, clock::now())
            .await?;
        let until = Instant::now() + self.settings.lease / 4;
        let counted = self
            .follower
            .follow(
                &mut state.cursor,
                &mut state.ledger,
                &state.history,
                (settled, until),
            )
            .await?;
        state.is_dirty |= counted.objects > 0;
        report(&counted, state.cursor.at);
        if counted.is_caught_up && due(state.analysed_at, self.settings.analysis) {
            let until = settled.max(state.cursor.at);
            let analyse = analyse::all(
                &self.service,
                &mut state.ledger,
                &mut state.clocks,
                (until, &self.settings),
            );
            let tallies = analyse.await?;
            state.is_dirty |= tallies;
            state.analysed_at = Some(Instant::now());
        }
        if state.kept_at.elapsed() >= self.settings.snapshot {
            self.keep(state).await?;
        }
        Ok(counted.is_caught_up)
    }

    /// What was kept last, by whatever task.
    async fn restore(&self) -> Result<Counting, ServiceError> {
        let checkpoint = self.lease.checkpoint().await?;
        let (ledger, cursor, snapshot) = match checkpoint {
            None => {
                let cursor = Cursor::at(clock::now() - LOOK_BACK_SECONDS);
                (Ledger::default(), cursor, None)
            }
            Some(Checkpoint { cursor, snapshot }) => {
                let bytes = self.service.objects.get(&snapshot).await?;
                let bytes = bytes.ok_or_else(|| ServiceError::Shape {
                    place: snapshot.clone(),
                    message: "the snapshot is gone; restore it from an older version".to_owned(),
                })?;
                (codec::decode(&bytes)?, cursor, Some(snapshot))
            }
        };
        tracing::info!(day = %cursor.day, experiments = ledger.tallies.len(), "counting begins");
        Ok(Counting {
            ledger,
            cursor,
            history: History::default(),
            snapshot,
            is_dirty: false,
            kept_at: Instant::now(),
            analysed_at: None,
            clocks: analyse::Clocks::default(),
        })
    }

    /// Keeps what was counted: first the snapshot, then the checkpoint that names it.
    async fn keep(&self, state: &mut Counting) -> Result<(), ServiceError> {
        state.kept_at = Instant::now();
        if !std::mem::take(&mut state.is_dirty) {
            return Ok(());
        }
        let key = format!("experiments/state/{}.bin", Uuid::now_v7());
        let bytes = codec::encode(&state.ledger)?;
        let size = bytes.len();
        let objects = &self.service.objects;
        objects.put(&key, "application/octet-stream", bytes).await?;
        let checkpoint = Checkpoint {
            cursor: state.cursor.clone(),
            snapshot: key.clone(),
        };
        self.lease.keep(&checkpoint).await?;
        if let Some(before) = state.snapshot.replace(key) {
            objects.delete(&before).await?;
        }
        #[allow(clippy::cast_precision_loss, reason = "a size for a graph")]
        let data = [("SnapshotBytes", Unit::Count, size as f64)];
        metrics::emit(NAME, &[], &data);
        Ok(())
    }
}

fn due(last: Option<Instant>, every: Duration) -> bool {
    last.is_none_or(|last| last.elapsed() >= every)
}

/// Whole seconds of a duration.
pub(crate) fn whole_seconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_secs()).unwrap_or(i64::MAX)
}

#[allow(clippy::cast_precision_loss, reason = "counts for a graph")]
fn report(counted: &Counted, at: i64) {
    if counted.objects > 0 {
        let behind = (clock::now() - at).max(0);
        let data = [
            ("EventsCounted", Unit::Count, counted.events as f64),
            ("LinesUnreadable", Unit::Count, counted.unreadable as f64),
            ("SecondsBehind", Unit::None, behind as f64),
        ];
        metrics::emit(NAME, &[], &data);
    }
}
