//! The client against a backend that throttles, fails, breaks off, redirects and lets tokens expire.

#![allow(clippy::unwrap_used, reason = "tests")]

mod shop;

use std::{collections::BTreeMap, time::Duration};

use backend::{Auth, BackendError, Client, Patience, Request, Secret, Secrets};
use shared::{
    config::backend::ClientAuth,
    fault::{Fault, FaultKind},
};

use crate::shop::{Reply, Shop, manager};

fn client(shop: &Shop, auth: Auth, secrets: Secrets) -> Client {
    let client = Client::new(&shop.url, auth, secrets, None).unwrap();
    client.with_patience(Patience {
        first_wait: Duration::from_millis(5),
        longest_wait: Duration::from_millis(1_500),
        throttled: Duration::from_secs(3),
        ..Patience::default()
    })
}

fn open(shop: &Shop) -> Client {
    client(shop, Auth::None, Secrets::None)
}

fn secret(members: &[(&str, &str)]) -> Secrets {
    let members = members
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Secrets::Known(Secret::new(members.collect::<BTreeMap<_, _>>()))
}

fn bearer() -> Auth {
    Auth::Bearer {
        token: "token".to_owned(),
    }
}

fn credentials() -> Auth {
    Auth::ClientCredentials {
        token_url: "/oauth/token".to_owned(),
        client_id: "clientId".to_owned(),
        client_secret: "clientSecret".to_owned(),
        scope: Some("view_products".to_owned()),
        client_auth: ClientAuth::Basic,
    }
}

#[tokio::test]
async fn throttling_is_waited_for_as_the_backend_asks() {
    let shop = Shop::open(vec![
        Reply::status(429).header("retry-after", "1"),
        Reply::body("fine"),
    ])
    .await;
    let (client, begun) = (open(&shop), std::time::Instant::now());
    let answer = client.send(&Request::get("/p")).await.unwrap();
    assert_eq!(&answer.body[..], b"fine");
    assert!(begun.elapsed() >= Duration::from_millis(990));
    assert_eq!((client.take_throttled(), client.take_throttled()), (1, 0));
}

#[tokio::test]
async fn endless_throttling_ends_as_retryable() {
    let shop = Shop::open(vec![Reply::status(429).header("retry-after", "3600")]).await;
    let error = open(&shop).send(&Request::get("/p")).await.unwrap_err();
    assert_eq!(error.kind(), FaultKind::Retryable);
    assert!(matches!(error, BackendError::Throttled { .. }), "{error}");
}

#[tokio::test]
async fn failures_in_between_are_tried_again_and_endless_ones_told() {
    let fails = || Reply::status(500);
    let shop = Shop::open(vec![fails(), Reply::cut(), fails(), Reply::body("fine")]).await;
    assert!(open(&shop).send(&Request::get("/p")).await.is_ok());
    assert_eq!(shop.seen().len(), 4);

    let shop = Shop::open(vec![fails()]).await;
    let error = open(&shop).send(&Request::get("/p?x=1")).await.unwrap_err();
    assert_eq!(error.kind(), FaultKind::Retryable);
    let message = error.to_string();
    assert!(message.contains("fails at /p (500), 5 times"), "{message}");
}

#[tokio::test]
async fn a_cut_answer_is_told_without_its_query() {
    let shop = Shop::open(vec![Reply::cut()]).await;
    let auth = Auth::Query {
        name: "key".to_owned(),
        member: "token".to_owned(),
    };
    let client = client(&shop, auth, secret(&[("token", "sesame-open")]));
    let error = client.send(&Request::get("/p")).await.unwrap_err();
    assert_eq!(error.kind(), FaultKind::Retryable);
    assert!(
        !format!("{error} {error:?} {client:?}").contains("sesame"),
        "{error:?}"
    );
    assert!(shop.seen()[0].uri.contains("key=sesame-open"));
}

