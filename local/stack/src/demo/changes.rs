//! The shop changes in its backend: a product is added, one changed, one withdrawn. The answers have to
//! follow by themselves, by the backend's webhook.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use hyper::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use super::questions::{Answer, Question};
use super::table;
use crate::error::{Error, Result};
use crate::http;
use crate::progress::Progress;
use crate::stack::Stack;

const QUERY: &str = "query Product($id: ID!) { product(id: $id) { id title price } }";
/// What is added.
const NEW: &str = "demo-new";
/// What the changed product is called from then on.
const RENAMED: &str = "new in our shop";
/// Changes are in the answers within a minute; after this long they were lost.
const PATIENCE: Duration = Duration::from_secs(120);
const PAUSE: Duration = Duration::from_millis(500);

/// What was changed, and after how many seconds the answers had it.
pub(super) type Seconds = BTreeMap<&'static str, f64>;

#[derive(Debug, Deserialize)]
struct Product {
    title: String,
}

/// Changes the first product of `before`, withdraws the second, adds one, and waits until the answers
/// to `question` and to the product's query have all three.
///
/// # Errors
/// [`Error::Unexpected`] when they never do, [`Error::Graphql`].
pub(super) async fn show(stack: &Stack, question: &Question, before: &Answer) -> Result<Seconds> {
    let [changed, withdrawn, ..] = before.items.as_slice() else {
        return Err(Error::Unexpected("no two products to change".into()));
    };
    let title = format!("{}, {RENAMED}", changed.name());
    let shop = stack.ports().backend_url();
    put(&shop, &changed.id, &json!({ "name": title })).await?;
    let gone = format!("{shop}/_backend/products/{}", encoded(&withdrawn.id));
    send(Method::DELETE, &gone, String::new()).await?;
    let new = json!({
        "name": "A lantern that was not there yesterday", "price": 12.5, "currency": "GBP",
        "category": "lights", "description": "Made for the demonstration",
    });
    put(&shop, NEW, &new).await?;
    let seconds = wait(stack, question, &changed.id, &title, &withdrawn.id).await?;
    let row = |what: &str, name: &str| {
        let after = seconds.get(what).copied().unwrap_or_default();
        vec![what.to_owned(), name.to_owned(), format!("{after:.1} s")]
    };
    let rows = [
        row("changed", &title),
        row("withdrawn", withdrawn.name()),
        row("added", "A lantern that was not there yesterday"),
    ];
    table::print(
        "Changed in the backend, and in the answers after",
        &["what", "product", "after"],
        &rows,
    );
    Ok(seconds)
}

async fn wait(
    stack: &Stack,
    question: &Question,
    changed: &str,
    title: &str,
    withdrawn: &str,
) -> Result<Seconds> {
    let progress = Progress::spinner("the backend changes");
    let started = Instant::now();
    let mut seconds = Seconds::new();
    while started.elapsed() < PATIENCE {
        let answer = question.ask(stack).await?;
        let now = (started.elapsed().as_secs_f64() * 10.0).round() / 10.0;
        let mut seen = |what, is: bool| {
            if is {
                seconds.entry(what).or_insert(now);
            }
        };
        let renamed = |item: &super::questions::Item| item.id == changed && item.name() == title;
        seen("changed", answer.items.iter().any(renamed));
        seen("withdrawn", !answer.ids().contains(&withdrawn));
        seen("added", product(stack, NEW).await?.is_some());
        if seconds.len() == 3 {
            progress.done("the answers have them");
            return Ok(seconds);
        }
        tokio::time::sleep(PAUSE).await;
    }
    Err(Error::Unexpected(format!(
        "after {} s the answers had only these changes of the backend: {:?}",
        PATIENCE.as_secs(),
        seconds.keys().collect::<Vec<_>>()
    )))
}

async fn product(stack: &Stack, id: &str) -> Result<Option<String>> {
    let mut data = stack
        .graphql()?
        .ask("product", QUERY, &json!({ "id": id }))
        .await?;
    let product: Option<Product> =
        serde_json::from_value(data["product"].take()).map_err(|error| Error::Graphql {
            query: "product".into(),
            reason: error.to_string(),
        })?;
    Ok(product.map(|product| product.title))
}

async fn put(shop: &str, id: &str, product: &Value) -> Result<()> {
    let url = format!("{shop}/_backend/products/{}", encoded(id));
    send(Method::PUT, &url, product.to_string()).await
}

async fn send(method: Method, url: &str, body: String) -> Result<()> {
    let headers = [("content-type", "application/json")];
    let sent = http::send(method, url, &headers, body, Duration::from_secs(10)).await;
    match sent.map_err(Error::Unexpected)? {
        (status, _) if status.is_success() => Ok(()),
        (status, body) => Err(Error::Unexpected(format!(
            "{url}: {status}: {}",
            String::from_utf8_lossy(&body)
        ))),
    }
}

/// An id as a segment of a path.
fn encoded(id: &str) -> String {
    let byte = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
            char::from(byte).to_string()
        }
        other => format!("%{other:02X}"),
    };
    id.bytes().map(byte).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn an_id_is_one_segment_of_a_path() {
        assert_eq!(super::encoded("85123A"), "85123A");
        assert_eq!(super::encoded("a/b c"), "a%2Fb%20c");
    }
}
