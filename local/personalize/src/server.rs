//! The server as a value: started, asked for its address, stopped. `main.rs` and tests hold one.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    sync::Arc,
};

use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

use crate::{app::App, control::schedule, error::Error, lifecycle, pace::Pace, wire};

/// How a server runs.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where it listens; port 0 takes a free one.
    pub address: SocketAddr,
    /// Where it keeps everything; without it, in memory only.
    pub state: Option<PathBuf>,
    /// The S3 that imports read from; without it, that of AWS as the environment says.
    pub s3_endpoint: Option<String>,
    /// How long life cycles take.
    pub pace: Pace,
    /// A file of quotas that are not to be the service's own.
    pub quotas: Option<PathBuf>,
    /// The file to which the metrics of attributions are appended, if any.
    pub metrics: Option<PathBuf>,
    /// Whether requests are limited to the service's rates.
    pub throttle: bool,
}

impl Default for Config {
    /// On a free port, in memory, at the usual pace, with the service's quotas and no rates.
    fn default() -> Self {
        Self {
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            state: None,
            s3_endpoint: None,
            pace: Pace::default(),
            quotas: None,
            metrics: None,
            throttle: false,
        }
    }
}

/// A running server.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<io::Result<()>>,
}

impl Server {
    /// Loads the state, listens, goes on with what was under way.
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
        lifecycle::resume(&app);
        schedule::begin(&app);
        let (stop, stopped) = oneshot::channel();
        let serving = axum::serve(listener, wire::router(app)).with_graceful_shutdown(async {
            // A server whose handle is dropped stops as well.
            let _ = stopped.await;
        });
        let serving = tokio::spawn(async { serving.await });
        Ok(Self {
            address,
            stop,
            serving,
        })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Lets requests end, then stops. Work in the background goes on at the next start.
    ///
    /// # Errors
    /// When serving had failed.
    pub async fn stop(self) -> Result<(), Error> {
        let _ = self.stop.send(());
        let served = self
            .serving
            .await
            .unwrap_or_else(|error| Err(io::Error::other(error)));
        served.map_err(|source| Error::Listen {
            address: self.address,
            source,
        })
    }
}