#[tokio::test]
async fn every_kind_of_credentials_is_sent_as_declared() {
    let shop = Shop::open(vec![Reply::body("")]).await;
    let known = secret(&[
        ("username", "ü"),
        ("password", "p:w"),
        ("token", "t-123456"),
    ]);
    let basic = Auth::Basic {
        username: "username".to_owned(),
        password: "password".to_owned(),
    };
    let header = Auth::Header {
        name: "X-Shop-Token".to_owned(),
        member: "token".to_owned(),
    };
    for auth in [basic, bearer(), header, Auth::None] {
        let client = client(&shop, auth, known.clone());
        client.send(&Request::get("/p")).await.unwrap();
    }
    let seen = shop.seen();
    let authorization = |index: usize| seen[index].header("authorization");
    assert_eq!(authorization(0).unwrap(), "Basic w7w6cDp3");
    assert_eq!(authorization(1).unwrap(), "Bearer t-123456");
    assert_eq!(seen[2].header("x-shop-token").unwrap(), "t-123456");
    assert_eq!((authorization(2), authorization(3)), (None, None));
}

#[tokio::test]
async fn a_rotated_secret_is_read_again_once() {
    let shop = Shop::open(vec![
        Reply::body("first"),
        Reply::status(401),
        Reply::body("second"),
    ])
    .await;
    let manager = manager(&[r#"{"token":"old-token"}"#, r#"{"token":"new-token"}"#]).await;
    let client = client(&shop, bearer(), manager.secrets());
    client.send(&Request::get("/p")).await.unwrap();
    client.send(&Request::get("/p")).await.unwrap();
    let tokens: Vec<_> = shop
        .seen()
        .iter()
        .map(|seen| seen.header("authorization"))
        .collect();
    let expected = ["Bearer old-token", "Bearer old-token", "Bearer new-token"];
    assert_eq!(tokens, expected.map(|token| Some(token.to_owned())));
    assert_eq!(manager.reads(), 2);
}

#[tokio::test]
async fn credentials_that_stay_refused_say_what_to_check() {
    let shop = Shop::open(vec![Reply::status(401).and_body("no: sesame-open")]).await;
    let client = client(&shop, bearer(), secret(&[("token", "sesame-open")]));
    let error = client.send(&Request::get("/p")).await.unwrap_err();
    assert_eq!(error.kind(), FaultKind::InvalidInput);
    let message = error.to_string();
    assert!(
        message.contains("/p (401); check `token` of the secret"),
        "{message}"
    );
    assert_eq!(shop.seen().len(), 2);
}

#[tokio::test]
async fn a_refusal_is_told_without_what_the_backend_says() {
    let shop = Shop::open(vec![
        Reply::status(400).and_body("bad key sesame-open of jane@shop.example"),
    ])
    .await;
    let client = client(&shop, bearer(), secret(&[("token", "sesame-open")]));
    let error = client
        .send(&Request::get("/p?mail=jane"))
        .await
        .unwrap_err();
    let told = format!("{error} {error:?}");
    assert!(
        told.starts_with("the backend refuses /p (400): its answer of 40 bytes"),
        "{told}"
    );
    assert!(!told.contains("sesame") && !told.contains("jane"), "{told}");
}

#[tokio::test]
async fn a_token_is_kept_and_asked_for_again_when_it_expires_in_the_middle() {
    let token = |token: &str| {
        Reply::body(&format!(
            r#"{{"access_token":"{token}","expires_in":3600}}"#
        ))
    };
    let shop = Shop::open(vec![
        token("first-token"),
        Reply::body("1"),
        Reply::body("2"),
        Reply::status(401),
        Reply::status(503),
        token("second-token"),
        Reply::body("3"),
    ])
    .await;
    let members = [("clientId", "me"), ("clientSecret", "a b:c")];
    let client = client(&shop, credentials(), secret(&members));
    for _ in 0..3 {
        client.send(&Request::get("/p")).await.unwrap();
    }
    let seen = shop.seen();
    let uris: Vec<&str> = seen.iter().map(|seen| seen.uri.as_str()).collect();
    let (token, page) = ("/oauth/token", "/p");
    assert_eq!(uris, [token, page, page, page, token, token, page]);
    assert_eq!(
        seen[0].body,
        "grant_type=client_credentials&scope=view_products"
    );
    assert_eq!(
        seen[0].header("authorization").unwrap(),
        "Basic bWU6YStiJTNBYw=="
    );
    assert_eq!(
        seen[6].header("authorization").unwrap(),
        "Bearer second-token"
    );
}

#[tokio::test]
async fn a_refused_client_says_what_to_check() {
    let shop =
        Shop::open(vec![Reply::status(400).and_body(
            r#"{"error":"invalid_client","error_description":"a-b-c-d"}"#,
        )])
        .await;
    let client = client(
        &shop,
        credentials(),
        secret(&[("clientId", "me"), ("clientSecret", "a-b-c-d")]),
    );
    let error = client.send(&Request::get("/p")).await.unwrap_err();
    assert_eq!(error.kind(), FaultKind::InvalidInput);
    let message = error.to_string();
    assert!(
        message.contains("/oauth/token: status 400 invalid_client; check"),
        "{message}"
    );
    assert!(!message.contains("a-b-c-d"), "{message}");
}

#[tokio::test]
async fn a_busy_place_of_tokens_is_waited_for_as_it_asks_and_not_quoted() {
    let shop = Shop::open(vec![
        Reply::status(429).header("retry-after", "2"),
        Reply::status(400).and_body(r#"{"error":"jane@shop.example"}"#),
    ])
    .await;
    let members = [("clientId", "me"), ("clientSecret", "a-b-c-d")];
    let client = client(&shop, credentials(), secret(&members));
    let begun = std::time::Instant::now();
    let error = client.send(&Request::get("/p")).await.unwrap_err();
    assert!(begun.elapsed() >= Duration::from_millis(1_990));
    let message = error.to_string();
    assert!(message.contains("status 400; check"), "{message}");
    assert!(!message.contains("jane"), "{message}");
}

#[tokio::test]
async fn redirections_stay_at_the_backend() {
    let shop = Shop::open(vec![
        Reply::status(302).header("location", "/q?page=2"),
        Reply::body("fine"),
        Reply::status(301).header("location", "http://169.254.169.254/latest/meta-data"),
    ])
    .await;
    let client = client(&shop, bearer(), secret(&[("token", "sesame-open")]));
    assert!(client.send(&Request::get("/p")).await.is_ok());
    assert_eq!(shop.seen()[1].uri, "/q?page=2");
    let error = client
        .send(&Request::get("/p"))
        .await
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("leads to http://169.254.169.254, which is not the backend"),
        "{error}"
    );
    let error = client
        .send(&Request::post("/p", &serde_json::json!({})))
        .await;
    assert!(error.unwrap_err().to_string().contains("it redirects"));
    assert_eq!(shop.seen().len(), 4);
}

#[tokio::test]
async fn an_answer_over_the_limit_is_not_read() {
    let chunk = "x".repeat(1024 * 1024);
    let shop = Shop::open(vec![Reply::chunks(&chunk, 33)]).await;
    let error = open(&shop).send(&Request::get("/p")).await.unwrap_err();
    assert!(matches!(error, BackendError::TooLarge { .. }), "{error}");
    assert_eq!(shop.seen().len(), 1);
}

#[tokio::test]
async fn what_is_not_there_is_told_apart() {
    let shop = Shop::open(vec![Reply::status(404)]).await;
    let error = open(&shop).send(&Request::get("/p/1")).await.unwrap_err();
    assert!(error.is_not_found());
    assert_eq!(error.to_string(), "the backend has no /p/1");
}

#[tokio::test]
async fn a_machine_that_is_not_there_is_retryable() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let client = Client::new(&url, Auth::None, Secrets::None, None).unwrap();
    let client = client.with_patience(Patience {
        first_wait: Duration::from_millis(1),
        ..Patience::default()
    });
    let error = client.send(&Request::get("/p")).await.unwrap_err();
    assert_eq!(error.kind(), FaultKind::Retryable);
    assert!(error.to_string().contains("for /p, 5 times"), "{error}");
}

#[tokio::test]
async fn a_secret_that_is_needed_and_not_there_is_named() {
    let shop = Shop::open(vec![Reply::body("")]).await;
    let error = client(&shop, bearer(), Secrets::None)
        .send(&Request::get("/p"))
        .await;
    assert!(
        error
            .unwrap_err()
            .to_string()
            .contains("needs a secret with `token`")
    );
    let other = secret(&[("other", "x")]);
    let error = client(&shop, bearer(), other)
        .send(&Request::get("/p"))
        .await;
    assert!(error.unwrap_err().to_string().contains("no member `token`"));
    assert!(shop.seen().is_empty());
}
