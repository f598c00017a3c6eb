//! The command line of `messaging-local`.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::PathBuf,
    process::ExitCode,
    time::Duration,
};

use clap::{Parser, ValueEnum};
use messaging_local::{Config, Error, Limits, Server};
use tokio::{
    runtime::Runtime,
    signal::unix::{SignalKind, signal},
};
use tracing_subscriber::{EnvFilter, fmt};

const EXAMPLES: &str = "\
Examples:
  messaging-local --state .local/messaging
      keeps what is sent in a directory; http://127.0.0.1:4610/ shows it
  messaging-local --port 0 --emails-per-second 14 --texts-per-second 1
      a free port, and as slow as a new account
  AWS_ENDPOINT_URL=http://127.0.0.1:4610 aws sesv2 get-account
      asks it
  curl -X PUT http://127.0.0.1:4610/_messaging/faults -d '{\"ses\": {\"throttle\": 20, \"lose\": 1}}'
      has one send in five throttled, and the answer of one in a hundred lost";

/// Amazon SES, SMS Voice and Pinpoint's push on a laptop: point the AWS SDKs at it with AWS_ENDPOINT_URL.
#[derive(Debug, Parser)]
#[command(version, after_help = EXAMPLES)]
struct Arguments {
    /// Port to listen on; 0 takes a free one
    #[arg(long, default_value_t = 4610)]
    port: u16,
    /// Address to listen on
    #[arg(long, value_name = "ADDRESS", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    bind: IpAddr,
    /// Directory that keeps everything over restarts [default: only while it runs]
    #[arg(long, value_name = "DIR")]
    state: Option<PathBuf>,
    /// Emails a second, each recipient counted: MaxSendRate
    #[arg(long, value_name = "COUNT", default_value_t = 20_000)]
    emails_per_second: u32,
    /// Emails in 24 hours: Max24HourSend
    #[arg(long, value_name = "COUNT", default_value_t = 50_000_000)]
    emails_per_day: u64,
    /// Texts a second of one origination identity
    #[arg(long, value_name = "COUNT", default_value_t = 20_000)]
    texts_per_second: u32,
    /// Push notifications a second
    #[arg(long, value_name = "COUNT", default_value_t = 20_000)]
    pushes_per_second: u32,
    /// Messages that are kept, about; the oldest leave first
    #[arg(long, value_name = "COUNT", default_value_t = 1_000_000)]
    keep_messages: usize,
    /// MiB that they may take on disk, about
    #[arg(long, value_name = "MIB", default_value_t = 8192)]
    keep_mib: u64,
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
        limits: Limits {
            emails_per_second: f64::from(arguments.emails_per_second.max(1)),
            emails_per_day: arguments.emails_per_day,
            texts_per_second: f64::from(arguments.texts_per_second.max(1)),
            pushes_per_second: f64::from(arguments.pushes_per_second.max(1)),
        },
        keep_messages: arguments.keep_messages,
        keep_bytes: arguments.keep_mib << 20,
    })
    .await?;
    println!("messaging-local is ready at http://{}", server.address());
    if let Err(error) = stop_requested().await {
        tracing::warn!(%error, "signals cannot be received; stopping");
    }
    server.stop().await;
    Ok(())
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
    eprintln!("messaging-local: {message}");
    ExitCode::from(2)
}
