//! The command line of `backend-local`.

use std::{
    io,
    path::{Path, PathBuf},
    process::ExitCode,
    time::Instant,
};

use backend_local::{Amounts, Config, Database, Error, Webhook, generate, listen, serve};
use clap::{Args, Parser, Subcommand};
use tokio::{
    runtime::Runtime,
    signal::unix::{SignalKind, signal},
};
use tracing_subscriber::{EnvFilter, fmt};

const EXAMPLES: &str = "\
Examples:
  backend-local generate --database .local/shop.sqlite --products 10000 --events 1000000
      makes a shop up, the same every time
  backend-local serve --database .local/shop.sqlite --port 4600
      serves it at http://127.0.0.1:4600
  backend-local serve --database .local/shop.sqlite --webhook http://127.0.0.1:9000/ --webhook-secret s3cret
      tells of every changed product
  curl 'http://127.0.0.1:4600/api/tables/orders?limit=10&status=completed'
      asks for rows
  curl -X POST -H 'Content-Type: application/json' -d '{\"throttle\":20}' http://127.0.0.1:4600/_backend/faults
      answers every fifth request with 429";

/// A sample shop: SQLite behind the HTTP endpoints of e-commerce backends.
#[derive(Debug, Parser)]
#[command(version, after_help = EXAMPLES)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve a shop on this machine
    Serve(Serving),
    /// Make a shop up, in place of the one in the file
    Generate(Generating),
}

#[derive(Debug, Args)]
struct Serving {
    /// File of the shop
    #[arg(long, value_name = "FILE")]
    database: PathBuf,
    /// Port to listen on; 0 takes a free one
    #[arg(long, default_value_t = 4600)]
    port: u16,
    /// Secret of all shapes: access token, client secret, consumer secret
    #[arg(
        long,
        value_name = "TOKEN",
        default_value = "local",
        env = "BACKEND_LOCAL_TOKEN",
        hide_env_values = true
    )]
    token: String,
    /// URL to tell of changed products
    #[arg(long, value_name = "URL", requires = "webhook_secret")]
    webhook: Option<String>,
    /// Key that signs what is told
    #[arg(
        long,
        value_name = "SECRET",
        requires = "webhook",
        env = "BACKEND_LOCAL_WEBHOOK_SECRET",
        hide_env_values = true
    )]
    webhook_secret: Option<String>,
}

#[derive(Debug, Args)]
struct Generating {
    /// File of the shop
    #[arg(long, value_name = "FILE")]
    database: PathBuf,
    /// Products on the list
    #[arg(long, default_value_t = 1000)]
    products: u64,
    /// Customers
    #[arg(long, default_value_t = 1000)]
    customers: u64,
    /// Events over a hundred days; one percent are of the type `wishlist`, a tenth are purchases
    #[arg(long, default_value_t = 20_000)]
    events: u64,
    /// Other seeds make other shops
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

fn main() -> ExitCode {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    fmt().with_env_filter(filter).with_writer(io::stderr).init();
    let result = match Arguments::parse().command {
        Command::Serve(serving) => match Runtime::new() {
            Ok(runtime) => runtime.block_on(serve_shop(serving)),
            Err(error) => return fail(&format!("cannot start threads: {error}")),
        },
        Command::Generate(generating) => generate_shop(&generating),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&error.to_string()),
    }
}

async fn serve_shop(serving: Serving) -> Result<(), Error> {
    let database = Database::open(&serving.database)?;
    let listener = listen(serving.port).await?;
    let webhook = serving.webhook.zip(serving.webhook_secret);
    let webhook = webhook.map(|(url, secret)| Webhook { url, secret });
    let config = Config {
        token: serving.token,
        webhook,
    };
    if let Ok(address) = listener.local_addr() {
        println!("backend-local is ready at http://{address}");
    }
    serve(listener, database, config, stop_requested()).await
}

fn generate_shop(generating: &Generating) -> Result<(), Error> {
    let begun = Instant::now();
    let path: &Path = &generating.database;
    let amounts = Amounts {
        products: generating.products,
        customers: generating.customers,
        events: generating.events,
        seed: generating.seed,
    };
    let counts = generate(path, &amounts)?;
    println!(
        "{}: {} products, {} customers, {} events, {} orders in {:.1} s",
        path.display(),
        counts.products,
        counts.customers,
        counts.events,
        counts.orders,
        begun.elapsed().as_secs_f64()
    );
    Ok(())
}

/// Waits for SIGINT or SIGTERM.
async fn stop_requested() {
    let signals = (
        signal(SignalKind::interrupt()),
        signal(SignalKind::terminate()),
    );
    let (Ok(mut interrupt), Ok(mut terminate)) = signals else {
        tracing::warn!("signals cannot be received; only a kill ends the shop");
        return std::future::pending().await;
    };
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}

fn fail(message: &str) -> ExitCode {
    eprintln!("backend-local: {message}");
    ExitCode::from(2)
}
