//! GetRecommendations over HTTP: how many a second, and how long one takes, with `personalize-local`
//! and this load on one machine.
//!
//! The real binary is started with an empty memory; a synthetic shop (power-law, as shops are) is
//! imported from an S3 served here, trained and deployed. Then every connection asks for random
//! users, one request after another, and counts from the first byte written to the last byte read.
//!
//! `--importing` imports the interactions again and again meanwhile. `--start` measures something
//! else: how long a killed server takes until it is ready, and until its first answer.
//!
//! It exits with 1 when a bar is missed, with 2 when it could not measure.

mod bucket;
mod connection;
mod load;
mod server;
mod shop;
mod start;

use std::{error::Error, net::SocketAddr, path::PathBuf, process::ExitCode, time::Duration};

use clap::Parser;
use serde_json::Value;
use server::Server;

/// The least answers a second.
const RATE: f64 = 5_000.0;
/// The most time that 99 of 100 take, in milliseconds.
const P99: f64 = 5.0;

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// Measures GetRecommendations of personalize-local over HTTP.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// The server, as `cargo build --release -p personalize-local` makes it
    #[arg(long, default_value = "target/release/personalize-local")]
    binary: PathBuf,
    /// Items of the shop
    #[arg(long, default_value_t = 100_000)]
    items: u32,
    /// Users of the shop
    #[arg(long, default_value_t = 50_000)]
    users: u32,
    /// Interactions of the shop
    #[arg(long, default_value_t = 1_000_000)]
    interactions: u32,
    /// Connections that ask at the same time
    #[arg(long, default_value_t = 8)]
    connections: u32,
    /// Seconds that count; as many before them do not
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// Ask with a filter
    #[arg(long, value_enum)]
    filter: Option<shop::Filter>,
    /// Import the interactions again and again meanwhile
    #[arg(long)]
    importing: bool,
    /// Measure the start of a server that was killed
    #[arg(long, conflicts_with_all = ["filter", "importing"])]
    start: bool,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run(&Arguments::parse()).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprintln!("personalize: {error}");
            ExitCode::from(2)
        }
    }
}

async fn run(arguments: &Arguments) -> Result<bool> {
    let size = shop::Size {
        items: arguments.items,
        users: arguments.users,
        interactions: arguments.interactions,
    };
    let s3 = bucket::serve(shop::objects(&size))?;
    if arguments.start {
        return start::run(&arguments.binary, s3).await;
    }
    let (server, address) = Server::start(&arguments.binary, s3, None)?;
    let asked = shop::prepare(address, arguments.filter).await?;
    let imports = arguments
        .importing
        .then(|| tokio::spawn(shop::import_again(address)));
    let mut times = load(arguments, &size, address, &asked).await?;
    if let Some(imports) = imports {
        imports.abort();
        if let Ok(result) = imports.await {
            return result.map(|()| false); // importing ends only by an error
        }
    }
    drop(server);
    times.sort_unstable();
    let rate = times.len() as f64 / arguments.seconds as f64;
    let percentile = |share: f64| {
        let at = (times.len() as f64 * share) as usize;
        let micros = times.get(at.min(times.len().saturating_sub(1)));
        f64::from(micros.copied().unwrap_or(u32::MAX)) / 1000.0
    };
    println!(
        "{} items, {} interactions, {} connections: {rate:.0} a second, p50 {:.2} ms, p99 {:.2} ms, p99.9 {:.2} ms",
        arguments.items,
        arguments.interactions,
        arguments.connections,
        percentile(0.5),
        percentile(0.99),
        percentile(0.999),
    );
    Ok(rate >= RATE && percentile(0.99) <= P99)
}

/// Warms up, then measures; answers how many microseconds each request took.
async fn load(
    arguments: &Arguments,
    size: &shop::Size,
    address: SocketAddr,
    asked: &Value,
) -> Result<Vec<u32>> {
    let time = Duration::from_secs(arguments.seconds);
    load::run(address, asked, size, arguments.connections, time).await?;
    load::run(address, asked, size, arguments.connections, time).await
}
