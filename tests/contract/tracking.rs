//! `track`, `replay` and `compact-events`: whose events are taken, what is remembered, and that what
//! was accepted is delivered and kept.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use aws_sdk_dynamodb::types::AttributeValue;
use local::front_door::Fault;
use serde_json::{Value, json};
use shared::visitor::Purchase;
use tests::Shop;

pub(crate) const CASES: &[super::Case] = &[
    ("track takes nobody's word for another", nobody_else),
    ("track knows a call that is sent again", sent_again),
    ("track screens bots", screens_bots),
    ("track keeps nothing of who refused", who_refused),
    ("identify takes a session over", takes_over),
    ("an order of many lines is remembered whole", large_order),
    ("a purchase counts for user and session", of_two_names),
    ("who refuses is not remembered", forgets),
    (
        "what idle users bought is sent again, once",
        sent_again_when_idle,
    ),
    (
        "what Personalize did not take is delivered by itself",
        delivered_by_itself,
    ),
    (
        "compact-events makes one object of many, once",
        makes_one_of_many,
    ),
];

/// How long a message may wait after Personalize is back: the pause after a few failures, and slow
/// machines.
const DRAINED: Duration = Duration::from_secs(120);

fn backend() -> Value {
    json!({ "userArn": "arn:aws:sts::000000000000:assumed-role/shop/backend", "accountId": "000000000000" })
}

fn shopper(user: &str) -> Value {
    json!({ "sub": "0-1", "username": user, "groups": null, "claims": { "sub": "0-1" } })
}

fn event(field: &str, arguments: &Value, identity: &Value) -> Value {
    json!({
        "arguments": arguments, "identity": identity, "info": { "fieldName": field },
        "request": { "headers": { "user-agent": "Mozilla/5.0" } },
    })
}

fn track(session: &str, interactions: &Value, identity: &Value) -> Value {
    let input = json!({ "sessionId": session, "interactions": interactions });
    event("trackInteractions", &json!({ "input": input }), identity)
}

fn logged(shop: &Shop, session: &str) -> Vec<Value> {
    let keys = shop.keys("events/");
    let small = keys.iter().filter(|key| key.ends_with(".jsonl"));
    let lines: String = small.map(|key| shop.get(key)).collect();
    let lines = lines
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"));
    lines
        .filter(|line: &Value| line["sessionId"] == session)
        .collect()
}

fn bought(shop: &Shop, key: &str) -> Option<Vec<String>> {
    let item = shop.item("ListsTableName", &[("listKey", key)])?;
    let purchases = item.get("purchases")?.as_ss().ok()?.iter().cloned();
    let mut items: Vec<String> = purchases.map(|one| Purchase::from(one).item_id).collect();
    items.sort();
    Some(items)
}

fn nobody_else(shop: &Shop) {
    let view = || json!([{ "eventType": "view", "itemId": "i4" }]);
    let mut of_another = track("t1", &view(), &Value::Null);
    of_another["arguments"]["input"]["userId"] = json!("u2");
    let refused = shop.invoke_wrongly("track", &of_another);
    assert_eq!(refused.error_type, "InvalidInput", "{}", refused.message);
    of_another["identity"] = shopper("u3");
    assert_eq!(shop.invoke("track", &of_another)["accepted"], 1);
    assert_eq!(logged(shop, "t1")[0]["userId"], "u3");
}

fn sent_again(shop: &Shop) {
    let view = json!({ "eventType": "view", "itemId": "i4", "sentAt": 1_790_000_000 });
    for _ in 0..2 {
        let again = track("t2", &json!([view, view]), &Value::Null);
        assert_eq!(shop.invoke("track", &again)["accepted"], 2);
    }
    let lines = logged(shop, "t2");
    let ids: Vec<&Value> = lines.iter().map(|line| &line["eventId"]).collect();
    assert_eq!(ids.len(), 4);
    assert_eq!(ids[..2], ids[2..], "one call, the same ids");
    assert_ne!(ids[0], ids[1], "two views of one second are two");
}

fn screens_bots(shop: &Shop) {
    let mut crawler = track(
        "t3",
        &json!([{ "eventType": "view", "itemId": "i4" }]),
        &Value::Null,
    );
    crawler["request"]["headers"]["user-agent"] = json!("Googlebot/2.1");
    let answer = shop.invoke("track", &crawler);
    assert_eq!(
        answer["rejected"][0]["reason"], "looks like a bot",
        "{answer}"
    );
    assert!(logged(shop, "t3").is_empty());
}

