//! Data in, on a deployed stack with the sample shop for a backend: pulled by HTTP in the shape of every
//! adapter, exported by SQL through Athena and the connector, followed by webhooks.
//!
//! The cases share one stack and run in the order below: each leaves behind what the next one needs.

#![allow(clippy::expect_used, reason = "in a test a panic is the report")]

mod adapters;
mod audiences;
mod exports;
mod products;
mod queries;

use std::{path::Path, sync::Arc};

use libtest_mimic::{Arguments, Trial};
use tests::{Shop, interactions_csv, items_csv, products_page, users_csv};

/// A name, and what has to hold.
type Case = (&'static str, fn(&Shop));

fn main() {
    let mut arguments = Arguments::from_args();
    arguments.test_threads = Some(1);
    let cases = [
        exports::CASES,
        products::CASES,
        queries::CASES,
        adapters::CASES,
        audiences::CASES,
    ];
    if arguments.list {
        libtest_mimic::run(&arguments, trials(&cases, None)).exit();
    }
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let shop = Arc::new(Shop::start_with_backend(&folder.join("backend")));
    shop.fill_backend(&staged(&folder.join("backend-staged")));
    let conclusion = libtest_mimic::run(&arguments, trials(&cases, Some(&shop)));
    // Stops the stack, which `exit` would not.
    drop(shop);
    conclusion.exit();
}

/// The small shop of the contract tests, as seeding stages it.
fn staged(folder: &Path) -> std::path::PathBuf {
    tests::forget(folder);
    let write = |path: &str, content: String| {
        let path = folder.join(path);
        let parent = path.parent().expect("a folder");
        std::fs::create_dir_all(parent).expect("the folder");
        std::fs::write(path, content).expect("the file");
    };
    write(
        "datasets/full/interactions/part-00001.csv",
        interactions_csv(),
    );
    write("datasets/full/items/part-00001.csv", items_csv());
    write("datasets/full/users/part-00001.csv", users_csv());
    write("catalogue/page-00001.jsonl", products_page());
    folder.to_owned()
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
