//! Against a small server in place of Personalize, over real sockets.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
};

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_personalizeruntime::config::Credentials;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use super::*;
use crate::question::Asked;

const LONG: Duration = Duration::from_secs(5);
const ITEMS: &str = r#"{"recommendationId": "rid", "itemList": [{"itemId": "a", "score": 0.5}]}"#;

/// What the server does, and what it was asked.
#[derive(Default)]
struct Server {
    delay: Duration,
    /// Calls that are throttled before the first that is answered.
    throttled: usize,
    calls: AtomicUsize,
}

async fn personalize(server: Server) -> (Personalize, Arc<Server>) {
    let server = Arc::new(server);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let serving = Arc::clone(&server);
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            tokio::spawn(connection(stream, Arc::clone(&serving)));
        }
    });
    let config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new("us-east-1"))
        .endpoint_url(endpoint)
        .credentials_provider(
            aws_sdk_personalizeruntime::config::SharedCredentialsProvider::new(Credentials::new(
                "test", "test", None, None, "test",
            )),
        )
        .build();
    (Personalize::new(&Access::new(&config)), server)
}

async fn connection(mut stream: TcpStream, server: Arc<Server>) {
    let mut request = Vec::new();
    let mut chunk = [0; 4_096];
    while let Ok(read @ 1..) = stream.read(&mut chunk).await {
        request.extend_from_slice(&chunk[..read]);
        // A question is one object: its end is the request's.
        if !request.ends_with(b"}") {
            continue;
        }
        request.clear();
        let call = server.calls.fetch_add(1, SeqCst);
        tokio::time::sleep(server.delay).await;
        let (status, error, body) = match call < server.throttled {
            true => (
                "429 Too Many Requests",
                "x-amzn-errortype: ThrottlingException\r\n",
                "{}",
            ),
            false => ("200 OK", "", ITEMS),
        };
        let length = body.len();
        let answer = format!(
            "HTTP/1.1 {status}\r\ncontent-type: application/json\r\n{error}content-length: {length}\r\n\r\n{body}"
        );
        if stream.write_all(answer.as_bytes()).await.is_err() {
            return;
        }
    }
}

fn question(user: &str) -> Question {
    Question {
        of: Asked::Campaign("arn:aws:personalize:us-east-1:1:campaign/c".into()),
        filter: None,
        filter_values: BTreeMap::new(),
        context: BTreeMap::new(),
        user: Some(user.to_owned()),
        item: None,
        list: Vec::new(),
        results: 10,
    }
}

#[tokio::test]
async fn identical_questions_are_one_call() {
    let server = Server {
        delay: Duration::from_millis(50),
        ..Server::default()
    };
    let (personalize, server) = personalize(server).await;
    let (same, other) = (question("u"), question("v"));
    let asked = [&same, &same, &same, &other];
    let answers = asked.map(|question| personalize.predict(question, LONG, |_| ()));
    for answer in futures::future::join_all(answers).await {
        assert_eq!(answer.unwrap().items[0].id, "a");
    }
    assert_eq!(server.calls.load(SeqCst), 2);
    personalize.predict(&same, LONG, |_| ()).await.unwrap();
    assert_eq!(server.calls.load(SeqCst), 3, "what has ended is asked anew");
}

#[tokio::test]
async fn an_answer_that_comes_too_late_is_heard_all_the_same() {
    let server = Server {
        delay: Duration::from_millis(80),
        ..Server::default()
    };
    let (personalize, _) = personalize(server).await;
    let (hear, heard) = tokio::sync::oneshot::channel();
    let arrived = move |prediction: &Prediction| {
        let _ = hear.send(prediction.items.len());
    };
    let within = Duration::from_millis(10);
    let answer = personalize.predict(&question("u"), within, arrived).await;
    assert_eq!(answer, Err(Cause::Timeout));
    assert_eq!(heard.await, Ok(1));
}

#[tokio::test]
async fn a_throttled_call_is_made_once_more() {
    let server = Server {
        throttled: 1,
        ..Server::default()
    };
    let (personalize, server) = personalize(server).await;
    let answer = personalize.predict(&question("u"), LONG, |_| ()).await;
    assert_eq!(answer.unwrap().recommendation_id.as_deref(), Some("rid"));
    assert_eq!(server.calls.load(SeqCst), 2);
}

#[tokio::test]
async fn a_campaign_that_fails_is_left_alone_and_retries_do_not_double_the_load() {
    let server = Server {
        throttled: usize::MAX,
        ..Server::default()
    };
    let (personalize, server) = personalize(server).await;
    let mut causes = Vec::new();
    for n in 0..20 {
        let answer = personalize
            .predict(&question(&n.to_string()), LONG, |_| ())
            .await;
        causes.push(answer.unwrap_err());
    }
    assert_eq!(causes[..8], [Cause::Busy; 8]);
    assert_eq!(causes[8..], [Cause::CircuitOpen; 12]);
    let calls = server.calls.load(SeqCst);
    assert!((8..=14).contains(&calls), "{calls} calls for 8 questions");
}
