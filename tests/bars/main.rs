//! What data-in promises in figures, measured on a deployed stack: how much a refresh writes, how much a
//! filtered query reads, how much a connector holds. By default with small shops, so that every run of
//! the tests shows that it can be measured; with those of the promise by
//!
//! ```sh
//! BARS=full cargo test -p tests --test bars -- --nocapture
//! ```

#![allow(clippy::expect_used, reason = "in a test a panic is the report")]

mod catalogue;
mod federation;

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
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bars");
    let shop = Arc::new(Shop::start_with_backend(&folder));
    let conclusion = libtest_mimic::run(&arguments, trials(Some(&shop)));
    // Stops the stack, which `exit` would not.
    drop(shop);
    conclusion.exit();
}

fn trials(shop: Option<&Arc<Shop>>) -> Vec<Trial> {
    let cases = [catalogue::CASES, federation::CASES];
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
