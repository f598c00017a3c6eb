//! The command `replay`: sends a part of the event log to Personalize again.

mod arguments;
mod range;
mod run;

use std::process::ExitCode;

use clap::Parser;
use shared::fault::{Fault, FaultKind};

use arguments::Cli;

/// Wrong usage or declaration.
const WRONG: u8 = 2;
/// Personalize refused some interactions for good.
const REFUSED: u8 = 3;

/// Reads the command line and does what it says; an error is a sentence and an exit code.
pub(crate) async fn run() -> ExitCode {
    let cli = Cli::parse();
    match run::run(&cli).await {
        Ok(report) => {
            report.show(cli.json);
            match report.refused {
                0 => ExitCode::SUCCESS,
                _ => ExitCode::from(REFUSED),
            }
        }
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
