//! One kept HTTP/1.1 connection: as little work of its own as possible beside the server's.

use std::net::SocketAddr;

use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::Result;

/// A connection to the server.
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    pub(crate) async fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            buffer: Vec::new(),
        })
    }

    /// Sends a request and waits for all of the answer; anything but 200 is an error.
    pub(crate) async fn post(&mut self, path: &str, target: &str, body: &str) -> Result<&[u8]> {
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: personalize\r\nX-Amz-Target: {target}\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        self.stream.write_all(request.as_bytes()).await?;
        self.buffer.clear();
        loop {
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Err("the server closed the connection".into());
            }
            if let Some((start, length)) = head(&self.buffer)?
                && self.buffer.len() >= start + length
            {
                let answer = &self.buffer[start..];
                return match self.buffer.starts_with(b"HTTP/1.1 200") {
                    true => Ok(answer),
                    false => Err(String::from_utf8_lossy(answer).into()),
                };
            }
        }
    }

    /// An operation of the control plane.
    pub(crate) async fn control(&mut self, operation: &str, request: &Value) -> Result<Value> {
        let target = format!("AmazonPersonalize.{operation}");
        let answer = self.post("/", &target, &request.to_string()).await;
        let answer = answer.map_err(|error| format!("{operation}: {error}"))?;
        Ok(serde_json::from_slice(answer)?)
    }
}

/// Where the body starts and how long it is, once the head is there.
fn head(answer: &[u8]) -> Result<Option<(usize, usize)>> {
    let Some(end) = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n") else {
        return Ok(None);
    };
    let head = String::from_utf8_lossy(&answer[..end]).to_ascii_lowercase();
    let length = head
        .split("content-length:")
        .nth(1)
        .and_then(|rest| rest.lines().next());
    let length = length.ok_or("the answer has no Content-Length")?;
    Ok(Some((end + 4, length.trim().parse()?)))
}
