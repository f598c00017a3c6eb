//! The container's health check: asks the service on this machine. The image has no shell and no curl.

use std::{net::SocketAddr, process::ExitCode, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use crate::settings;

const PATIENCE: Duration = Duration::from_secs(3);
const REQUEST: &[u8] = b"GET /health HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";

/// Success when the service answers 200.
pub(crate) async fn check() -> ExitCode {
    let port = settings::listen().map_or(0, |listen| listen.port());
    match timeout(PATIENCE, is_up(SocketAddr::from(([127, 0, 0, 1], port)))).await {
        Ok(Ok(true)) => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}

async fn is_up(address: SocketAddr) -> std::io::Result<bool> {
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(REQUEST).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    Ok(answer.starts_with(b"HTTP/1.1 200"))
}
