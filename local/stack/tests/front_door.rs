//! The front door between real sockets: routing by signature, bodies streamed both ways, faults
//! in the words of the service. The two backends are small servers that tell who they are.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures::{StreamExt, stream};
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioIo};
use local::front_door::{Backends, FAULTS, Faults, HEALTH, bind, serve};
use local::http;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

const PATIENCE: Duration = Duration::from_secs(10);

/// Answers with its name, the path and the body it was sent.
async fn backend(name: &'static str) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let echo = service_fn(move |request: Request<Incoming>| async move {
                let (parts, body) = request.into_parts();
                let head = format!("{name} {} {}\n", parts.method, parts.uri);
                let frames = stream::once(async { Ok(Frame::data(Bytes::from(head))) });
                let body = StreamBody::new(
                    frames.chain(body.into_data_stream().map(|chunk| chunk.map(Frame::data))),
                );
                Ok::<_, hyper::Error>(
                    Response::builder()
                        .header("x-backend", name)
                        .body(body)
                        .unwrap(),
                )
            });
            tokio::spawn(
                hyper::server::conn::http1::Builder::new()
                    .serve_connection(TokioIo::new(stream), echo),
            );
        }
    });
    port
}

/// A front door before three backends; its URL.
async fn door() -> String {
    let backends = Backends {
        ministack: backend("ministack").await,
        personalize: backend("personalize").await,
        athena: backend("athena").await,
        messaging: backend("messaging").await,
    };
    door_to(backends).await
}

async fn door_to(backends: Backends) -> String {
    let listener = bind(0).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(serve(listener, backends, Arc::new(Faults::default())));
    format!("http://127.0.0.1:{port}")
}

fn signature(service: &str) -> String {
    format!(
        "AWS4-HMAC-SHA256 Credential=test/20261123/us-east-1/{service}/aws4_request, SignedHeaders=host, Signature=0"
    )
}

async fn ask(
    url: &str,
    service: &str,
    headers: &[(&str, &str)],
) -> Result<(StatusCode, String), String> {
    let signature = signature(service);
    let mut all = vec![("authorization", signature.as_str())];
    all.extend(headers);
    let (status, body) = http::send(Method::POST, url, &all, "hello", PATIENCE).await?;
    Ok((status, String::from_utf8(body.to_vec()).unwrap()))
}

async fn set_faults(door: &str, faults: &Value) -> StatusCode {
    let url = format!("{door}{FAULTS}");
    http::send(Method::PUT, &url, &[], faults.to_string(), PATIENCE)
        .await
        .unwrap()
        .0
}

#[tokio::test]
async fn requests_go_where_their_signature_says() {
    let door = door().await;
    let (_, body) = ask(&format!("{door}/a?b=1"), "personalize", &[])
        .await
        .unwrap();
    assert_eq!(body, "personalize POST /a?b=1\nhello");
    let (_, body) = ask(&format!("{door}/bucket/key%20x"), "s3", &[])
        .await
        .unwrap();
    assert_eq!(body, "ministack POST /bucket/key%20x\nhello");
    let (_, body) = ask(&door, "athena", &[]).await.unwrap();
    assert!(body.starts_with("athena POST"), "{body}");
    let url = format!("{door}/v1/apis/1/graphql");
    let (_, body) = http::send(Method::POST, &url, &[], "{}", PATIENCE)
        .await
        .unwrap();
    assert!(body.starts_with(b"ministack POST /v1/apis/1/graphql"));
}

#[tokio::test]
async fn services_nobody_plays_say_so() {
    let door = door_to(Backends {
        ministack: backend("ministack").await,
        personalize: backend("personalize").await,
        athena: 0,
        messaging: 0,
    })
    .await;
    for service in ["athena", "ses", "mobiletargeting", "sms-voice"] {
        let (status, body) = ask(&door, service, &[]).await.unwrap();
        assert_eq!(status, StatusCode::NOT_IMPLEMENTED);
        assert!(body.contains(service), "{body}");
    }
}

#[tokio::test]
async fn bodies_are_streamed_not_collected() {
    let door = door().await;
    let (send, receive) = tokio::sync::mpsc::unbounded_channel::<Bytes>();
    let frames = stream::unfold(receive, |mut receive| async {
        let chunk = receive.recv().await?;
        Some((
            Ok::<_, std::convert::Infallible>(Frame::data(chunk)),
            receive,
        ))
    });
    let client = Client::builder(TokioExecutor::new()).build_http();
    let request = Request::put(format!("{door}/b/k")).header("authorization", signature("s3"));
    let request = request.body(StreamBody::new(Box::pin(frames))).unwrap();
    let mut answer = client.request(request).await.unwrap().into_body();
    let mut next = async || {
        let frame = tokio::time::timeout(PATIENCE, answer.frame())
            .await
            .unwrap();
        frame.map(|frame| frame.unwrap().into_data().unwrap())
    };
    assert_eq!(next().await.unwrap(), "ministack PUT /b/k\n");
    // Each chunk is back before the next is sent: nobody on the way waits for the whole body.
    for chunk in ["first", "second"] {
        send.send(Bytes::from(chunk)).unwrap();
        assert_eq!(next().await.unwrap(), chunk);
    }
    drop(send);
    assert_eq!(next().await, None);
}

