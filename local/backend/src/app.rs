//! What all requests share.

use std::{net::SocketAddr, sync::Arc};

use axum::http::{HeaderMap, header::HOST, uri::Authority};
use jiff::Timestamp;
use rusqlite::Connection;
use tokio::sync::Semaphore;

use crate::{
    answer::Refusal, database::Database, faults, shapes::Bulk, statistics::Statistics,
    tokens::Tokens, webhook,
};

/// Requests that read at once; others wait.
const READERS: usize = 8;

/// The open shop.
#[derive(Debug)]
pub(crate) struct App {
    pub(crate) database: Database,
    pub(crate) token: String,
    pub(crate) address: SocketAddr,
    pub(crate) faults: faults::Current,
    pub(crate) statistics: Statistics,
    pub(crate) tokens: Tokens,
    pub(crate) webhook: Option<webhook::Sender>,
    pub(crate) bulk: Bulk,
    readers: Semaphore,
}

impl App {
    pub(crate) fn new(
        database: Database,
        token: String,
        address: SocketAddr,
        webhook: Option<webhook::Sender>,
    ) -> Self {
        Self {
            database,
            token,
            address,
            faults: faults::Current::default(),
            statistics: Statistics::default(),
            tokens: Tokens::default(),
            webhook,
            bulk: Bulk::default(),
            readers: Semaphore::new(READERS),
        }
    }

    /// Reads on a thread that may wait for the disk.
    pub(crate) async fn read<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Connection) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, Refusal> {
        let _permit = self
            .readers
            .acquire()
            .await
            .map_err(|error| Refusal::internal(&error))?;
        let app = Arc::clone(self);
        tokio::task::spawn_blocking(move || app.database.read(work))
            .await
            .unwrap_or_else(|error| Err(Refusal::internal(&error)))
    }

    /// The shop's address as the caller wrote it, for links in answers.
    pub(crate) fn origin(&self, headers: &HeaderMap) -> String {
        let host = headers.get(HOST).and_then(|host| host.to_str().ok());
        let authority: Option<Authority> = host.and_then(|host| host.parse().ok());
        authority.map_or_else(
            || format!("http://{}", self.address),
            |authority| format!("http://{authority}"),
        )
    }
}

/// The time now, in epoch milliseconds.
pub(crate) fn now() -> i64 {
    Timestamp::now().as_millisecond()
}
