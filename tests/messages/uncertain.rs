//! Answers that never come: what was not sent is sent, what was is not sent again, and what nobody can
//! know is held. And a run that is told to stop.

use std::{
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    sync::atomic::{AtomicBool, Ordering::Relaxed},
    time::{Duration, Instant},
};

use hyper::Method;
use serde_json::{Value, json};
use tests::Shop;

use crate::{
    Case,
    outbox::{self, with_faults},
    people::{contact, import},
    runs::{run, run_with},
};

pub(crate) const CASES: &[Case] = &[
    ("who_was_cut_off_gets_it_later_and_once", cut),
    ("an_answer_that_was_lost_is_found_in_the_evidence", lost),
    ("what_nobody_can_know_is_held_until_somebody_says", held),
    ("a_run_that_is_stopped_goes_on_when_it_is_resumed", stopped),
];

fn many(shop: &Shop, name: &str, people: usize, channel: &str) {
    let contacts: Vec<Value> = (0..people)
        .map(|n| contact(&format!("{name}{n}"), &[channel]))
        .collect();
    import(shop, name, &contacts);
}

/// Connections that are cut before anything is done. Some calls go through, and other messages of the shop
/// leave meanwhile: they prove that the events arrive, so that no event means not sent.
fn cut(shop: &Shop) {
    many(shop, "cut", 300, "email");
    let sent = with_faults(shop, &json!({ "ses": { "cut": 30 } }), || {
        beside_others(shop, || run(shop, "cut"))
    });
    assert_eq!(
        outbox::counts(shop, &sent.name),
        (300, 300),
        "{}",
        sent.report
    );
}

/// Does `body` while the shop sends other emails, one a second.
fn beside_others<T>(shop: &Shop, body: impl FnOnce() -> T) -> T {
    let email = json!({
        "FromEmailAddress": "shop@shop.example",
        "Destination": { "ToAddresses": ["other@shop.example"] },
        "ConfigurationSetName": "shop-messages",
        "Content": { "Simple": { "Subject": { "Data": "Other" }, "Body": { "Text": { "Data": "Other" } } } },
        "EmailTags": [{ "Name": "run", "Value": "other" }, { "Name": "person", "Value": "other" }],
    });
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !is_over.load(Relaxed) {
                // Some of these are cut off, too.
                let _ = shop.try_messaging(Method::POST, "/v2/email/outbound-emails", &email);
                std::thread::sleep(Duration::from_secs(1));
            }
        });
        let done = catch_unwind(AssertUnwindSafe(body));
        is_over.store(true, Relaxed);
        done.unwrap_or_else(|panic| resume_unwind(panic))
    })
}

fn lost(shop: &Shop) {
    many(shop, "lost", 300, "email");
    let sent = with_faults(shop, &json!({ "ses": { "lose": 40 } }), || {
        run(shop, "lost")
    });
    assert_eq!(
        outbox::counts(shop, &sent.name),
        (300, 300),
        "{}",
        sent.report
    );
    assert_eq!(sent.report["sent"]["email"], 300, "{}", sent.report);
}

/// Push notifications have no events.
fn held(shop: &Shop) {
    many(shop, "pushed", 40, "push");
    let sent = with_faults(shop, &json!({ "pinpoint": { "cut": 100 } }), || {
        run(shop, "pushed")
    });
    assert_eq!(sent.report["held"], 40, "{}", sent.report);
    assert_eq!(outbox::counts(shop, &sent.name), (0, 0));
    // Somebody looked, and says that they were not sent.
    let _ = shop.invoke(
        "send-messages",
        &json!({ "step": "release", "campaign": "pushed", "run": sent.name, "sent": false }),
    );
    let resumed = run_with(shop, &json!({ "campaign": "pushed", "resume": sent.name }));
    assert_eq!(
        outbox::counts(shop, &sent.name),
        (40, 40),
        "{}",
        resumed.report
    );
    assert_eq!(
        resumed.report["held"].as_u64().unwrap_or(0),
        0,
        "{}",
        resumed.report
    );
}

fn stopped(shop: &Shop) {
    many(shop, "stopped", 2_000, "email");
    // Slow enough that it is not over before it is told to stop.
    let first = with_faults(shop, &json!({ "ses": { "delay": 1_000 } }), || {
        std::thread::scope(|scope| {
            let running = scope.spawn(|| run(shop, "stopped"));
            let name = started(shop, "stopped");
            let _ = shop.invoke(
                "send-messages",
                &json!({ "step": "stop", "campaign": "stopped", "run": name }),
            );
            running.join().expect("the run")
        })
    });
    assert_eq!(first.report["state"], "stopped", "{}", first.report);
    let (messages, people) = outbox::counts(shop, &first.name);
    assert!(
        messages == people && messages < 2_000,
        "{messages} messages to {people} people"
    );
    let second = run_with(
        shop,
        &json!({ "campaign": "stopped", "resume": first.name }),
    );
    assert_eq!(
        outbox::counts(shop, &first.name),
        (2_000, 2_000),
        "{}",
        second.report
    );
}

/// The run of `campaign` that has begun to send.
fn started(shop: &Shop, campaign: &str) -> String {
    let begun = Instant::now();
    loop {
        let counts = shop
            .messaging(Method::GET, "/_messaging/counts", &Value::Null)
            .1;
        let counts: Value = serde_json::from_str(&counts).unwrap_or_default();
        let runs = counts["runs"].as_array().cloned().unwrap_or_default();
        let run = runs.iter().find(|run| run["campaign"] == campaign);
        if let Some(run) = run.and_then(|run| run["run"].as_str()) {
            return run.to_owned();
        }
        assert!(
            begun.elapsed() < Duration::from_secs(120),
            "{campaign} does not send"
        );
        std::thread::sleep(Duration::from_millis(50));
    }
}
