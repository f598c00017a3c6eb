//! As much of S3 as an import needs: one bucket, its objects by key.

use std::{collections::BTreeMap, net::SocketAddr, sync::Arc};

use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};

use crate::Result;

/// Serves objects on a free port until the process ends.
pub(crate) async fn serve(objects: BTreeMap<String, String>) -> Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let objects = Arc::new(objects);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(answer(stream, Arc::clone(&objects)));
        }
    });
    Ok(address)
}

/// Answers one request and closes.
async fn answer(stream: TcpStream, objects: Arc<BTreeMap<String, String>>) -> Result<()> {
    let mut stream = BufReader::new(stream);
    let (mut request, mut line) = (String::new(), String::new());
    stream.read_line(&mut request).await?;
    while stream.read_line(&mut line).await? > 2 {
        line.clear();
    }
    let target = request.split(' ').nth(1).unwrap_or_default();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let key = path
        .trim_start_matches('/')
        .split_once('/')
        .map_or("", |(_, key)| key);
    let (status, body) = match objects.get(key) {
        Some(content) => ("200 OK", content.clone()),
        None if key.is_empty() => ("200 OK", listing(&objects, query)),
        None => ("404 Not Found", String::new()),
    };
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(body.as_bytes()).await?;
    Ok(stream.shutdown().await?)
}

fn listing(objects: &BTreeMap<String, String>, query: &str) -> String {
    let prefix = query
        .split('&')
        .find_map(|pair| pair.strip_prefix("prefix="));
    let prefix = prefix.unwrap_or_default();
    let keys = objects.keys().filter(|key| key.starts_with(prefix));
    let keys: String = keys
        .map(|key| format!("<Contents><Key>{key}</Key></Contents>"))
        .collect();
    format!("<ListBucketResult>{keys}<IsTruncated>false</IsTruncated></ListBucketResult>")
}
