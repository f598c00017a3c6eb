//! Messages from the contacts to the outbox, on a deployed stack: who gets what by which way, and that it
//! is once, whatever dies on the way. By default with some thousand people; with those of the promise by
//!
//! ```sh
//! BARS=full cargo test --workspace --test messages -- --nocapture
//! ```

#![allow(clippy::expect_used, reason = "in a test a panic is the report")]

mod arms;
mod delivery;
mod feedback;
mod once;
mod outbox;
mod people;
mod rights;
mod runs;
mod stock;
mod uncertain;

use std::{path::Path, sync::Arc};

use libtest_mimic::{Arguments, Trial};
use tests::Shop;

/// A name, and what has to hold.
type Case = (&'static str, fn(&Shop));

/// Whether the promise itself is measured.
pub(crate) fn full() -> bool {
    std::env::var("BARS").is_ok_and(|size| size == "full")
}

fn main() {
    let mut arguments = Arguments::from_args();
    arguments.test_threads = Some(1);
    if arguments.list {
        libtest_mimic::run(&arguments, trials(None)).exit();
    }
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("messages");
    let shop = Arc::new(Shop::start(&folder));
    runs::declare(&shop);
    shop.fill();
    let conclusion = libtest_mimic::run(&arguments, trials(Some(&shop)));
    // Stops the stack, which `exit` would not.
    drop(shop);
    conclusion.exit();
}

fn trials(shop: Option<&Arc<Shop>>) -> Vec<Trial> {
    let cases = [
        delivery::CASES,
        stock::CASES,
        feedback::CASES,
        uncertain::CASES,
        rights::CASES,
        once::CASES,
        arms::CASES,
    ];
    let cases = cases.into_iter().flatten();
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
