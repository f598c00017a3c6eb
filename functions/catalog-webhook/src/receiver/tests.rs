//! Calls from the outside in: requests of a Function URL, and what is answered and published.

use std::sync::atomic::{AtomicUsize, Ordering};

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use super::*;
use crate::bus::fake::FakeBus;

const BODY: &str = r#"{"id":7,"title":"Lantern"}"#;

/// Gives one value after another, the last one for ever; fails where there is none.
struct Script<V> {
    values: Vec<Option<V>>,
    reads: AtomicUsize,
}

impl<V> Script<V> {
    fn of(values: Vec<Option<V>>) -> Self {
        let reads = AtomicUsize::new(0);
        Self { values, reads }
    }
}

impl<V: Clone + Send + Sync + 'static> Source for Script<V> {
    type Value = V;
    type Error = WebhookError;

    async fn read(&self, _: Option<Arc<V>>) -> Result<V, WebhookError> {
        let read = self.reads.fetch_add(1, Ordering::SeqCst);
        let value = self.values[read.min(self.values.len() - 1)].clone();
        value.ok_or(WebhookError::NoSecret)
    }
}

type TestReceiver<'a> = Receiver<Script<Settings>, Script<Key>, &'a FakeBus>;

/// A receiver of a shop whose keys are `keys`, one after another.
fn receiver<'a>(bus: &'a FakeBus, webhook: Value, keys: &[&str]) -> TestReceiver<'a> {
    let settings = Settings {
        estate: "shop".to_owned(),
        webhook: serde_json::from_value(webhook).unwrap(),
        etag: None,
    };
    let keys = keys.iter().map(|key| Some(Key((*key).to_owned())));
    Receiver::new(
        Script::of(vec![Some(settings)]),
        Script::of(keys.collect()),
        bus,
    )
}

fn shopify<'a>(bus: &'a FakeBus, keys: &[&str]) -> TestReceiver<'a> {
    receiver(bus, json!({"kind": "shopify"}), keys)
}

/// The event of a Function URL, as Lambda sends it.
fn event(headers: &Value, body: &str, is_base64: bool) -> LambdaFunctionUrlRequest {
    let mut event: Value =
        serde_json::from_str(include_str!("../../../../events/catalog-webhook.json")).unwrap();
    event["headers"] = headers.clone();
    event["body"] = json!(body);
    event["isBase64Encoded"] = json!(is_base64);
    serde_json::from_value(event).unwrap()
}

/// A call that is signed with `key`.
fn call(key: &str, body: &str) -> LambdaFunctionUrlRequest {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).unwrap();
    mac.update(body.as_bytes());
    let signature = STANDARD.encode(mac.finalize().into_bytes());
    let headers = json!({
        "x-shopify-hmac-sha256": signature, "x-shopify-topic": "products/update",
    });
    event(&headers, body, false)
}

async fn status(receiver: &TestReceiver<'_>, request: LambdaFunctionUrlRequest) -> i64 {
    receiver.receive(request).await.unwrap().status_code
}

#[tokio::test]
async fn a_genuine_call_is_on_the_bus() {
    let bus = FakeBus::default();
    let receiver = shopify(&bus, &["hush"]);
    assert_eq!(status(&receiver, call("hush", BODY)).await, 202);
    let expected = r#"{"deleted":false,"estate":"shop","id":"7"}"#;
    assert_eq!(bus.taken.take(), [expected]);

    let plain = call("hush", BODY);
    let mut encoded = plain.clone();
    encoded.body = Some(STANDARD.encode(BODY));
    encoded.is_base64_encoded = true;
    assert_eq!(status(&receiver, encoded).await, 202);
    assert_eq!(bus.taken.take(), [expected]);
}

