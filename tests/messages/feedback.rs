//! What comes back: bounces, complaints, STOP, clicks, and who has had enough.

use std::time::{Duration, Instant};

use hyper::Method;
use messages::Channel;
use serde_json::{Value, json};
use tests::Shop;

use crate::{
    Case,
    outbox::{self, happens, to},
    people::{self, contact, email, import, phone},
    runs::{run, skipped},
};

pub(crate) const CASES: &[Case] = &[(
    "who_bounced_complained_stopped_or_unsubscribed_gets_nothing_more_and_a_click_is_an_event",
    feedback,
)];

/// How long it may take until something that came back is known.
const KNOWN: Duration = Duration::from_secs(30);

fn feedback(shop: &Shop) {
    let mut contacts = Vec::new();
    contacts.extend((0..5).map(|n| contact(&format!("back{n}"), &["email"])));
    contacts.extend((5..7).map(|n| contact(&format!("back{n}"), &["sms"])));
    import(shop, "bounced", &contacts);
    let first = run(shop, "bounced");
    let messages = outbox::messages(shop, &first.name);
    assert_eq!(messages.len(), 7, "{}", first.report);
    let of = |address: String| {
        let found = messages.iter().find(|message| to(message) == address);
        found.unwrap_or_else(|| panic!("nothing went to {address}"))
    };
    happens(
        shop,
        "bounce",
        &json!({ "messageId": of(email("back0"))["id"] }),
    );
    happens(
        shop,
        "complaint",
        &json!({ "messageId": of(email("back1"))["id"] }),
    );
    happens(
        shop,
        "reply",
        &json!({ "address": phone("back5"), "body": " Stop " }),
    );
    unsubscribe(shop, of(email("back2")));
    click(shop, of(email("back3")));
    wait_until("back0 is suppressed", || {
        suppressed(shop, Channel::Email, &email("back0"))
    });
    wait_until("back1 is suppressed", || {
        suppressed(shop, Channel::Email, &email("back1"))
    });
    wait_until("back5 is suppressed", || {
        suppressed(shop, Channel::Sms, &phone("back5"))
    });
    let users = contacts
        .iter()
        .filter_map(|contact| contact["userId"].as_str());
    people::audience(shop, "bounced-after", users);
    let second = run(shop, "bounced-after");
    let messages = outbox::messages(shop, &second.name);
    let mut got: Vec<&str> = messages.iter().map(to).collect();
    got.sort_unstable();
    let mut expected = vec![email("back3"), email("back4"), phone("back6")];
    expected.sort_unstable();
    assert_eq!(got, expected, "{}", second.report);
    assert!(
        skipped(&second, "no-consent") + skipped(&second, "suppressed") == 4,
        "{}",
        second.report
    );
}

fn suppressed(shop: &Shop, channel: Channel, address: &str) -> bool {
    let key = format!("suppressed#{}", messages::key::address(channel, address));
    shop.item("MessagesTableName", &[("pk", &key), ("sk", "suppressed")])
        .is_some()
}

/// The link of the header, as a mail program follows it, and the page, as a person does.
fn unsubscribe(shop: &Shop, message: &Value) {
    let headers = message["headers"].as_array().expect("headers");
    let header = headers
        .iter()
        .find(|header| header["name"] == "List-Unsubscribe");
    let url = header
        .and_then(|header| header["value"].as_str())
        .expect("a link");
    let path = path_of(url.trim_matches(['<', '>']));
    let (status, page) = shop.messaging(Method::GET, path, &Value::Null);
    assert_eq!(status, 200, "{page}");
    assert!(page.contains("<form"), "a person presses a button: {page}");
    let agreed = consent(shop);
    assert!(agreed, "to look at the page is no refusal");
    let (status, page) = shop.messaging(Method::POST, path, &json!({}));
    assert_eq!(status, 200, "{page}");
    wait_until("the consent is gone", || !consent(shop));
    let broken = format!("{path}x");
    let (status, page) = shop.messaging(Method::POST, &broken, &json!({}));
    assert_eq!(status, 404, "{page}");
}

fn consent(shop: &Shop) -> bool {
    const QUERY: &str = "{ messagePreferences { channels { channel given source } } }";
    let found = shop
        .graphql_as("back2", QUERY, &json!({}))
        .expect("preferences");
    let channels = found["messagePreferences"]["channels"]
        .as_array()
        .expect("channels");
    channels
        .iter()
        .any(|channel| channel["channel"] == "EMAIL" && channel["given"] == true)
}

/// A product's link leads to the product, and is in the event log with what recommended it.
fn click(shop: &Shop, message: &Value) {
    let html = outbox::html(shop, message);
    let link = html.split("href=\"").find(|rest| {
        rest.split('"')
            .next()
            .is_some_and(|url| url.contains("/links/c/"))
    });
    let link = link
        .and_then(|rest| rest.split('"').next())
        .expect("a product's link");
    let path = path_of(link);
    let before = shop.keys("events/").len();
    let (status, _) = shop.messaging(Method::GET, path, &Value::Null);
    assert_eq!(status, 302);
    wait_until("the click is in the event log", || {
        shop.keys("events/").len() > before
    });
    let logged: String = shop
        .keys("events/")
        .iter()
        .map(|key| shop.get(key))
        .collect();
    let mut lines = logged
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let click = lines.rfind(|line| line["eventType"] == "click" && line["userId"] == "back3");
    let click = click.expect("a click of back3");
    assert!(
        click["itemId"].is_string() && click["recommendationId"].is_string(),
        "{click}"
    );
}

fn path_of(url: &str) -> &str {
    let place = url.find("/links/").expect("a link of ours");
    &url[place..]
}

fn wait_until(what: &str, holds: impl Fn() -> bool) {
    let started = Instant::now();
    while !holds() {
        assert!(started.elapsed() < KNOWN, "not after {KNOWN:?}: {what}");
        std::thread::sleep(Duration::from_millis(300));
    }
}
