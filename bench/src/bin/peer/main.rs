//! `recommend` and `track` beside the function of personalization-apis that does the same work: processor
//! time and memory a request, and how long one takes that has just been started.
//!
//! Both are started as Lambda starts them, one after the other, with the same runtime API and the same
//! services on 127.0.0.1, which answer at once. Two tasks:
//!
//! - **recommend**: 20 items for a user whom nobody asked for before, without those they bought (a filter),
//!   in the context of their device, each with its metadata from DynamoDB. No answer comes from a cache; the
//!   products are others with every request.
//! - **track**: one view of a product, told to Personalize. Ours asks for the visitor's consent, is in S3
//!   before the answer and makes the visitor's lists stale besides; the peer sends it on and nothing else.
//!
//! The peer has the settings of its own template, which turns X-Ray on (as for us; of these requests none is
//! sampled, as most are not) and logs each event. `--bare` measures it without both.
//!
//! - *cold start*: from starting the process until the first answer has come back, the median of some
//!   starts; with the files in the system's cache.
//! - *processor*: of all threads, from the first to the last of the requests that count, a request.
//! - *memory*: resident at most, after all of them.
//!
//! It exits with 1 when a bar is missed, with 2 when it could not measure.

mod config;
mod measure;
mod report;
mod task;

use std::{path::PathBuf, process::ExitCode};

use bench::error::BenchError;
use clap::Parser;

use crate::{measure::measure, report::Report, task::Task};

/// Measures recommend and track beside personalization-apis
///
/// git clone https://github.com/aws-samples/personalization-apis PEER
/// python3 -m venv VENV && VENV/bin/pip install -r bench/peer-serving/requirements.txt
/// cargo run --release -p bench --bin peer -- --peer PEER --python VENV/bin/python
#[derive(Debug, Parser)]
#[command(version, verbatim_doc_comment)]
struct Arguments {
    /// A clone of aws-samples/personalization-apis
    #[arg(long, value_name = "FOLDER")]
    peer: PathBuf,
    /// A Python with the packages of bench/peer-serving/requirements.txt
    #[arg(long, value_name = "PATH")]
    python: PathBuf,
    /// Where our binaries are; without it they are built as they are deployed
    #[arg(long, value_name = "FOLDER")]
    binaries: Option<PathBuf>,
    /// Cold starts of each
    #[arg(long, value_name = "N", default_value_t = 9, value_parser = clap::value_parser!(u32).range(1..))]
    starts: u32,
    /// Requests that count; a fifth as many come before
    #[arg(long, value_name = "N", default_value_t = 2_000, value_parser = clap::value_parser!(u32).range(100..))]
    requests: u32,
    /// The peer without X-Ray and without logging each event
    #[arg(long)]
    bare: bool,
    /// Print JSON in place of the table
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
            eprintln!("peer: {error}");
            ExitCode::from(2)
        }
    }
}

async fn run(arguments: &Arguments) -> Result<Report, BenchError> {
    let (folder, python) = (&arguments.peer, &arguments.python);
    config::serve().await?;
    let mut report = Report::default();
    for task in Task::ALL {
        let ours = task.ours(arguments.binaries.as_deref())?;
        let theirs = task.peer(folder, python, arguments.bare);
        let ours = measure(task, ours, arguments.starts, arguments.requests).await?;
        let theirs = measure(task, theirs, arguments.starts, arguments.requests).await?;
        report.add(task, ours, theirs);
    }
    Ok(report)
}