#[tokio::test]
async fn the_sample_event_is_taken() {
    let bus = FakeBus::default();
    let webhook = json!({"kind": "hmac", "header": "x-signature", "id": "product.id"});
    let receiver = receiver(&bus, webhook, &["sample"]);
    let sample = include_str!("../../../../events/catalog-webhook.json");
    let sample = serde_json::from_str(sample).unwrap();
    assert_eq!(status(&receiver, sample).await, 202);
    assert_eq!(
        bus.taken.take(),
        [r#"{"deleted":false,"estate":"shop","id":"85123A"}"#]
    );
}

#[tokio::test]
async fn a_call_that_is_not_the_backend_s_is_told_nothing() {
    let bus = FakeBus::default();
    let receiver = shopify(&bus, &["hush"]);
    let mut tampered = call("hush", BODY);
    tampered.body = Some(BODY.replace('7', "8"));
    for request in [
        call("guess", BODY),
        tampered,
        event(&json!({}), BODY, false),
        event(&json!({"x-shopify-hmac-sha256": ""}), "", false),
    ] {
        let answer = receiver.receive(request).await.unwrap();
        assert_eq!(
            (answer.status_code, answer.body.as_deref()),
            (401, Some(""))
        );
    }
    assert!(bus.taken.borrow().is_empty());
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_for_good() {
    let bus = FakeBus::default();
    let receiver = shopify(&bus, &["hush"]);
    assert_eq!(status(&receiver, call("hush", "{}")).await, 400);
    assert_eq!(status(&receiver, call("hush", "no json")).await, 400);
    let broken = event(&json!({}), "%%%", true);
    assert_eq!(status(&receiver, broken).await, 400);
    let long = "x".repeat(MAX_BODY + 1);
    assert_eq!(status(&receiver, call("hush", &long)).await, 413);
    let mut order = call("hush", BODY);
    let topic = HeaderValue::from_static("orders/create");
    order.headers.insert("x-shopify-topic", topic);
    assert_eq!(status(&receiver, order).await, 202, "not about products");
    assert!(bus.taken.borrow().is_empty());
}

#[tokio::test]
async fn a_bus_that_fails_asks_the_backend_to_call_again() {
    let bus = FakeBus {
        refuses: 4.into(),
        ..FakeBus::default()
    };
    let receiver = shopify(&bus, &["hush"]);
    let answer = receiver.receive(call("hush", BODY)).await.unwrap();
    assert_eq!(answer.status_code, 503);
    assert_eq!(answer.headers[RETRY_AFTER], "30");
    assert_eq!(status(&receiver, call("hush", BODY)).await, 202);
    assert_eq!(bus.taken.borrow().len(), 1);
}

#[tokio::test]
async fn without_webhook_or_key_nothing_is_taken() {
    let bus = FakeBus::default();
    let none = receiver(&bus, Value::Null, &["hush"]);
    assert_eq!(status(&none, call("hush", BODY)).await, 503);
    let keyless = Receiver {
        key: Refreshed::new(Script::of(vec![None]), MAX_AGE),
        ..shopify(&bus, &["hush"])
    };
    assert_eq!(status(&keyless, call("", BODY)).await, 503);
    assert!(bus.taken.borrow().is_empty());
}

#[tokio::test]
async fn a_key_that_was_changed_is_read_again() {
    let bus = FakeBus::default();
    let receiver = Receiver {
        key: Refreshed::new(
            Script::of(vec![
                Some(Key("old".to_owned())),
                Some(Key("new".to_owned())),
            ]),
            MAX_AGE,
        ),
        ..shopify(&bus, &["old"])
    };
    assert_eq!(status(&receiver, call("old", BODY)).await, 202);
    // Just read: not read again for everybody who guesses.
    assert_eq!(status(&receiver, call("new", BODY)).await, 401);
    tokio::time::sleep(READ_AGAIN).await;
    assert_eq!(status(&receiver, call("new", BODY)).await, 202);
    assert_eq!(status(&receiver, call("old", BODY)).await, 401);
    assert_eq!(bus.taken.borrow().len(), 2);
}

#[tokio::test]
async fn woocommerce_is_answered_when_it_asks_whether_somebody_is_there() {
    let bus = FakeBus::default();
    let form = json!({"content-type": "application/x-www-form-urlencoded"});
    let ping = event(&form, "webhook_id=7", false);
    let woocommerce = receiver(&bus, json!({"kind": "woocommerce"}), &["hush"]);
    assert_eq!(status(&woocommerce, ping.clone()).await, 200);
    let more = event(&form, "webhook_id=7&id=8", false);
    assert_eq!(status(&woocommerce, more).await, 401);
    assert_eq!(status(&shopify(&bus, &["hush"]), ping).await, 401);
    assert!(bus.taken.borrow().is_empty());
}