fn who_refused(shop: &Shop) {
    let said = |personalization: bool| {
        let arguments = json!({ "personalization": personalization, "sessionId": "t4" });
        shop.invoke("track", &event("setConsent", &arguments, &Value::Null))
    };
    let view = track(
        "t4",
        &json!([{ "eventType": "view", "itemId": "i4" }]),
        &Value::Null,
    );
    assert_eq!(said(false), false);
    let answer = shop.invoke("track", &view);
    assert_eq!(answer["accepted"], 0, "{answer}");
    assert!(logged(shop, "t4").is_empty());
    assert_eq!(said(true), true);
    assert_eq!(shop.invoke("track", &view)["accepted"], 1);
}

fn takes_over(shop: &Shop) {
    let purchase = json!([{ "eventType": "purchase", "itemId": "i6" }]);
    let _ = shop.invoke("track", &track("t5", &purchase, &Value::Null));
    assert_eq!(
        bought(shop, "visitor#session#t5"),
        Some(vec!["i6".to_owned()])
    );
    let arguments = json!({ "sessionId": "t5" });
    let refused = event("identify", &arguments, &Value::Null);
    assert_eq!(
        shop.invoke_wrongly("track", &refused).error_type,
        "InvalidInput"
    );
    for _ in 0..2 {
        let identify = event("identify", &arguments, &shopper("t5-user"));
        assert_eq!(shop.invoke("track", &identify), true);
        assert_eq!(
            bought(shop, "visitor#user#t5-user"),
            Some(vec!["i6".to_owned()])
        );
    }
    let lines = logged(shop, "t5");
    let told = lines
        .iter()
        .filter(|line| line["kind"] == "identify")
        .count();
    assert_eq!(told, 2, "{lines:?}");
}

fn purchases(items: std::ops::Range<usize>) -> Value {
    let purchase =
        |n| json!({ "eventType": "purchase", "itemId": format!("i{n}"), "sentAt": 1_790_000_000 });
    Value::Array(items.map(purchase).collect())
}

fn large_order(shop: &Shop) {
    for first in [0, 100, 200] {
        let lines = purchases(first..first + 100);
        let answer = shop.invoke("track", &track("t7", &lines, &shopper("t7-user")));
        assert_eq!(answer["accepted"], 100, "{answer}");
    }
    let remembered = bought(shop, "visitor#user#t7-user").expect("purchases");
    assert_eq!(remembered.len(), 300);
}

fn of_two_names(shop: &Shop) {
    let _ = shop.invoke("track", &track("t8", &purchases(4..5), &shopper("t8-user")));
    for key in ["visitor#user#t8-user", "visitor#session#t8"] {
        assert_eq!(bought(shop, key), Some(vec!["i4".to_owned()]), "{key}");
    }
    let said = json!({ "personalization": false, "sessionId": "t8" });
    let _ = shop.invoke("track", &event("setConsent", &said, &Value::Null));
    let answer = shop.invoke("track", &track("t8", &purchases(5..6), &shopper("t8-user")));
    assert_eq!(answer["accepted"], 0, "refused under one name: {answer}");
    assert_eq!(
        bought(shop, "visitor#user#t8-user"),
        Some(vec!["i4".to_owned()])
    );
}

fn forgets(shop: &Shop) {
    let _ = shop.invoke("track", &track("t9", &purchases(4..6), &shopper("t9-user")));
    for personalization in [false, true] {
        let said = json!({ "personalization": personalization });
        let _ = shop.invoke("track", &event("setConsent", &said, &shopper("t9-user")));
        assert_eq!(bought(shop, "visitor#user#t9-user"), None);
    }
    // What the session has of the time before is not taken over from one who refuses now.
    let said = json!({ "personalization": false, "sessionId": "t9" });
    let _ = shop.invoke("track", &event("setConsent", &said, &Value::Null));
    let identify = event(
        "identify",
        &json!({ "sessionId": "t9" }),
        &shopper("t9-user"),
    );
    assert_eq!(shop.invoke("track", &identify), true);
    assert_eq!(bought(shop, "visitor#user#t9-user"), None);
}

const DAY: i64 = 24 * 60 * 60;

/// A user who bought `items` and did nothing for `idle` days; looked at them is due.
fn idle(shop: &Shop, user: &str, items: &[&str], idle: i64) {
    let now = jiff::Timestamp::now().as_second();
    let texts = items
        .iter()
        .map(|item| format!("[{},\"purchase\",null,\"{item}\"]", now - 200 * DAY));
    let number = |value: i64| AttributeValue::N(value.to_string());
    shop.put_item(
        "ListsTableName",
        HashMap::from([
            (
                "listKey".to_owned(),
                AttributeValue::S(format!("visitor#user#{user}")),
            ),
            ("generation".to_owned(), number(1)),
            ("updatedAt".to_owned(), number(now - idle * DAY)),
            ("purchases".to_owned(), AttributeValue::Ss(texts.collect())),
            ("dueShard".to_owned(), AttributeValue::S("3".to_owned())),
            ("dueAt".to_owned(), number(now - DAY)),
        ]),
    );
}

