//! The command `replay`: sends a part of the event log to Personalize again, or undelivered events to the
//! bus.

mod arguments;
mod range;
mod run;

use std::process::ExitCode;

use clap::Parser;
use shared::fault::{Fault, FaultKind};

use crate::{error::ReplayError, undelivered};
use arguments::{Arguments, Other};

/// Wrong usage or declaration.
const WRONG: u8 = 2;
/// Personalize refused some interactions for good, or messages stay in the queue.
const REFUSED: u8 = 3;

/// Reads the command line and does what it says; an error is a sentence and an exit code.
pub(crate) async fn run() -> ExitCode {
    match obey(Arguments::parse()).await {
        Ok(code) => code,
        Err(error) => {
            let red = anstyle::AnsiColor::Red.on_default().bold();
            anstream::eprintln!("{red}error:{red:#} {error}");
            match error.kind() {
                FaultKind::InvalidInput => ExitCode::from(WRONG),
                _ => ExitCode::FAILURE,
            }
        }
    }
}

async fn obey(arguments: Arguments) -> Result<ExitCode, ReplayError> {
    match (arguments.other, arguments.log) {
        (Some(Other::Undelivered { json }), _) => {
            let report = undelivered::run().await?;
            report.show(json);
            Ok(match (report.not_taken, report.left) {
                (0, 0) => ExitCode::SUCCESS,
                (0, _) => ExitCode::from(REFUSED),
                _ => ExitCode::FAILURE,
            })
        }
        (None, Some(cli)) => {
            let report = run::run(&cli).await?;
            report.show(cli.json);
            Ok(match report.refused {
                0 => ExitCode::SUCCESS,
                _ => ExitCode::from(REFUSED),
            })
        }
        (None, None) => {
            let usage = "say which part of the event log, --from 2026-11-20, or `undelivered`";
            Err(ReplayError::Usage(usage.to_owned()))
        }
    }
}
