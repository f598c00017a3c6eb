//! How long a killed server takes to be there again: resources, data and models from its state
//! directory. The files are in the memory of the system, as they are after a kill.

use std::{
    fs,
    net::SocketAddr,
    path::Path,
    process,
    time::{Duration, Instant},
};

use serde_json::json;

use crate::{Result, connection::Connection, server::Server, shop};

/// The longest time until the server is ready.
const LONGEST: Duration = Duration::from_secs(3);

/// Fills a state directory, kills the server, and measures the next start.
pub(crate) async fn run(binary: &Path, s3: SocketAddr) -> Result<bool> {
    let state = std::env::temp_dir().join(format!("personalize-bench-{}", process::id()));
    let measured = measure(binary, s3, &state).await;
    fs::remove_dir_all(&state)?;
    let (ready, answered) = measured?;
    println!(
        "ready after {:.2} s, first answer after {:.2} s",
        ready.as_secs_f64(),
        answered.as_secs_f64()
    );
    Ok(answered <= LONGEST)
}

/// The times until the server is ready and until it has answered with its model.
async fn measure(binary: &Path, s3: SocketAddr, state: &Path) -> Result<(Duration, Duration)> {
    let (server, address) = Server::start(binary, s3, Some(state))?;
    let mut asked = shop::prepare(address, None).await?;
    asked["userId"] = json!("u1");
    drop(server);
    let begun = Instant::now();
    let (server, address) = Server::start(binary, s3, Some(state))?;
    let ready = begun.elapsed();
    let mut connection = Connection::open(address).await?;
    connection
        .post("/recommendations", "", &asked.to_string())
        .await?;
    let answered = begun.elapsed();
    drop(server);
    Ok((ready, answered))
}
