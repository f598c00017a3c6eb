//! The environment: what the template sets, read once at the start.

use std::{net::SocketAddr, time::Duration};

use shared::environment;

use crate::error::ServiceError;

/// Where the service listens when `LISTEN` is not set: nobody else's business.
const LISTEN: &str = "127.0.0.1:4580";

/// How the service was started.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// Where it listens.
    pub(crate) listen: SocketAddr,
    /// Where the event log is, and results and snapshots are kept.
    pub(crate) bucket: String,
    /// The table of definitions.
    pub(crate) experiments_table: String,
    /// The table of drafts.
    pub(crate) lists_table: String,
    /// Between two looks at the event log.
    pub(crate) poll: Duration,
    /// How old an event has to be before it is counted, so that no writer comes too late.
    pub(crate) settle: Duration,
    /// Between two analyses.
    pub(crate) analysis: Duration,
    /// Between two renewals of a bandit's weights.
    pub(crate) bandit: Duration,
    /// Between two points of the plots.
    pub(crate) point: Duration,
    /// Between two snapshots of what was counted.
    pub(crate) snapshot: Duration,
    /// How long the lease holds that is not renewed.
    pub(crate) lease: Duration,
    /// How long a campaign stays that lost: `recommend` keeps the definitions for a minute.
    pub(crate) retire: Duration,
}

impl Settings {
    /// Reads `LISTEN`, `DATA_BUCKET`, `EXPERIMENTS_TABLE`, `LISTS_TABLE` and the intervals, in seconds:
    /// `POLL_SECONDS` 10, `SETTLE_SECONDS` 20, `ANALYSIS_SECONDS` 300, `BANDIT_SECONDS` 3600,
    /// `POINT_SECONDS` 3600, `SNAPSHOT_SECONDS` 300, `LEASE_SECONDS` 120, `RETIRE_SECONDS` 300.
    ///
    /// # Errors
    /// When one is missing or no number.
    pub(crate) fn from_environment() -> Result<Self, ServiceError> {
        Ok(Self {
            listen: listen()?,
            bucket: environment::required("DATA_BUCKET")?,
            experiments_table: environment::required("EXPERIMENTS_TABLE")?,
            lists_table: environment::required("LISTS_TABLE")?,
            poll: seconds("POLL_SECONDS", 10)?,
            settle: seconds("SETTLE_SECONDS", 20)?,
            analysis: seconds("ANALYSIS_SECONDS", 300)?,
            bandit: seconds("BANDIT_SECONDS", 3_600)?,
            point: seconds("POINT_SECONDS", 3_600)?,
            snapshot: seconds("SNAPSHOT_SECONDS", 300)?,
            lease: seconds("LEASE_SECONDS", 120)?,
            retire: seconds("RETIRE_SECONDS", 300)?,
        })
    }
}

/// Where the service listens.
///
/// # Errors
/// When `LISTEN` is no address with a port.
pub(crate) fn listen() -> Result<SocketAddr, ServiceError> {
    let listen = environment::or("LISTEN", LISTEN);
    let address = listen.parse();
    address.map_err(|_| ServiceError::NotAnAddress(listen))
}

fn seconds(name: &'static str, otherwise: u64) -> Result<Duration, ServiceError> {
    let value = environment::or(name, &otherwise.to_string());
    let seconds = value.parse().ok().filter(|seconds| *seconds > 0);
    seconds
        .map(Duration::from_secs)
        .ok_or(ServiceError::NotSeconds { name, value })
}
