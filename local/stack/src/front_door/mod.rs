//! One port in front of everything: reads which AWS service a request is signed for and sends it
//! to the stand-in of Personalize, Athena or messaging, to the emulator, or nowhere, and injects faults where a test asked
//! for them. Knows nothing of what the services do.

mod control;
mod faults;
mod proxy;
mod refusal;
mod service;

use std::sync::Arc;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

pub use faults::{Fault, Faults, parse as parse_fault};

use crate::error::{Error, Result};
use crate::ports;

/// Path of the health answer.
pub const HEALTH: &str = "/_front-door/health";
/// Path of the control endpoint: GET reads the faults, PUT replaces them, DELETE clears them.
pub const FAULTS: &str = "/_front-door/faults";

/// Where requests go.
#[derive(Debug, Clone, Copy)]
pub struct Backends {
    /// The emulator's port.
    pub ministack: u16,
    /// The port of Personalize's stand-in.
    pub personalize: u16,
    /// The port of Athena's stand-in; 0 when there is none.
    pub athena: u16,
    /// The port of the stand-in for SES, End User Messaging and Pinpoint; 0 when there is none.
    pub messaging: u16,
}

/// Serves on `listener` until the task is dropped.
pub async fn serve(listener: TcpListener, backends: Backends, faults: Arc<Faults>) {
    let proxy = Arc::new(proxy::Proxy::new(backends, faults));
    loop {
        // A connection that could not be accepted (out of descriptors, gone already) is the
        // client's loss, not the end of the door.
        let Ok((stream, _)) = listener.accept().await else {
            tokio::task::yield_now().await;
            continue;
        };
        // Without it small answers wait for the other side's delayed acknowledgement.
        let _ = stream.set_nodelay(true);
        let proxy = Arc::clone(&proxy);
        tokio::spawn(async move {
            let handle = service_fn(move |request| {
                let proxy = Arc::clone(&proxy);
                async move { proxy.handle(request).await }
            });
            // The error of a connection is told to its client by the connection's end.
            let _ = http1::Builder::new()
                .timer(TokioTimer::new())
                .serve_connection(TokioIo::new(stream), handle)
                .await;
        });
    }
}

/// Binds the front door's port.
///
/// # Errors
/// [`Error::PortInUse`].
pub async fn bind(port: u16) -> Result<TcpListener> {
    TcpListener::bind(ports::local(port))
        .await
        .map_err(|_| Error::PortInUse {
            port,
            owner: ports::owner(port),
            option: "--port",
        })
}

/// A front door inside this process, on a thread of its own; closed when dropped.
#[derive(Debug)]
pub struct InProcess {
    _close: oneshot::Sender<()>,
    faults: Arc<Faults>,
}

impl InProcess {
    /// Opens a front door on `port`.
    ///
    /// # Errors
    /// [`Error::PortInUse`], or [`Error::Unexpected`] when the system refuses a thread.
    pub fn open(port: u16, backends: Backends) -> Result<Self> {
        let refused = |error: std::io::Error| Error::Unexpected(format!("the front door: {error}"));
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .map_err(refused)?;
        let socket =
            std::net::TcpListener::bind(ports::local(port)).map_err(|_| Error::PortInUse {
                port,
                owner: ports::owner(port),
                option: "--port",
            })?;
        socket.set_nonblocking(true).map_err(refused)?;
        let faults = Arc::new(Faults::default());
        let (close, closed) = oneshot::channel::<()>();
        let served = Arc::clone(&faults);
        std::thread::spawn(move || {
            runtime.block_on(async move {
                let Ok(listener) = TcpListener::from_std(socket) else {
                    return;
                };
                tokio::select! {
                    () = serve(listener, backends, served) => {}
                    _ = closed => {}
                }
            });
        });
        Ok(Self {
            _close: close,
            faults,
        })
    }

    /// The faults it injects, to be changed at any time.
    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.faults
    }
}
