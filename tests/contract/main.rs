//! The contract of every function: what it answers to an event, on a deployed stack, as its own
//! Lambda process, with `personalize-local` in place of Amazon Personalize.
//!
//! The cases share one stack and run in the order below, which is the order of a shop's first day:
//! each leaves behind what the next one needs.

#![allow(clippy::expect_used, reason = "in a test a panic is the report")]

mod arms;
mod batch;
mod capacity;
mod catalog;
mod data;
mod estate;
mod events;
mod experiments;
mod ledger;
mod rotation;
mod serving;
mod tracking;
mod training;

use std::sync::Arc;

use libtest_mimic::{Arguments, Trial};
use tests::Shop;

/// A name, and what has to hold.
type Case = (&'static str, fn(&Shop));

fn main() {
    let mut arguments = Arguments::from_args();
    arguments.test_threads = Some(1);
    let cases = [
        estate::CASES,
        data::CASES,
        training::CASES,
        catalog::CASES,
        serving::CASES,
        tracking::CASES,
        events::CASES,
        experiments::CASES,
        arms::CASES,
        rotation::CASES,
        batch::CASES,
        capacity::CASES,
        ledger::CASES,
    ];
    if arguments.list {
        libtest_mimic::run(&arguments, trials(&cases, None)).exit();
    }
    let shop = Arc::new(Shop::start(
        &std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("contract"),
    ));
    let conclusion = libtest_mimic::run(&arguments, trials(&cases, Some(&shop)));
    // Stops the stack, which `exit` would not.
    drop(shop);
    conclusion.exit();
}

fn trials(cases: &[&'static [Case]], shop: Option<&Arc<Shop>>) -> Vec<Trial> {
    let cases = cases.iter().flat_map(|cases| cases.iter());
    cases
        .map(|(name, case)| {
            let shop = shop.cloned();
            Trial::test(*name, move || {
                if let Some(shop) = shop {
                    case(&shop);
                }
                Ok(())
            })
        })
        .collect()
}
