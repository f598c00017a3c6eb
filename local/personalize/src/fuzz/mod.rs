//! Mutated input for everything that reads what others wrote. Each test takes as long as
//! `FUZZ_SECONDS` says, a moment without it:
//!
//! ```console
//! $ FUZZ_SECONDS=600 cargo test -p personalize-local fuzz -- --nocapture
//! ```
//!
//! A panic fails the test and prints the seed; `FUZZ_SEED=<seed>` runs that case alone.

mod mutate;
mod readers;
mod surface;

use std::{
    env,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    time::{Duration, Instant},
};

use mutate::Chance;

/// Runs cases until the time is over. A case makes its input from chance alone.
fn run(name: &str, case: impl Fn(&mut Chance)) {
    let number = |name: &str| {
        env::var(name)
            .ok()
            .and_then(|text| text.parse::<u64>().ok())
    };
    let once = number("FUZZ_SEED");
    let end = Instant::now() + Duration::from_secs(number("FUZZ_SECONDS").unwrap_or(1));
    let mut seed = once.unwrap_or(0);
    loop {
        let result = catch_unwind(AssertUnwindSafe(|| case(&mut Chance::new(seed))));
        if let Err(panic) = result {
            eprintln!("{name} panics; run it again with FUZZ_SEED={seed}");
            resume_unwind(panic);
        }
        seed += 1;
        if once.is_some() || Instant::now() > end {
            println!("{name}: {seed} cases");
            return;
        }
    }
}
