//! One invocation of the real binary: its process, and the Lambda runtime API it asks for the event.

use std::{
    net::SocketAddr,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    time::timeout,
};

use crate::{Result, Run, services::Served};

/// How long a run may take; a real one has 15 minutes.
const PATIENCE: Duration = Duration::from_secs(3_600);

/// Ended when dropped.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Checks `dataset` of the served bucket; what it took, and the answer.
pub(crate) async fn check(binary: &Path, services: &Served, dataset: &str) -> Result<(Run, Value)> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let process = start(binary, listener.local_addr()?, services.address)?;
    let event = json!({ "dataset": dataset, "run": "bench" });
    let served = timeout(PATIENCE, serve(&listener, &event.to_string(), &process)).await;
    let (started, answer, peak_kib) = served.map_err(|_| "no answer in an hour")??;
    let (stored_at, judged_at) = (Instant::now(), services.take_judged_at());
    if answer["passed"] != true {
        return Err(format!("the check did not pass: {answer}").into());
    }
    let rows = answer["rows"].as_u64().unwrap_or(0) + rejected(&answer);
    let run = Run {
        rows,
        seconds: (judged_at.ok_or("nothing was stored")? - started).as_secs_f64(),
        all_seconds: (stored_at - started).as_secs_f64(),
        peak_kib,
    };
    Ok((run, answer))
}

/// Rows that an answer says were rejected.
pub(crate) fn rejected(answer: &Value) -> u64 {
    let reasons = answer["rejected"].as_object().into_iter().flatten();
    reasons.filter_map(|(_, rows)| rows.as_u64()).sum()
}

fn start(binary: &Path, runtime_api: SocketAddr, services: SocketAddr) -> Result<Process> {
    let child = Command::new(binary)
        .env_clear()
        .env("AWS_LAMBDA_RUNTIME_API", runtime_api.to_string())
        .env("AWS_ENDPOINT_URL", format!("http://{services}"))
        .envs([
            ("AWS_LAMBDA_FUNCTION_NAME", "check-data"),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "1769"),
            ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
            ("AWS_REGION", "us-east-1"),
            ("AWS_ACCESS_KEY_ID", "bench"),
            ("AWS_SECRET_ACCESS_KEY", "bench"),
            ("AWS_EC2_METADATA_DISABLED", "true"),
            ("DATA_BUCKET", "bench"),
            ("CONFIG_KEY", "config/personalization.yaml"),
            ("OPERATIONS_TABLE", "Operations"),
        ])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn();
    child.map(Process).map_err(|error| {
        format!(
            "{}: {error}; build it with `cargo build --release -p check-data`",
            binary.display()
        )
        .into()
    })
}

/// Hands out the event and waits for the answer; when it was handed out, and the most memory until then.
async fn serve(
    listener: &TcpListener,
    event: &str,
    process: &Process,
) -> Result<(Instant, Value, u64)> {
    let mut stream = BufReader::new(listener.accept().await?.0);
    let (path, _) = request(&mut stream).await?;
    if !path.ends_with("/invocation/next") {
        return Err(format!("the function failed before it asked for work: {path}").into());
    }
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nlambda-runtime-aws-request-id: 1\r\n\
         lambda-runtime-deadline-ms: 9999999999999\r\nlambda-runtime-invoked-function-arn: arn:aws:lambda:us-east-1:0:function:check-data\r\n\r\n{event}",
        event.len()
    );
    let started = Instant::now();
    stream.get_mut().write_all(head.as_bytes()).await?;
    // The answer may come on another connection.
    let answered = tokio::select! {
        answer = request(&mut stream) => answer,
        other = listener.accept() => request(&mut BufReader::new(other?.0)).await,
    };
    let (_, body) = answered?;
    // The process still waits for the reply to its answer: it is there to be looked at.
    let peak = peak_kib(process.0.id())?;
    Ok((started, serde_json::from_slice(&body)?, peak))
}

/// Path and body of the next request.
async fn request(stream: &mut BufReader<TcpStream>) -> Result<(String, Vec<u8>)> {
    let (mut first, mut length) = (String::new(), 0);
    stream.read_line(&mut first).await?;
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? <= 2 {
            break;
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse()?;
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await?;
    Ok((first.split(' ').nth(1).unwrap_or_default().to_owned(), body))
}

fn peak_kib(process: u32) -> Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let peak = peak.and_then(|line| line.split_whitespace().next()?.parse().ok());
    peak.ok_or_else(|| "this system does not tell the memory of a process".into())
}
