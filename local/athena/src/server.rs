//! The server as a value: started, asked for its address, stopped. `main.rs` and tests hold one.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    sync::Arc,
};

use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

use crate::{app::App, error::Error, wire};

/// How a server runs.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where it listens; port 0 takes a free one.
    pub address: SocketAddr,
    /// Where it keeps everything; without it, in memory only.
    pub state: Option<PathBuf>,
    /// The S3 that tables, spilled blocks and results are in; without it, that of AWS as the environment says.
    pub s3_endpoint: Option<String>,
    /// The Lambda that connectors run in; without it, that of AWS in the environment's region.
    pub lambda_endpoint: Option<String>,
    /// Where results go when neither the query nor its workgroup says, as `s3://bucket/prefix/`.
    pub output_location: Option<String>,
    /// How many queries run at once; more of them wait, `QUEUED`.
    pub concurrent_queries: usize,
    /// Memory that sorts, joins and aggregations of one query may take, in bytes; beyond it they go to disk.
    pub query_memory: usize,
}

impl Default for Config {
    /// On a free port, in memory, four queries at once with 256 MiB each.
    fn default() -> Self {
        Self {
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            state: None,
            s3_endpoint: None,
            lambda_endpoint: None,
            output_location: None,
            concurrent_queries: 4,
            query_memory: 256 << 20,
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
    /// Loads the state and listens. Queries that ran when the last server ended are FAILED.
    ///
    /// # Errors
    /// When the port is taken, the state cannot be read, or an endpoint is not a URL.
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
        let app = Arc::new(App::open(&config).await?);
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

    /// Lets requests end, then stops.
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
