//! Why nothing could be measured.

use std::{io, path::PathBuf};

/// The benchmark itself failed.
#[derive(Debug, thiserror::Error)]
pub enum BenchError {
    /// A server of the harness did not start.
    #[error("cannot listen on {at}: {source}")]
    Listen {
        /// Where.
        at: String,
        /// Why not.
        source: io::Error,
    },
    /// The build did not make the binary.
    #[error("`cargo build --release -p {0}` failed; run it by itself to see why")]
    Build(&'static str),
    /// The function did not start.
    #[error("cannot start {}: {source}", program.display())]
    Start {
        /// What was to be started.
        program: PathBuf,
        /// Why it did not.
        source: io::Error,
    },
    /// It started, but did not answer.
    #[error("{function} did not answer {what} within 10 s; its log is above")]
    Silent {
        /// The function.
        function: String,
        /// What was asked.
        what: String,
    },
    /// It answered with something else than what is to be measured.
    #[error("{function} did not answer {what} with {expected}, but with: {answer}")]
    Wrong {
        /// The function.
        function: String,
        /// What was asked.
        what: String,
        /// What an answer worth measuring has.
        expected: &'static str,
        /// What came.
        answer: String,
    },
    /// The system does not tell what is to be measured.
    #[error("this system does not tell the {0} of a process: there is no /proc")]
    Untold(&'static str),
}
