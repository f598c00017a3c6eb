//! `recommend` and `track` beside the function of personalization-apis that does the same work: processor
//! time and memory a request, and how long one takes that has just been started.
//!
//! Both are started as Lambda starts them, one after the other, with the same runtime API and the same
//! services on 127.0.0.1, which answer at once. Two tasks:
//!
//! - **recommend**: 20 items for a user whom nobody asked for before, without those they bought (a filter),
//!   in the context of their device, each with its metadata from DynamoDB. No answer comes from a cache; the
//!   products are others with every request.
//! - **track**: one view of a product, told to Personalize.
//!
//! Ours does more for it: `recommend` also reads what is remembered of the visitor and keeps the answer with
//! its explanation; `track` also asks for the visitor's consent, makes their lists stale, and has the event
//! in S3 before it answers. So the peer runs twice: as it is, and doing the same work (the calls it leaves
//! out are made around it, `bench/peer-serving/same_work.py`). The bars are of the same work; what it would
//! be beside the peer as it is stands below.
//!
//! All processes share one processor. To wake another one of a virtual machine takes some 40 µs of the
//! kernel's time, with every call and whatever the program: it is the hypervisor's, and is not there when a
//! function waits for a network. `--spread` measures with it.
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
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

use crate::{
    measure::measure,
    report::Report,
    task::{Task, Work},
};

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
    /// Let the processes run on all processors
    #[arg(long)]
    spread: bool,
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
    let mut contenders = Vec::new();
    for task in Task::ALL {
        let ours = task.ours(arguments.binaries.as_deref())?;
        let theirs = |work| task.peer(folder, python, arguments.bare, work);
        contenders.push((task, [ours, theirs(Work::Same), theirs(Work::ItsOwn)]));
    }
    if !arguments.spread {
        // What was built before took all of them.
        share_one_processor()?;
    }
    config::serve().await?;
    let mut report = Report::default();
    for (task, [ours, same, own]) in contenders {
        let measure = |contender| measure(task, contender, arguments.starts, arguments.requests);
        report.add(
            task,
            measure(ours).await?,
            measure(same).await?,
            measure(own).await?,
        );
    }
    Ok(report)
}

/// This process, and those it starts from now on, run on the last processor.
fn share_one_processor() -> Result<(), BenchError> {
    let untold = |_| BenchError::Untold("processors");
    let all = sched_getaffinity(None).map_err(untold)?;
    let last = (0..CpuSet::MAX_CPU).rev().find(|cpu| all.is_set(*cpu));
    let mut one = CpuSet::new();
    one.set(last.unwrap_or_default());
    sched_setaffinity(None, &one).map_err(untold)
}
