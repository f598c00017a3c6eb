//! As much of S3 as an import needs: one bucket, its objects by key.

use std::{collections::BTreeMap, net::SocketAddr, sync::Arc, thread};

use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    runtime::Builder,
};

use crate::Result;

/// Serves objects on a free port until the process ends, on a thread of its own: sending a large one
/// must not keep the load from being measured.
pub(crate) fn serve(objects: BTreeMap<String, String>) -> Result<SocketAddr> {
    let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    listener.set_nonblocking(true)?;
    let runtime = Builder::new_current_thread().enable_io().build()?;
    thread::spawn(move || runtime.block_on(accept(listener, Arc::new(objects))));
    Ok(address)
}

async fn accept(listener: std::net::TcpListener, objects: Arc<BTreeMap<String, String>>) {
    let Ok(listener) = TcpListener::from_std(listener) else {
        return; // the import says that nobody answers
    };
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(answer(stream, Arc::clone(&objects)));
    }
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
