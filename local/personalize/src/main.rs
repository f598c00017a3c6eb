//! The command line of `personalize-local`.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::PathBuf,
    process::ExitCode,
    time::Duration,
};

use clap::{Parser, ValueEnum};
use personalize_local::{Config, Error, Pace, Server};
use tokio::{
    runtime::Runtime,
    signal::unix::{SignalKind, signal},
};
use tracing_subscriber::{EnvFilter, fmt};

const EXAMPLES: &str = "\
Examples:
  personalize-local --s3-endpoint http://127.0.0.1:4566
      in memory, datasets from a local S3
  personalize-local --state .local/personalize --pace 0.2
      keeps everything in a directory; every state of a life cycle takes at least 0.2 s
  personalize-local --pace real --throttle
      as slow and as strict as AWS, to rehearse a roll-out
  personalize-local --quotas quotas.json --metrics metrics.log
      quotas of your account; what metric attributions count, a line of JSON each
  AWS_ENDPOINT_URL=http://127.0.0.1:4570 aws personalize list-recipes
      asks it";

/// Amazon Personalize on a laptop: point the AWS SDKs at it with AWS_ENDPOINT_URL.
#[derive(Debug, Parser)]
#[command(version, after_help = EXAMPLES)]
struct Arguments {
    /// Port to listen on; 0 takes a free one
    #[arg(long, default_value_t = 4570)]
    port: u16,
    /// Address to listen on
    #[arg(long, value_name = "ADDRESS", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    bind: IpAddr,
    /// Directory that keeps everything over restarts [default: memory only]
    #[arg(long, value_name = "DIR")]
    state: Option<PathBuf>,
    /// S3 service to import datasets from [default: AWS, as the environment says]
    #[arg(long, value_name = "URL")]
    s3_endpoint: Option<String>,
    /// Seconds that each state of a life cycle takes at least, `fast` for 100 ms, or `real` for the
    /// minutes and hours that AWS takes
    #[arg(long, default_value = "1")]
    pace: Pace,
    /// JSON file of quotas to have in place of the service's, in the form of src/quotas/quotas.json,
    /// as in {"counts":{"campaignsInGroup":20}}
    #[arg(long, value_name = "FILE")]
    quotas: Option<PathBuf>,
    /// File to append the metrics of metric attributions to, in CloudWatch's embedded metric format
    #[arg(long, value_name = "FILE")]
    metrics: Option<PathBuf>,
    /// Limit requests to the service's rates: ThrottlingException beyond them
    #[arg(long)]
    throttle: bool,
    /// Form of the log on standard error; RUST_LOG sets its level
    #[arg(long, value_enum, default_value_t = LogForm::Plain)]
    log: LogForm,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum LogForm {
    Plain,
    Json,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    log(arguments.log);
    let runtime = match Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&format!("cannot start threads: {error}")),
    };
    let result = runtime.block_on(serve(arguments));
    // A training that is under way is not waited for: it begins again at the next start.
    runtime.shutdown_timeout(Duration::from_millis(100));
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&error.to_string()),
    }
}

async fn serve(arguments: Arguments) -> Result<(), Error> {
    let server = Server::start(Config {
        address: SocketAddr::new(arguments.bind, arguments.port),
        state: arguments.state,
        s3_endpoint: arguments.s3_endpoint,
        pace: arguments.pace,
        quotas: arguments.quotas,
        metrics: arguments.metrics,
        throttle: arguments.throttle,
    })
    .await?;
    println!("personalize-local is ready at http://{}", server.address());
    if let Err(error) = stop_requested().await {
        tracing::warn!(%error, "signals cannot be received; stopping");
    }
    server.stop().await
}

/// Waits for SIGINT or SIGTERM.
async fn stop_requested() -> io::Result<()> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    Ok(())
}

fn log(form: LogForm) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let lines = fmt().with_env_filter(filter).with_writer(io::stderr);
    match form {
        LogForm::Plain => lines.init(),
        LogForm::Json => lines.json().init(),
    }
}

fn fail(message: &str) -> ExitCode {
    eprintln!("personalize-local: {message}");
    ExitCode::from(2)
}
