//! Measures what a warm `recommend` adds of its own to the time of the services it calls, and what
//! memory it takes. The real binary is started; its runtime API and its AWS are served from here.
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
//! The stub and the runtime API run on one thread of this process, so that `recommend` has another
//! core to itself where there are two. The function's standard output goes to `/dev/null`.
//!
//! It exits with 1 when a bar is missed, with 2 when it could not measure.

mod error;
mod http;
mod measure;
mod process;
mod report;
mod runtime_api;
mod scenario;
mod schedule;
mod services;

use std::{path::PathBuf, process::ExitCode};

use clap::Parser;

use crate::{error::BenchError, report::Report};

/// Measures what a warm `recommend` adds of its own, and its memory.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// The binary to measure; without it `cargo build --release -p recommend` makes it.
    #[arg(long, value_name = "PATH")]
    binary: Option<PathBuf>,
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
            eprintln!("bench: {error}");
            ExitCode::from(2)
        }
    }
}

async fn run(arguments: &Arguments) -> Result<Report, BenchError> {
    let binary = match &arguments.binary {
        Some(binary) => binary.clone(),
        None => process::build()?,
    };
    measure::measure(&binary, arguments.warm_ups, arguments.invocations).await
}
