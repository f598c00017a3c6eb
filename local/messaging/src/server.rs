//! The server as a value: started, asked for its address, stopped. `main.rs` and tests hold one.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    sync::Arc,
};

use tokio::{net::TcpListener, sync::watch, task::JoinHandle};

use crate::{app::App, error::Error, events, limits::Limits, wire};

/// How a server runs.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where it listens; port 0 takes a free one.
    pub address: SocketAddr,
    /// Where it keeps everything; without it, for as long as it runs.
    pub state: Option<PathBuf>,
    /// The account's quotas.
    pub limits: Limits,
    /// About how many messages are kept; the oldest leave first.
    pub keep_messages: usize,
    /// About how many bytes they may take.
    pub keep_bytes: u64,
}

impl Default for Config {
    /// On a free port, without state, a million messages or 8 GiB.
    fn default() -> Self {
        Self {
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            state: None,
            limits: Limits::default(),
            keep_messages: 1_000_000,
            keep_bytes: 8 << 30,
        }
    }
}

/// A running server.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    stop: watch::Sender<bool>,
    serving: JoinHandle<()>,
    delivering: JoinHandle<()>,
}

impl Server {
    /// Loads the state and listens.
    ///
    /// # Errors
    /// When the port is taken or the state cannot be read.
    pub async fn start(config: Config) -> Result<Self, Error> {
        let address = config.address;
        let listener = TcpListener::bind(address)
            .await
            .map_err(|source| match source.kind() {
                io::ErrorKind::AddrInUse => Error::PortInUse(address),
                _ => Error::Listen { address, source },
            })?;
        let listen = |source| Error::Listen { address, source };
        let address = listener.local_addr().map_err(listen)?;
        let app = Arc::new(App::open(&config)?);
        // A server whose handle is dropped stops as well.
        let (stop, stopped) = watch::channel(false);
        let delivering = tokio::spawn(events::deliver_all(Arc::clone(&app), stopped.clone()));
        let serving = tokio::spawn(wire::serve(listener, wire::router(app), stopped));
        Ok(Self {
            address,
            stop,
            serving,
            delivering,
        })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Lets requests end, delivers the events that wait, then stops.
    pub async fn stop(self) {
        let _ = self.stop.send(true);
        for (part, task) in [("requests", self.serving), ("events", self.delivering)] {
            if let Err(error) = task.await {
                tracing::error!(%error, part, "did not end well");
            }
        }
    }
}
