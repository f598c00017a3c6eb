//! What the tests of the server need: an S3 of a few lines, a small shop's data, clients.

#![allow(dead_code, reason = "every file of tests uses a part of it")]

pub(crate) mod s3;
pub(crate) mod shop;

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use aws_config::{BehaviorVersion, Region, retry::RetryConfig};
use aws_sdk_personalize::config::Credentials;
use personalize_local::{Config, Pace, Server};

pub(crate) type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// The three clients of a server.
#[allow(dead_code, reason = "not every test speaks all three APIs")]
pub(crate) struct Clients {
    pub(crate) control: aws_sdk_personalize::Client,
    pub(crate) runtime: aws_sdk_personalizeruntime::Client,
    pub(crate) events: aws_sdk_personalizeevents::Client,
}

pub(crate) async fn start(state: Option<PathBuf>, s3: SocketAddr) -> Result<(Server, Clients)> {
    let server = Server::start(Config {
        address: ([127, 0, 0, 1], 0).into(),
        state,
        s3_endpoint: Some(format!("http://{s3}")),
        pace: Pace::FAST,
        ..Config::default()
    })
    .await?;
    let clients = clients(server.address()).await;
    Ok((server, clients))
}

/// Clients of a server that listens there.
pub(crate) async fn clients(address: SocketAddr) -> Clients {
    let config = aws_config::defaults(BehaviorVersion::latest())
        .endpoint_url(format!("http://{address}"))
        .retry_config(RetryConfig::disabled())
        .region(Region::from_static("eu-west-1"))
        .credentials_provider(Credentials::new("123456789012", "any", None, None, "test"))
        .load()
        .await;
    Clients {
        control: aws_sdk_personalize::Client::new(&config),
        runtime: aws_sdk_personalizeruntime::Client::new(&config),
        events: aws_sdk_personalizeevents::Client::new(&config),
    }
}

/// Asks until the answer is neither PENDING nor IN_PROGRESS, for a minute at most.
pub(crate) async fn settled<F>(mut status: impl FnMut() -> F) -> Result<String>
where
    F: Future<Output = Result<String>>,
{
    for _ in 0..1200 {
        let now = status().await?;
        if !now.ends_with("PENDING") && !now.ends_with("IN_PROGRESS") {
            return Ok(now);
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Err("a minute was not enough".into())
}
