//! Requests on several connections at once, each after the answer to the one before.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::{
    Result,
    connection::Connection,
    shop::{Chance, Size},
};

/// Asks for so long; answers how many microseconds each request took.
pub(crate) async fn run(
    address: SocketAddr,
    asked: &Value,
    size: &Size,
    connections: u32,
    time: Duration,
) -> Result<Vec<u32>> {
    let end = Instant::now() + time;
    let tasks: Vec<_> = (0..connections)
        .map(|number| tokio::spawn(ask(address, asked.clone(), size.users, number, end)))
        .collect();
    let mut all = Vec::new();
    for task in tasks {
        all.extend(task.await??);
    }
    Ok(all)
}

async fn ask(
    address: SocketAddr,
    mut asked: Value,
    users: u32,
    number: u32,
    end: Instant,
) -> Result<Vec<u32>> {
    let mut chance = Chance(u64::from(number));
    let mut connection = Connection::open(address).await?;
    let mut times = Vec::new();
    loop {
        let user = (chance.share() * f64::from(users)) as u32;
        asked["userId"] = json!(format!("u{user}"));
        let body = asked.to_string();
        let started = Instant::now();
        if started >= end {
            return Ok(times);
        }
        connection.post("/recommendations", "", &body).await?;
        times.push(u32::try_from(started.elapsed().as_micros())?);
    }
}