fn due_in_days(shop: &Shop, user: &str) -> i64 {
    let key = format!("visitor#user#{user}");
    let item = shop
        .item("ListsTableName", &[("listKey", &key)])
        .expect("a memory");
    let due: i64 = item["dueAt"]
        .as_n()
        .ok()
        .and_then(|text| text.parse().ok())
        .expect("a time");
    (due - jiff::Timestamp::now().as_second() + DAY / 2) / DAY
}

fn sent_again_when_idle(shop: &Shop) {
    let many: Vec<String> = (0..25).map(|n| format!("i{n}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    idle(shop, "t10-idle", &many, 100);
    idle(shop, "t10-active", &["i1"], 30);
    let answer = shop.invoke("resend-purchases", &json!({}));
    assert_eq!(
        answer["resent"],
        json!({ "users": 1, "events": 25 }),
        "{answer}"
    );
    assert_eq!(
        (&answer["active"], &answer["done"]),
        (&json!(1), &json!(true)),
        "{answer}"
    );
    assert_eq!(due_in_days(shop, "t10-idle"), 80);
    assert_eq!(due_in_days(shop, "t10-active"), 50);
    let again = shop.invoke("resend-purchases", &json!({}));
    assert_eq!(again["resent"]["users"], 0, "{again}");

    // A run that was killed before it could write that it was done.
    idle(shop, "t10-idle", &many, 100);
    let fault = Fault {
        error: 100,
        ..Fault::default()
    };
    shop.with_fault("personalize", fault, || {
        let down = shop.invoke_wrongly("resend-purchases", &json!({}));
        assert_eq!(down.error_type, "Retryable", "{}", down.message);
    });
    let answer = shop.invoke("resend-purchases", &json!({}));
    assert_eq!(answer["resent"]["users"], 1, "{answer}");
}

fn delivered_by_itself(shop: &Shop) {
    let fault = Fault {
        error: 100,
        ..Fault::default()
    };
    let mut view = track(
        "t6",
        &json!([{ "eventType": "view", "itemId": "i5" }]),
        &backend(),
    );
    view["arguments"]["input"]["userId"] = json!("u11");
    shop.with_fault("personalize", fault, || {
        assert_eq!(shop.invoke("track", &view)["accepted"], 1);
        assert!(shop.messages_waiting("TrackDeadLetterQueueUrl") > 0);
    });
    let begun = Instant::now();
    while shop.messages_waiting("TrackDeadLetterQueueUrl") > 0 {
        assert!(begun.elapsed() < DRAINED, "the queue is not drained");
        std::thread::sleep(Duration::from_secs(1));
    }
    assert_eq!(shop.messages_waiting("TrackRefusedQueueUrl"), 0);
}

fn makes_one_of_many(shop: &Shop) {
    const DAY: &str = "events/day=2026-01-02/";
    for n in 0..30 {
        let line = |event: u32| {
            format!(
                "{{\"sessionId\":\"s\",\"eventId\":\"c{event}\",\"eventType\":\"view\",\"itemId\":\"i1\",\"sentAt\":1,\"receivedAt\":1}}\n"
            )
        };
        // Every tenth call came twice.
        let again = if n % 10 == 9 {
            line(n - 1)
        } else {
            String::new()
        };
        let key = format!("{DAY}01890000-0000-7000-8000-{n:012}.jsonl");
        shop.put(&key, line(n) + &again);
    }
    let compact = json!({ "day": "2026-01-02" });
    let answer = shop.invoke("compact-events", &compact);
    let day = &answer["days"][0];
    assert_eq!(answer["done"], true, "{answer}");
    assert_eq!((&day["lines"], &day["duplicates"]), (&json!(30), &json!(3)));
    let [part] = &shop.keys(DAY)[..] else {
        panic!("{:?}", shop.keys(DAY))
    };
    assert!(part.contains("/part-00001-01890000-"), "{part}");
    let again = shop.invoke("compact-events", &compact);
    assert_eq!(again["days"][0]["parts"], 0, "{again}");
    let today = json!({ "day": "2999-01-01" });
    let refused = shop.invoke_wrongly("compact-events", &today);
    assert_eq!(refused.error_type, "InvalidInput");
}
