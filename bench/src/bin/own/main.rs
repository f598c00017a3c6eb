//! Measures what a warm `recommend` and a warm `track` add of their own to the time of the services they
//! call, and what memory they take. The real binaries are started; their runtime API and their AWS are
//! served from here.
//!
//! # What is counted
//!
//! For each invocation, one after another as Lambda does it: the time from handing out the event
//! until the whole answer has come back, minus the time the stub of the services spent on the calls
//! of that invocation, from having read a request's head to having its answer ready to be written.
//! So these are *in* the figure: the function's own work (arguments, signing, JSON, merging,
//! metrics), the event loop of `lambda_runtime`, every transfer over loopback sockets in both
//! directions, and the wake-ups of both processes. On AWS the transfers to the services are over TLS,
//! which costs some more; the runtime API is plain HTTP there too.
//!
//! Not in it is the time the two processes were ready to run but waited for a processor that other
//! work on the machine had (see [`schedule`]); the figure with it stands beside. Because the two also
//! wait for each other, the processor time both took, without the stub's, is always in the figure.
//!
//! The function's standard output goes to `/dev/null`.
//!
//! It exits with 1 when a bar is missed, with 2 when it could not measure.

mod measure;
mod report;
mod scenario;

use std::{path::PathBuf, process::ExitCode};

use bench::{error::BenchError, process::Function};
use clap::Parser;

use crate::{
    measure::measure,
    report::{Measured, Report},
    scenario::Scenario,
};

/// Measures what a warm `recommend` and `track` add of their own, and their memory.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// Where the binaries are; without it they are built as they are deployed.
    #[arg(long, value_name = "FOLDER")]
    binaries: Option<PathBuf>,
    /// Invocations before those that count, for each scenario.
    #[arg(long, value_name = "N", default_value_t = 200)]
    warm_ups: u32,
    /// Invocations that count, for each scenario.
    #[arg(long, value_name = "N", default_value_t = 2_000, value_parser = clap::value_parser!(u32).range(100..))]
    invocations: u32,
    /// Print JSON in place of the table.
    #[arg(long)]
    json: bool,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(&arguments).await {
        Ok(report) => {
            if arguments.json {
                println!("{}", report.json());
            } else {
                print!("{report}");
            }
            ExitCode::from(u8::from(!report.passed()))
        }
        Err(error) => {
            eprintln!("own: {error}");
            ExitCode::from(2)
        }
    }
}

async fn run(arguments: &Arguments) -> Result<Report, BenchError> {
    let mut functions: Vec<Measured> = Vec::new();
    for (name, scenarios) in [
        ("recommend", Scenario::OF_RECOMMEND.as_slice()),
        ("track", &Scenario::OF_TRACK),
    ] {
        let function = Function::of_project(name, arguments.binaries.as_deref())?;
        let (warm_ups, invocations) = (arguments.warm_ups, arguments.invocations);
        functions.push(measure(function, scenarios, warm_ups, invocations).await?);
    }
    Ok(Report { functions })
}
