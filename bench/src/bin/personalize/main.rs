//! GetRecommendations over HTTP: how many a second, and how long one takes, with `personalize-local`
//! and this load on one machine.
//!
//! The real binary is started with an empty memory; a synthetic shop (power-law, as shops are) is
//! imported from an S3 served here, trained and deployed. Then every connection asks for random
//! users, one request after another, and counts from the first byte written to the last byte read.
//!
//! It exits with 1 when a bar is missed, with 2 when it could not measure.

mod bucket;
mod connection;
mod load;
mod shop;

use std::{
    error::Error,
    io::{BufRead, BufReader},
    net::SocketAddr,
    path::PathBuf,
    process::{Child, Command, ExitCode, Stdio},
    time::Duration,
};

use clap::Parser;

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
}

/// The server, which ends with this process.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
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
    let s3 = bucket::serve(shop::objects(&size)).await?;
    let (server, address) = start(&arguments.binary, s3)?;
    let asked = shop::prepare(address, arguments.filter).await?;
    let time = Duration::from_secs(arguments.seconds);
    load::run(address, &asked, &size, arguments.connections, time).await?;
    let mut times = load::run(address, &asked, &size, arguments.connections, time).await?;
    drop(server);
    times.sort_unstable();
    let rate = times.len() as f64 / time.as_secs_f64();
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

fn start(binary: &PathBuf, s3: SocketAddr) -> Result<(Server, SocketAddr)> {
    let child = Command::new(binary)
        .args(["--port", "0", "--pace", "fast", "--s3-endpoint"])
        .arg(format!("http://{s3}"))
        .env("RUST_LOG", "warn")
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("{}: {error}", binary.display()))?;
    let mut server = Server(child);
    let output = server.0.stdout.take().ok_or("the server has no output")?;
    let mut line = String::new();
    BufReader::new(output).read_line(&mut line)?;
    let address = line.trim().rsplit("http://").next().unwrap_or_default();
    Ok((
        server,
        address.parse().map_err(|_| "the server did not start")?,
    ))
}
