//! Everything that can go wrong, in words: what, where, what to do next.

use std::path::PathBuf;

/// An error of the local stack.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A port we need is taken.
    #[error(
        "port {port} is in use by {owner}; stop that program, or choose another port with {option}"
    )]
    PortInUse {
        /// The port.
        port: u16,
        /// Who listens, as far as the system tells: `pid 42 (python3)`.
        owner: String,
        /// The option that changes our port.
        option: &'static str,
    },
    /// No Python that the emulator can run on.
    #[error(
        "no Python 3.10 or newer was found (tried: {tried}); install Python 3, \
         or name one with the environment variable PYTHON=/path/to/python3"
    )]
    NoPython {
        /// What was tried, and what each said.
        tried: String,
    },
    /// A command that must succeed did not.
    #[error("{command} failed: {reason}; {remedy}")]
    Command {
        /// The command, shortened.
        command: String,
        /// Exit status or the system's error.
        reason: String,
        /// What to do.
        remedy: String,
    },
    /// A service did not answer in time, or ended at once.
    #[error("{service} {reason}; its log is {}", log.display())]
    Service {
        /// Which one: `ministack`, `personalize-local`, `front door`.
        service: &'static str,
        /// What happened.
        reason: String,
        /// Where its output is.
        log: PathBuf,
    },
    /// The sample shop's database cannot be filled or read.
    #[error("the sample shop: {0}")]
    Backend(Box<backend_local::Error>),
    /// The stack is not running.
    #[error("the local stack is not running ({what}); start it with `cargo local up`")]
    NotRunning {
        /// What was looked for.
        what: String,
    },
    /// The file given as data cannot be used at all.
    #[error("{}: {problem}; {remedy}", file.display())]
    Data {
        /// The file.
        file: PathBuf,
        /// What is wrong, with what was found.
        problem: String,
        /// What to do.
        remedy: String,
    },
    /// `config/personalization.yaml` is not sound.
    #[error(transparent)]
    Config(Box<shared::config::ConfigError>),
    /// An option makes no sense.
    #[error("{0}")]
    Usage(String),
    /// `template.yaml`, or a file it names, cannot be packaged.
    #[error("{}: {reason}", file.display())]
    Template {
        /// The template.
        file: PathBuf,
        /// Where in it, and what.
        reason: String,
    },
    /// CloudFormation did not make the stack.
    #[error("the stack {stack} ended in {status}: {reasons}")]
    Deploy {
        /// The stack's name.
        stack: String,
        /// Its status.
        status: String,
        /// The first failed resources with their reasons.
        reasons: String,
    },
    /// A workflow did not succeed.
    #[error("workflow {workflow} ended in {status} at state {state}: {cause}; logs: {logs}")]
    Workflow {
        /// Its name.
        workflow: String,
        /// `FAILED`, `TIMED_OUT`, ...
        status: String,
        /// The state that failed.
        state: String,
        /// Error and cause in words.
        cause: String,
        /// Where to look.
        logs: String,
    },
    /// A call to one of the local services failed.
    #[error("{call} failed: {reason}")]
    Aws {
        /// The operation: `s3:PutObject datasets/full/...`.
        call: String,
        /// The service's answer.
        reason: String,
    },
    /// GraphQL answered with errors, or not at all.
    #[error("GraphQL {query}: {reason}")]
    Graphql {
        /// The operation asked.
        query: String,
        /// Its errors.
        reason: String,
    },
    /// What came back is not what the demonstration is about.
    #[error("{0}")]
    Unexpected(String),
    /// A file could not be read or written.
    #[error("{action} {}: {source}", path.display())]
    File {
        /// `reading`, `writing`, ...
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// The system's error.
        source: std::io::Error,
    },
    /// Stopped by Ctrl-C or SIGTERM.
    #[error("interrupted")]
    Interrupted,
}

impl Error {
    /// The process's exit code: 2 when the user or the machine has to change something first,
    /// 130 when interrupted, 1 when a step failed.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::PortInUse { .. }
            | Self::NoPython { .. }
            | Self::NotRunning { .. }
            | Self::Data { .. }
            | Self::Config(_)
            | Self::Usage(_) => 2,
            Self::Interrupted => 130,
            _ => 1,
        }
    }

    /// Wraps an error of the sample shop.
    #[must_use]
    pub fn backend(error: backend_local::Error) -> Self {
        Self::Backend(Box::new(error))
    }

    /// Wraps an I/O error with what was being done to which file.
    pub fn file(
        action: &'static str,
        path: impl Into<PathBuf>,
    ) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::File {
            action,
            path,
            source,
        }
    }

    /// Wraps an SDK error with the call, keeping the service's own code and message.
    pub fn aws<E: std::error::Error>(call: impl Into<String>) -> impl FnOnce(E) -> Self {
        let call = call.into();
        move |error| Self::Aws {
            call,
            reason: chain(&error),
        }
    }
}

/// An error and its sources on one line, each said once.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        let said = inner.to_string();
        if !text.contains(&said) {
            text.push_str(": ");
            text.push_str(&said);
        }
        source = inner.source();
    }
    text
}

/// The result of everything here.
pub type Result<T, E = Error> = std::result::Result<T, E>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_user_must_change_exits_with_2_and_a_failed_step_with_1() {
        let busy = Error::PortInUse {
            port: 4566,
            owner: "pid 1 (x)".into(),
            option: "--ministack-port",
        };
        assert_eq!(busy.exit_code(), 2);
        assert!(busy.to_string().contains("--ministack-port"));
        assert_eq!(Error::Unexpected("no items".into()).exit_code(), 1);
    }
}
