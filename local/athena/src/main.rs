//! The command line of `athena-local`.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::PathBuf,
    process::ExitCode,
    time::Duration,
};

use athena_local::{Config, Error, Server};
use clap::{Parser, ValueEnum};
use tokio::{
    runtime::{Builder, Runtime},
    signal::unix::{SignalKind, signal},
};
use tracing_subscriber::{EnvFilter, fmt};

/// Planning a deep query takes more stack than threads have by default, above all in a dev build.
const STACK: usize = 8 << 20;

const EXAMPLES: &str = "\
Examples:
  athena-local --s3-endpoint http://127.0.0.1:4566 --lambda-endpoint http://127.0.0.1:4566
      tables and results in a local S3, connectors in a local Lambda
  athena-local --port 0 --state .local/athena --output-location s3://results/
      a free port; keeps catalogs, tables and queries in a directory
  AWS_ENDPOINT_URL=http://127.0.0.1:4571 aws athena start-query-execution \\
      --query-string 'SELECT * FROM \"lambda:backend-connector\".shop.orders LIMIT 10' \\
      --result-configuration OutputLocation=s3://results/
      asks it";

/// Amazon Athena on a laptop: point the AWS SDKs at it with AWS_ENDPOINT_URL.
#[derive(Debug, Parser)]
#[command(version, after_help = EXAMPLES)]
struct Arguments {
    /// Port to listen on; 0 takes a free one
    #[arg(long, default_value_t = 4571)]
    port: u16,
    /// Address to listen on
    #[arg(long, value_name = "ADDRESS", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    bind: IpAddr,
    /// Directory that keeps everything over restarts [default: memory only]
    #[arg(long, value_name = "DIR")]
    state: Option<PathBuf>,
    /// S3 service of tables, spilled blocks and results [default: AWS, as the environment says]
    #[arg(long, value_name = "URL")]
    s3_endpoint: Option<String>,
    /// Lambda service of the connectors [default: AWS, as the environment says]
    #[arg(long, value_name = "URL")]
    lambda_endpoint: Option<String>,
    /// Where results go when neither the query nor its workgroup says
    #[arg(long, value_name = "S3_URL")]
    output_location: Option<String>,
    /// Queries that run at once; more of them wait
    #[arg(long, value_name = "COUNT", default_value_t = 4)]
    concurrent_queries: usize,
    /// Memory that sorts, joins and aggregations of a query may take, in MiB; beyond it they go to disk
    #[arg(long, value_name = "MIB", default_value_t = 256)]
    query_memory: usize,
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
    let runtime = match runtime() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&format!("cannot start threads: {error}")),
    };
    let result = runtime.block_on(serve(arguments));
    // A query that is under way is not waited for: it is FAILED at the next start.
    runtime.shutdown_timeout(Duration::from_millis(100));
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&error.to_string()),
    }
}

fn runtime() -> io::Result<Runtime> {
    Builder::new_multi_thread()
        .thread_stack_size(STACK)
        .enable_all()
        .build()
}

async fn serve(arguments: Arguments) -> Result<(), Error> {
    let server = Server::start(Config {
        address: SocketAddr::new(arguments.bind, arguments.port),
        state: arguments.state,
        s3_endpoint: arguments.s3_endpoint,
        lambda_endpoint: arguments.lambda_endpoint,
        output_location: arguments.output_location,
        concurrent_queries: arguments.concurrent_queries.max(1),
        query_memory: arguments.query_memory.max(16) << 20,
    })
    .await?;
    println!("athena-local is ready at http://{}", server.address());
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
    eprintln!("athena-local: {message}");
    ExitCode::from(2)
}
