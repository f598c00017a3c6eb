//! Why nothing could be measured.

use std::{io, path::PathBuf};

/// The benchmark itself failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BenchError {
    /// A server of the harness did not start.
    #[error("cannot listen on 127.0.0.1: {0}")]
    Listen(io::Error),
    /// The build did not make the binary.
    #[error("`cargo build --release -p recommend` failed; run it by itself to see why")]
    Build,
    /// The binary did not start.
    #[error("cannot start {}: {source}; give the binary with --binary", path.display())]
    Start {
        /// What was to be started.
        path: PathBuf,
        /// Why it did not.
        source: io::Error,
    },
    /// It started, but did not answer.
    #[error("recommend did not answer {0} within 10 s; its log is above")]
    Silent(String),
    /// It answered with something else than what is to be measured.
    #[error("recommend did not answer {scenario} with {expected}, but with: {answer}")]
    Wrong {
        /// The scenario.
        scenario: &'static str,
        /// What an answer worth measuring has.
        expected: &'static str,
        /// What came.
        answer: String,
    },
}
