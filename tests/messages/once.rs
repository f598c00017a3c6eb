//! Every person exactly once, by the outbox and by the ledger, whoever is killed; and how fast.

use std::{
    collections::HashSet,
    time::{Duration, Instant},
};

use futures::TryStreamExt;
use messages::{MessagesTable, Outcome};
use serde_json::Value;
use tests::{Shop, kill::Killer};

use crate::{
    Case, full, outbox,
    people::{contact, import},
    runs::run,
};

pub(crate) const CASES: &[Case] = &[("senders_are_killed_and_everybody_gets_it_once", killed)];

/// Messages a second that are promised, with the emulator and all on two processors.
const RATE: f64 = 1_000.0;

fn killed(shop: &Shop) {
    let (people, victims, pause) = if full() {
        (100_000_u32, 10, Duration::from_secs(5))
    } else {
        (3_000, 3, Duration::from_secs(1))
    };
    let contacts: Vec<Value> = (0..people)
        .map(|n| contact(&format!("killed{n}"), &["email"]))
        .collect();
    import(shop, "killed", &contacts);
    let killer = Killer::over_time("send-messages", &shop.endpoint(), victims, pause);
    let started = Instant::now();
    let sent = run(shop, "killed");
    let seconds = started.elapsed().as_secs_f64();
    let killed = killer.end();
    let expected = u64::from(people);
    assert_eq!(
        outbox::counts(shop, &sent.name),
        (expected, expected),
        "{}",
        sent.report
    );
    assert_eq!(
        ledger(shop, &sent.name),
        (expected, expected),
        "{}",
        sent.report
    );
    let rate = f64::from(people) / seconds;
    println!(
        "{people} messages, {killed} senders killed: {seconds:.1} s, {rate:.0} a second in all; {}",
        sent.report
    );
    assert!(killed > 0, "no sender was there to kill");
    if full() {
        assert_eq!(
            killed, victims,
            "the senders were done before they were killed {victims} times"
        );
        assert!(rate > RATE, "{rate:.0} messages a second");
    }
}

/// Messages and people of a run by the ledger: what was accepted.
fn ledger(shop: &Shop, run: &str) -> (u64, u64) {
    let table = shop.output("MessagesTableName").to_owned();
    let table = MessagesTable::new(shop.dynamodb().clone(), table);
    let pages = table.all_blocks(run).try_collect::<Vec<_>>();
    let pages = shop.runtime().block_on(pages).expect("the ledger");
    let blocks = pages.iter().flatten();
    let entries = blocks.flat_map(|block| block.users.iter().zip(&block.outcomes));
    let sent = entries.filter(|(_, outcome)| matches!(outcome, Outcome::Sent(_)));
    let users: Vec<&String> = sent.map(|(user, _)| user).collect();
    let people: HashSet<_> = users.iter().collect();
    (users.len() as u64, people.len() as u64)
}
