//! `recommend` and `track` under load while what they call is down, slow or throttled: every shopper has
//! an answer in time that says where it comes from, and no event is lost or counted twice.
//!
//! Each fault lasts `CHAOS_SECONDS` (10 when it is not set; the bar is a minute).

#![allow(clippy::expect_used, reason = "in a test a panic is the report")]

mod events;
mod load;

use std::{collections::BTreeMap, path::Path, time::Duration};

use events::Clicks;
use load::{Answer, Load};
use local::front_door::Fault;
use tests::{Shop, estate_binary};

/// A shopper's patience.
const IN_TIME: Duration = Duration::from_millis(300);

/// And half of them, when the breaker is open.
const KNOWN_TO_BE_SLOW: Duration = Duration::from_millis(50);

const DOWN: Fault = Fault {
    throttle: 0,
    error: 0,
    cut: 100,
    lose: 0,
    delay: 0,
};
const SLOW: Fault = Fault {
    delay: 2_000,
    cut: 0,
    ..DOWN
};
const HALF_THROTTLED: Fault = Fault {
    throttle: 50,
    cut: 0,
    ..DOWN
};
const THROTTLED: Fault = Fault {
    throttle: 100,
    cut: 0,
    ..DOWN
};

#[test]
fn every_request_is_answered_in_time_whatever_fails() {
    let shop = shop();
    let seconds = std::env::var("CHAOS_SECONDS").ok();
    let seconds = seconds.map_or(10, |seconds| {
        seconds.parse().expect("CHAOS_SECONDS is a number")
    });
    let lasting = Duration::from_secs(seconds);
    // Beside the function `estate`, which is a command too, are the others.
    let estate = estate_binary();
    let binaries = estate.parent().expect("a folder");
    let mut load = Load::start(&shop, binaries);
    let mut clicks = Clicks::start(&shop, binaries);
    // The first requests find processes that have just started.
    shop.runtime().block_on(load.ask(Duration::from_secs(3)));
    for (name, service, fault) in [
        ("nothing fails", "s3", Fault::default()),
        ("Personalize is down", "personalize", DOWN),
        ("Personalize takes 2 s", "personalize", SLOW),
        ("Personalize throttles half", "personalize", HALF_THROTTLED),
        ("DynamoDB throttles everything", "dynamodb", THROTTLED),
        ("DynamoDB takes 2 s", "dynamodb", SLOW),
    ] {
        let both = async { tokio::join!(load.ask(lasting), clicks.click(lasting)) };
        let (answers, slowest) = shop.with_fault(service, fault, || shop.runtime().block_on(both));
        report(name, &answers);
        let queued = shop.messages_waiting("TrackDeadLetterQueueUrl");
        println!(
            "  the slowest click took {} ms; {queued} messages wait to be replayed",
            slowest.as_millis()
        );
        for answer in &answers {
            assert!(answer.items > 0, "{name}: {answer:?}");
            assert!(answer.took < IN_TIME, "{name}: {answer:?}");
        }
        if fault == SLOW && service == "personalize" {
            // Nobody waits for a service that is known to be slow.
            let median = percentile(&answers, 50);
            assert!(
                median < KNOWN_TO_BE_SLOW,
                "{name}: p50 {} ms",
                median.as_millis()
            );
        }
    }
    clicks.check(&shop);
}

/// A shop that is trained, with ready-made lists.
fn shop() -> Shop {
    let shop = Shop::start(&Path::new(env!("CARGO_TARGET_TMPDIR")).join("chaos"));
    shop.fill();
    shop
}

fn report(name: &str, answers: &[Answer]) {
    let mut sources: BTreeMap<&str, usize> = BTreeMap::new();
    for answer in answers {
        *sources.entry(&answer.source).or_default() += 1;
    }
    let at = |percent| percentile(answers, percent).as_millis();
    println!(
        "{name}: {} answers, p50 {} ms, p99 {} ms, at most {} ms, {sources:?}",
        answers.len(),
        at(50),
        at(99),
        at(100)
    );
}

fn percentile(answers: &[Answer], percent: usize) -> Duration {
    let mut times: Vec<Duration> = answers.iter().map(|answer| answer.took).collect();
    times.sort_unstable();
    times[(times.len() - 1) * percent / 100]
}
