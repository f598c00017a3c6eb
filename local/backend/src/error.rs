//! What keeps the shop from being filled or served. Answers to callers are in `answer.rs`.

use std::{io, net::SocketAddr, path::PathBuf};

/// Why the shop cannot be filled or served.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Another program listens there.
    #[error("port {} is in use on {}; stop what listens there or choose another with --port", .0.port(), .0.ip())]
    PortInUse(SocketAddr),
    /// Listening or serving failed for another reason.
    #[error("cannot listen on {address}: {source}; choose another port with --port")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// A file cannot be read, written or replaced.
    #[error("cannot {action} {}: {source}; check the path given with --database", path.display())]
    File {
        /// What was tried: `read`, `replace`, ...
        action: &'static str,
        /// On which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file is no database of a shop, or one of another version.
    #[error("{} is no shop that this version made; make one with `backend-local generate --database {}`", .0.display(), .0.display())]
    NoShop(PathBuf),
    /// SQLite refused something.
    #[error("the database {} failed: {source}; check that the disk has room and the file is whole", path.display())]
    Database {
        /// The file.
        path: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// Webhooks cannot be sent as they were asked for.
    #[error(
        "cannot send webhooks to {url}: {problem}; give --webhook an http(s) URL and --webhook-secret a secret"
    )]
    Webhook {
        /// Where to.
        url: String,
        /// What is wrong.
        problem: String,
    },
}