/// Service, headers, status, text of the answer.
type Case = (
    &'static str,
    &'static [(&'static str, &'static str)],
    u16,
    &'static str,
);

#[tokio::test]
async fn throttling_looks_like_that_of_the_service() {
    let door = door().await;
    let all = json!({"throttle": 100});
    let faults = json!({"personalize": all, "s3": all, "sns": all, "lambda": all, "dynamodb": all});
    assert_eq!(set_faults(&door, &faults).await, StatusCode::OK);
    let cases: [Case; 5] = [
        (
            "personalize",
            &[("x-amz-target", "AmazonPersonalize.CreateFilter")],
            400,
            r#""__type":"ThrottlingException""#,
        ),
        ("s3", &[], 503, "<Code>SlowDown</Code>"),
        ("sns", &[], 400, "<Code>Throttling</Code>"),
        ("lambda", &[], 429, "Rate Exceeded"),
        (
            "dynamodb",
            &[("x-amz-target", "DynamoDB_20120810.GetItem")],
            400,
            "#ThrottlingException",
        ),
    ];
    for (service, headers, status, text) in cases {
        let (answered, body) = ask(&door, service, headers).await.unwrap();
        assert_eq!(answered.as_u16(), status, "{service}");
        assert!(body.contains(text), "{service}: {body}");
    }
    let (status, _) = ask(&door, "sqs", &[]).await.unwrap();
    assert_eq!(status, StatusCode::OK, "others are left alone");
}

#[tokio::test]
async fn rest_errors_are_named_in_the_header() {
    let door = door().await;
    set_faults(&door, &json!({"personalize": {"throttle": 100}})).await;
    let client = Client::builder(TokioExecutor::new()).build_http();
    let request = Request::post(format!("{door}/recommendations"))
        .header("authorization", signature("personalize"));
    let answer = client
        .request(request.body(Full::new(Bytes::new())).unwrap())
        .await
        .unwrap();
    assert_eq!(answer.headers()["x-amzn-errortype"], "ThrottlingException");
}

#[tokio::test]
async fn errors_delays_and_cuts_happen_as_asked() {
    let door = door().await;
    set_faults(
        &door,
        &json!({"s3": {"error": 100}, "sqs": {"cut": 100}, "sns": {"delay": 300}}),
    )
    .await;
    let (status, body) = ask(&door, "s3", &[]).await.unwrap();
    assert_eq!(
        (status, body.contains("<Code>InternalError</Code>")),
        (StatusCode::INTERNAL_SERVER_ERROR, true)
    );
    assert!(ask(&door, "sqs", &[]).await.is_err(), "no answer at all");
    let asked = std::time::Instant::now();
    assert_eq!(ask(&door, "sns", &[]).await.unwrap().0, StatusCode::OK);
    assert!(asked.elapsed() >= Duration::from_millis(300));
}

#[tokio::test]
async fn a_lost_answer_was_carried_out() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let carried_out = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = [0; 4096];
        let read = stream.read(&mut request).await.unwrap();
        let answer = "HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\ndone";
        stream.write_all(answer.as_bytes()).await.unwrap();
        String::from_utf8_lossy(&request[..read]).into_owned()
    });
    let door = door_to(Backends {
        ministack: port,
        personalize: port,
        athena: port,
        messaging: port,
    })
    .await;
    set_faults(&door, &json!({"sqs": {"lose": 100}})).await;
    assert!(ask(&door, "sqs", &[]).await.is_err(), "no answer at all");
    assert!(carried_out.await.unwrap().starts_with("POST "));
}

#[tokio::test]
async fn faults_can_be_read_changed_and_cleared() {
    let door = door().await;
    let url = format!("{door}{FAULTS}");
    set_faults(&door, &json!({"s3": {"throttle": 30, "delay": 5}})).await;
    let read = async |method| {
        let (status, body) = http::send(method, &url, &[], "", PATIENCE).await.unwrap();
        (status, serde_json::from_slice::<Value>(&body).unwrap())
    };
    let expected = json!({"s3": {"throttle": 30, "error": 0, "cut": 0, "lose": 0, "delay": 5}});
    assert_eq!(read(Method::GET).await, (StatusCode::OK, expected));
    assert_eq!(
        set_faults(&door, &json!({"s3": {"rate": 1}})).await,
        StatusCode::BAD_REQUEST
    );
    assert_eq!(
        set_faults(&door, &json!({"s3": {"error": 90, "cut": 20}})).await,
        StatusCode::BAD_REQUEST
    );
    assert_eq!(read(Method::DELETE).await, (StatusCode::OK, json!({})));
    let health = http::send(Method::GET, &format!("{door}{HEALTH}"), &[], "", PATIENCE).await;
    assert_eq!(health.unwrap().0, StatusCode::OK);
}

#[tokio::test]
async fn a_backend_that_is_down_is_named() {
    let free = TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let door = door_to(Backends {
        ministack: free,
        personalize: free,
        athena: free,
        messaging: free,
    })
    .await;
    let (status, body) = ask(&door, "personalize", &[]).await.unwrap();
    assert_eq!(status, StatusCode::BAD_GATEWAY);
    assert!(body.contains("personalize-local"), "{body}");
}
