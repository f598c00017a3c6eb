//! Changes are told, signed.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    routing::post,
};
use backend_local::{Config, Error, Webhook, listen};
use base64::{Engine, prelude::BASE64_STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::shop::Shop;

type Received = Arc<Mutex<Vec<(HeaderMap, Bytes)>>>;

/// Refuses the first request, takes the others.
async fn receive(State(received): State<Received>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let mut received = received.lock().unwrap();
    received.push((headers, body));
    if received.len() == 1 {
        StatusCode::SERVICE_UNAVAILABLE
    } else {
        StatusCode::OK
    }
}

#[tokio::test]
async fn changes_are_told_until_they_are_heard() {
    let received = Received::default();
    let listener = listen(0).await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let router = Router::new()
        .route("/hook", post(receive))
        .with_state(Arc::clone(&received));
    let receiver = tokio::spawn(async move { axum::serve(listener, router).await });
    let webhook = Some(Webhook {
        url,
        secret: "s3cret".into(),
    });
    let shop = Shop::with(Config {
        webhook,
        ..Config::default()
    })
    .await;
    shop.put("P000003", json!({ "price": 7 })).await;
    shop.withdraw("P000004").await;
    for _ in 0..200 {
        if received.lock().unwrap().len() >= 3 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    let received = received.lock().unwrap().clone();
    let told: Vec<(String, Value)> = received
        .iter()
        .map(|(headers, body)| {
            let mut mac = Hmac::<Sha256>::new_from_slice(b"s3cret").unwrap();
            mac.update(body);
            let signature = BASE64_STANDARD
                .decode(&headers["x-shopify-hmac-sha256"])
                .unwrap();
            mac.verify_slice(&signature).unwrap();
            let body: Value = serde_json::from_slice(body).unwrap();
            (
                headers["x-shopify-topic"].to_str().unwrap().to_owned(),
                body["id"].clone(),
            )
        })
        .collect();
    let update = ("products/update".to_owned(), json!("P000003"));
    let delete = ("products/delete".to_owned(), json!("P000004"));
    assert_eq!(told, [update.clone(), update, delete]);
    let id = |place: usize| &received[place].0["x-shopify-webhook-id"];
    assert_eq!(id(0), id(1), "one change, told twice");
    assert_ne!(id(1), id(2));
    receiver.abort();
}

#[tokio::test]
async fn a_webhook_that_cannot_be_is_refused() {
    for (url, secret) in [
        ("nowhere", "s"),
        ("ftp://127.0.0.1/", "s"),
        ("http://127.0.0.1/", ""),
    ] {
        let webhook = Some(Webhook {
            url: url.into(),
            secret: secret.into(),
        });
        let folder = crate::shop::folder();
        let path = folder.join("shop.sqlite");
        backend_local::Database::create(&path)
            .unwrap()
            .finish()
            .unwrap();
        let database = backend_local::Database::open(&path).unwrap();
        let config = Config {
            webhook,
            ..Config::default()
        };
        let served =
            backend_local::serve(listen(0).await.unwrap(), database, config, async {}).await;
        assert!(matches!(served, Err(Error::Webhook { .. })), "{url}");
        std::fs::remove_dir_all(folder).unwrap();
    }
    let config = Config {
        token: "secret-token".into(),
        webhook: Some(Webhook {
            url: "u".into(),
            secret: "secret-key".into(),
        }),
    };
    assert!(!format!("{config:?}").contains("secret-"));
}
