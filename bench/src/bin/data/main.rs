//! `check-data` on a whole file: rows a second beside the same checks in pandas, and peak memory.
//!
//! The real binary is started for each run, as Lambda would; its runtime API, S3 and DynamoDB are served
//! from here. Two times are taken from handing out the event: until all is judged, which is when it
//! stores something first, and until its answer. In the first are reading the configuration, listing,
//! downloading over a socket and judging; in the second also the reading that copies the good rows, the
//! copy's upload, the rejected rows and the reports. pandas reads the same bytes from a local file, see
//! `bench/check-data/checks.py`: until it has its verdict, and until it has written the good rows to a
//! file. Its clock starts after its imports. Both have to find the same.
//!
//! The file is Online Retail (UCI), all of its 541,909 lines made into interactions, also those without
//! a customer; or `--gigabytes N`, rows made up as they are sent, which no disk has to hold.
//!
//! It exits with 1 when a bar is missed, with 2 when it could not measure.

mod function;
mod peer;
mod retail;
mod services;
mod synthetic;

use std::{error::Error, path::PathBuf, process::ExitCode};

use clap::Parser;
use services::Content;

/// Rows a second, of those of pandas.
const RATIO: f64 = 5.0;
/// The most memory, in KiB.
const MEMORY: u64 = 64 * 1_024;

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// Measures check-data.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// The function, as `cargo build --release -p check-data` makes it
    #[arg(long, default_value = "target/release/check-data")]
    binary: PathBuf,
    /// Online Retail, `online_retail.csv.gz`
    #[arg(long, required_unless_present = "gigabytes")]
    data: Option<PathBuf>,
    /// A Python with the packages of bench/check-data/requirements.txt; without it pandas is not measured
    #[arg(long)]
    python: Option<PathBuf>,
    /// Runs, of which the median counts
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    runs: u32,
    /// Made-up rows of this many gigabytes in place of the file, once
    #[arg(long, conflicts_with_all = ["data", "python"])]
    gigabytes: Option<u64>,
}

/// One run of either.
#[derive(Debug, Clone, Copy)]
struct Run {
    rows: u64,
    /// Until all was judged.
    seconds: f64,
    /// Until the good rows and the reports were stored, too.
    all_seconds: f64,
    peak_kib: u64,
}

impl Run {
    fn rate(&self) -> f64 {
        self.rows as f64 / self.seconds
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let measured = match arguments.gigabytes {
        Some(gigabytes) => synthetic(&arguments, gigabytes).await,
        None => retail(&arguments).await,
    };
    match measured {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprintln!("data: {error}");
            ExitCode::from(2)
        }
    }
}

async fn synthetic(arguments: &Arguments, gigabytes: u64) -> Result<bool> {
    let rows = synthetic::Rows::of_bytes(gigabytes * 1_000_000_000);
    let total = rows.left();
    let services = services::serve(Content::from(synthetic::items()), Content::Synthetic(rows))?;
    function::check(&arguments.binary, &services, "items").await?;
    let (run, answer) = function::check(&arguments.binary, &services, "interactions").await?;
    let rejected = function::rejected(&answer);
    if run.rows != total || rejected != synthetic::broken(total) {
        return Err(format!(
            "of {total} rows it judged {} and rejected {rejected}",
            run.rows
        )
        .into());
    }
    show("check-data", &run);
    println!(
        "{gigabytes} GB, {total} rows, read twice: {rejected} were rejected, the others copied"
    );
    Ok(run.peak_kib < MEMORY)
}

async fn retail(arguments: &Arguments) -> Result<bool> {
    let path = arguments.data.as_deref().ok_or("give --data")?;
    let shop = retail::read(path)?;
    let services = services::serve(
        Content::from(shop.items.clone()),
        Content::from(shop.interactions.clone()),
    )?;
    function::check(&arguments.binary, &services, "items").await?;
    let mut runs = Vec::new();
    let mut answer = serde_json::Value::Null;
    for _ in 0..arguments.runs {
        let (run, found) = function::check(&arguments.binary, &services, "interactions").await?;
        runs.push(run);
        answer = found;
    }
    let ours = median(runs);
    show("check-data", &ours);
    let Some(python) = &arguments.python else {
        return Ok(ours.peak_kib < MEMORY);
    };
    let mut runs = Vec::new();
    for _ in 0..arguments.runs {
        let (run, found) = peer::check(python, &shop)?;
        if found["rows"] != answer["rows"] || found["rejected"] != answer["rejected"] {
            return Err(format!("they found not the same: {answer} and {found}").into());
        }
        runs.push(run);
    }
    let theirs = median(runs);
    show("pandas", &theirs);
    let ratio = ours.rate() / theirs.rate();
    println!(
        "{ratio:.1} times the rows a second; bars: {RATIO} times for judging, under {} MiB",
        MEMORY / 1_024
    );
    Ok(ratio >= RATIO && ours.peak_kib < MEMORY)
}

fn median(mut runs: Vec<Run>) -> Run {
    // The most memory of all runs, the rate of the middle one.
    let peak_kib = runs.iter().map(|run| run.peak_kib).max().unwrap_or(0);
    runs.sort_by(|a, b| a.seconds.total_cmp(&b.seconds));
    let middle = runs[runs.len() / 2];
    Run { peak_kib, ..middle }
}

fn show(name: &str, run: &Run) {
    println!(
        "{name:<10} {:>9} rows judged in {:>7.3} s, {:>9.0} a second; {:>7.3} s with the good rows stored; {:>6.1} MiB at most",
        run.rows,
        run.seconds,
        run.rate(),
        run.all_seconds,
        run.peak_kib as f64 / 1_024.0
    );
}
