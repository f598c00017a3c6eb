//! What keeps the server from starting. Answers to callers are in `fault.rs`.

use std::{io, net::SocketAddr, path::PathBuf};

/// Why the server cannot run.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Another program listens there.
    #[error("port {} is in use on {}; stop what listens there or choose another with --port", .0.port(), .0.ip())]
    PortInUse(SocketAddr),
    /// Listening failed for another reason.
    #[error("cannot listen on {address}: {source}; choose another address with --port")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// The HTTP client of the links cannot be made.
    #[error("cannot set up the HTTP client of links: {0}")]
    Client(String),
    /// The state directory or a file in it cannot be read or written.
    #[error("cannot {action} {}: {source}; check the directory given with --state", path.display())]
    State {
        /// What was tried: `read`, `write`, `lock`.
        action: &'static str,
        /// On which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Two servers must not write to one directory.
    #[error("{} belongs to another messaging-local that is running; stop it or give another --state", .0.display())]
    StateInUse(PathBuf),
    /// A file of the state directory holds something else than this version wrote.
    #[error("{} is damaged or of another version: {problem}; move it away to start without it", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
}

impl Error {
    /// For `map_err` on file operations.
    pub(crate) fn state(
        action: &'static str,
        path: impl Into<PathBuf>,
    ) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::State {
            action,
            path,
            source,
        }
    }
}
