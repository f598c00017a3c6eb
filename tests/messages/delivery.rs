//! Everybody gets it by their way, and what they get can be read.

use hyper::Method;
use serde_json::{Value, json};
use tests::Shop;

use crate::{
    Case,
    outbox::{self, to},
    people::{contact, email, import, phone},
    runs::{run, run_with, skipped},
};

pub(crate) const CASES: &[Case] = &[
    ("everybody_gets_it_by_the_way_they_agreed_to", ways),
    ("a_dry_run_sends_nothing_and_shows_what_it_would", dry_run),
    ("who_is_held_out_gets_nothing", held_out),
];

fn ways(shop: &Shop) {
    let mut contacts = Vec::new();
    contacts.extend((0..60).map(|n| contact(&format!("way{n}"), &["email"])));
    contacts.extend((60..90).map(|n| contact(&format!("way{n}"), &["sms", "email"])));
    contacts.extend((90..110).map(|n| contact(&format!("way{n}"), &["sms"])));
    // An address is no consent.
    contacts.extend((110..120).map(|n| {
        let mut contact = contact(&format!("way{n}"), &["email"]);
        contact["consents"]["email"] = json!({ "given": false, "source": "test" });
        contact
    }));
    import(shop, "ways", &contacts);
    let sent = run(shop, "ways");
    assert_eq!(
        sent.report["sent"],
        json!({ "email": 90, "sms": 20 }),
        "{}",
        sent.report
    );
    assert_eq!(skipped(&sent, "no-consent"), 10, "{}", sent.report);
    assert_eq!(outbox::counts(shop, &sent.name), (110, 110));
    let messages = outbox::messages(shop, &sent.name);
    let texts = messages
        .iter()
        .filter(|message| message["channel"] == "sms");
    let mut numbers: Vec<&str> = texts.map(to).collect();
    numbers.sort_unstable();
    let mut expected: Vec<String> = (90..110).map(|n| phone(&format!("way{n}"))).collect();
    expected.sort_unstable();
    assert_eq!(numbers, expected);
    for message in &messages {
        match message["channel"].as_str() {
            Some("email") => email_is_sound(shop, message),
            _ => text_is_sound(message),
        }
    }
    // Everybody has it: to go on with the same run sends nothing.
    let again = run_with(shop, &json!({ "campaign": "ways", "resume": sent.name }));
    assert_eq!(again.name, sent.name);
    assert_eq!(outbox::counts(shop, &sent.name), (110, 110));
}

/// Both parts, all pictures described, links that are ours, a way out, nothing left of the template.
fn email_is_sound(shop: &Shop, message: &Value) {
    let html = outbox::html(shop, message);
    assert!(html.len() < 100_000, "{} bytes", html.len());
    assert!(!html.contains("{{") && !html.contains("{%"), "{html}");
    for picture in html.split("<img").skip(1) {
        let tag = picture.split('>').next().unwrap_or_default();
        assert!(tag.contains("alt=\""), "<img{tag}>");
    }
    let products = html.matches("/links/c/").count();
    assert!(products >= 1, "no product's link: {html}");
    assert!(html.contains("/links/u/"), "no way out: {html}");
    let headers = message["headers"].as_array().expect("headers");
    let header = |name: &str| {
        let found = headers.iter().find(|header| header["name"] == name);
        found
            .and_then(|header| header["value"].as_str())
            .unwrap_or_default()
    };
    assert!(
        header("List-Unsubscribe").contains("/links/u/"),
        "{headers:?}"
    );
    assert_eq!(
        header("List-Unsubscribe-Post"),
        "List-Unsubscribe=One-Click"
    );
    for tag in ["run", "campaign", "person"] {
        assert!(message["tags"][tag].is_string(), "{message}");
    }
    // Whose it is, is nowhere but in the address.
    let address = to(message);
    let user = address.split('@').next().unwrap_or_default();
    assert!(!message["tags"].to_string().contains(user), "{message}");
}

fn text_is_sound(message: &Value) {
    let body = message["text"]["body"].as_str().expect("a body");
    assert!(message["text"]["parts"].as_u64() <= Some(2), "{message}");
    assert!(body.contains("STOP"), "{body}");
    assert!(!body.contains("{{"), "{body}");
}

fn dry_run(shop: &Shop) {
    let contacts: Vec<Value> = (0..30)
        .map(|n| {
            contact(
                &format!("dry{n}"),
                if n < 20 { &["email"] } else { &["sms"] },
            )
        })
        .collect();
    import(shop, "ways-dry", &contacts);
    let dry = run_with(shop, &json!({ "campaign": "ways-dry", "dryRun": true }));
    assert_eq!(outbox::counts(shop, &dry.name), (0, 0), "{}", dry.report);
    let previews = dry.report["previews"].as_array().expect("previews");
    let of = |end: &str| {
        let found = previews
            .iter()
            .filter_map(Value::as_str)
            .find(|key| key.ends_with(end));
        shop.get(found.unwrap_or_else(|| panic!("no preview {end}: {previews:?}")))
    };
    assert!(of(".html").contains("</html>"));
    assert!(of(".txt").contains("http"));
    // And then the run itself: what was shown does not count as sent.
    let sent = run(shop, "ways-dry");
    assert_eq!(
        outbox::counts(shop, &sent.name),
        (30, 30),
        "{}",
        sent.report
    );
}

fn held_out(shop: &Shop) {
    let contacts: Vec<Value> = (0..100)
        .map(|n| contact(&format!("out{n}"), &["email"]))
        .collect();
    import(shop, "held-out", &contacts);
    let first = run(shop, "held-out");
    let (messages, people) = outbox::counts(shop, &first.name);
    let held = skipped(&first, "held-out");
    assert_eq!(
        (messages, people),
        (100 - held, 100 - held),
        "{}",
        first.report
    );
    assert!(
        (20..=60).contains(&held),
        "{held} of 100 are held out by 40 %"
    );
    let of = |run: &str| {
        let mut all: Vec<String> = outbox::messages(shop, run)
            .iter()
            .map(|one| to(one).to_owned())
            .collect();
        all.sort_unstable();
        all
    };
    let second = run(shop, "held-out");
    assert_eq!(
        of(&first.name),
        of(&second.name),
        "other people are held out"
    );
    assert!(
        of(&first.name)
            .iter()
            .all(|address| address.starts_with("out"))
    );
    let (status, page) = shop.messaging(Method::GET, "/", &Value::Null);
    assert!(
        status == 200 && page.contains(&email("out")[3..]),
        "the console lists them"
    );
}
