//! What was sent, as `messaging-local` keeps it, and what it is told to do.

use hyper::Method;
use serde_json::{Value, json};
use tests::Shop;

/// Messages that are asked for at once.
const PAGE: usize = 10_000;

/// All messages of a run, in the order they came.
pub(crate) fn messages(shop: &Shop, run: &str) -> Vec<Value> {
    let mut all = Vec::new();
    let mut after = json!(0);
    while !after.is_null() {
        let path = format!("/_messaging/messages?run={run}&limit={PAGE}&after={after}");
        let mut page = ask(shop, Method::GET, &path, &Value::Null);
        if let Value::Array(messages) = page["messages"].take() {
            all.extend(messages);
        }
        after = page["next"].take();
    }
    all
}

/// How many messages a run has sent, and to how many people.
pub(crate) fn counts(shop: &Shop, run: &str) -> (u64, u64) {
    let counts = ask(shop, Method::GET, "/_messaging/counts", &Value::Null);
    let runs = counts["runs"].as_array().expect("runs");
    let found = runs.iter().find(|counted| counted["run"] == run);
    let number = |member: &str| found.map_or(0, |run| run[member].as_u64().unwrap_or_default());
    (number("messages"), number("people"))
}

/// The HTML of an email, as it would look.
pub(crate) fn html(shop: &Shop, message: &Value) -> String {
    let id = message["id"].as_str().expect("an id");
    let (status, html) = shop.messaging(Method::GET, &format!("/messages/{id}/html"), &Value::Null);
    assert_eq!(status, 200, "{html}");
    html
}

/// To whom it went.
pub(crate) fn to(message: &Value) -> &str {
    message["to"][0].as_str().expect("an address")
}

/// Runs `body` while the sending operations fail like this.
pub(crate) fn with_faults<T>(shop: &Shop, faults: &Value, body: impl FnOnce() -> T) -> T {
    ask(shop, Method::PUT, "/_messaging/faults", faults);
    let outcome = body();
    ask(shop, Method::PUT, "/_messaging/faults", &json!({}));
    outcome
}

/// Says that something happened to messages: `bounce`, `complaint` or `reply`.
pub(crate) fn happens(shop: &Shop, what: &str, about: &Value) {
    ask(shop, Method::POST, &format!("/_messaging/{what}"), about);
}

fn ask(shop: &Shop, method: Method, path: &str, body: &Value) -> Value {
    let (status, text) = shop.messaging(method, path, body);
    assert!((200..300).contains(&status), "{path}: {status}: {text}");
    serde_json::from_str(&text).unwrap_or_default()
}
