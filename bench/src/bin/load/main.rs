//! A thousand requests a second: execution environments of `recommend`, as many as Lambda would keep for
//! that load, on the processors of this machine, with services that answer at once but for Personalize,
//! which takes its time.
//!
//! Requests arrive at random (exponential times between them, the same in every run) whether or not those
//! before are answered, each by another customer, so that Personalize is asked for each. One that finds no
//! idle environment waits for one; Lambda would start another. The time of an answer is from its arrival,
//! waiting included, until the whole answer has come back. The load and the services take a share of the
//! same processors.
//!
//! It exits with 1 when the p99 is over the bar or an answer is not of Personalize, with 2 when it could
//! not measure.

mod arrivals;
mod environment;

use std::{
    path::PathBuf,
    process::ExitCode,
    sync::Arc,
    time::{Duration, Instant},
};

use bench::{error::BenchError, process::Function, services::Services};
use clap::Parser;
use tokio::sync::{Mutex, mpsc};

use crate::{
    arrivals::{Arrival, arrive},
    environment::{Answer, Environment},
};

/// The 99th percentile, at most.
const BAR: Duration = Duration::from_millis(20);

/// Asks recommend many times a second, Personalize taking 10 ms
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// Where the binary is; without it it is built as it is deployed
    #[arg(long, value_name = "FOLDER")]
    binaries: Option<PathBuf>,
    /// Requests a second
    #[arg(long, value_name = "N", default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(1..))]
    rate: u32,
    /// Seconds that count; a quarter as many come before
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..))]
    seconds: u32,
    /// Execution environments: of a thousand requests a second of 14 ms some 14 are under way at a time
    #[arg(long, value_name = "N", default_value_t = 24, value_parser = clap::value_parser!(u32).range(1..))]
    environments: u32,
    /// Milliseconds that Personalize takes
    #[arg(long, value_name = "MS", default_value_t = 10)]
    personalize: u64,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run(&Arguments::parse()).await {
        Ok(passed) => ExitCode::from(u8::from(!passed)),
        Err(error) => {
            eprintln!("load: {error}");
            ExitCode::from(2)
        }
    }
}

async fn run(arguments: &Arguments) -> Result<bool, BenchError> {
    let function = Function::of_project("recommend", arguments.binaries.as_deref())?;
    let takes = Duration::from_millis(arguments.personalize);
    let (_, services) = Services::start(takes).await?;
    let (arriving, arrivals) = mpsc::unbounded_channel::<Arrival>();
    let (answered, mut answers) = mpsc::unbounded_channel::<Answer>();
    let arrivals = Arc::new(Mutex::new(arrivals));
    for _ in 0..arguments.environments {
        let environment = Environment::start(&function, services).await?;
        tokio::spawn(environment.serve(Arc::clone(&arrivals), answered.clone()));
    }
    drop(answered);
    let warm_up = Duration::from_secs(u64::from(arguments.seconds)) / 4;
    let lasting = warm_up + Duration::from_secs(u64::from(arguments.seconds));
    let counts_from = Instant::now() + warm_up;
    tokio::spawn(arrive(arguments.rate, lasting, arriving));
    let (mut times, mut others) = (Vec::new(), 0_usize);
    while let Some(answer) = answers.recv().await {
        if answer.arrived >= counts_from {
            times.push(answer.took);
            others += usize::from(!answer.is_full);
        }
    }
    Ok(report(arguments, times, others))
}

fn report(arguments: &Arguments, mut times: Vec<Duration>, others: usize) -> bool {
    times.sort_unstable();
    let at = |per_mille: usize| {
        let rank = (times.len() * per_mille).div_ceil(1_000).max(1);
        times.get(rank - 1).copied().unwrap_or_default()
    };
    let milliseconds = |time: Duration| time.as_secs_f64() * 1_000.0;
    let passed = at(990) <= BAR && others == 0 && !times.is_empty();
    println!(
        "{} answers, {:.0} a second, by {} environments: p50 {:.1} ms, p90 {:.1} ms, p99 {:.1} ms, p99.9 {:.1} ms, at most {:.1} ms",
        times.len(),
        times.len() as f64 / f64::from(arguments.seconds),
        arguments.environments,
        milliseconds(at(500)),
        milliseconds(at(900)),
        milliseconds(at(990)),
        milliseconds(at(999)),
        milliseconds(at(1_000)),
    );
    println!(
        "{others} answers were not 20 described items of Personalize; bar: p99 at most {} ms, none  {}",
        BAR.as_millis(),
        if passed { "ok" } else { "MISSED" }
    );
    passed
}
