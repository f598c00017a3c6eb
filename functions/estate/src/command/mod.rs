//! The command `estate`: the same plan and the same apply as the function's, for people.

mod adopt;
mod arguments;
mod ask;
mod run;
mod stack;

use std::process::ExitCode;

use clap::Parser;
use shared::fault::{Fault, FaultKind};

use arguments::{Cli, Verb};

use crate::error::EstateError;

/// Something is to be done, for `--check` and `diff`.
const DIFFERS: u8 = 3;
/// Wrong usage or declaration.
const WRONG: u8 = 2;

/// Reads the command line and does what it says; an error is a sentence and an exit code.
pub(crate) async fn run() -> ExitCode {
    let cli = Cli::parse();
    let done = match &cli.verb {
        Verb::Plan { out, check } => run::plan(&cli.common, out.as_deref(), *check).await,
        Verb::Diff => run::diff(&cli.common).await,
        Verb::Apply { plan, yes } => run::apply_plan(&cli.common, plan.as_deref(), *yes).await,
        Verb::Teardown { yes } => run::teardown(&cli.common, *yes).await,
        Verb::Adopt { dataset_group } => adopt::adopt(&cli.common, dataset_group).await,
    };
    match done {
        Ok(code) => code,
        Err(error) => {
            let red = anstyle::AnsiColor::Red.on_default().bold();
            anstream::eprintln!("{red}error:{red:#} {error}");
            ExitCode::from(code(&error))
        }
    }
}

fn code(error: &EstateError) -> u8 {
    match error {
        EstateError::Aws(_) | EstateError::Operations(_) => 1,
        error if error.kind() == FaultKind::InvalidInput => WRONG,
        _ => 1,
    }
}
