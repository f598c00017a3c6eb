//! Trains on a made-up shop of any size and asks it: how long, how fast, how much memory.
//!
//! The shop is drawn from a seed: items and users by power laws, each user at home in one stretch of
//! the catalogue and often going on from where they were.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Parser;
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};
use recommender::{
    Catalogue, CatalogueBuilder, Description, Event, Interactions, InteractionsBuilder, Model,
    Options, Query, Recipe,
};
use serde_json::json;

/// Stretches of the catalogue.
const SHELVES: u32 = 200;
/// How many users are asked.
const ASKED: u32 = 20_000;

/// Train on a made-up shop, ask it on one thread, and exit with 1 when a limit is passed.
#[derive(Debug, Parser)]
#[command(after_help = "\
Examples:
  scale
  scale --recipe semantic-similarity --described --interactions 1000000 --users 100000
  scale --interactions 1000000 --users 100000 --items 20000 --recipe similar-items --json")]
struct Arguments {
    /// How many events
    #[arg(long, default_value_t = 10_000_000, value_parser = clap::value_parser!(u32).range(1..))]
    interactions: u32,
    /// How many users they are drawn from
    #[arg(long, default_value_t = 1_000_000, value_parser = clap::value_parser!(u32).range(1..))]
    users: u32,
    /// How many items they are drawn from
    #[arg(long, default_value_t = 100_000, value_parser = clap::value_parser!(u32).range(i64::from(SHELVES)..))]
    items: u32,
    /// The recipe, with or without `aws-` before it
    #[arg(long, default_value = "user-personalization")]
    recipe: Recipe,
    /// Describe the items in words and categories, and one more in a hundred that nobody used
    #[arg(long)]
    described: bool,
    /// The longest that training may take, in seconds
    #[arg(long, default_value_t = 180.0)]
    most_seconds: f64,
    /// The most memory this process may ever hold, in MiB
    #[arg(long, default_value_t = 4096.0)]
    most_mib: f64,
    /// The slowest answer but for one in a hundred, in microseconds
    #[arg(long, default_value_t = 1000.0)]
    most_p99_micros: f64,
    /// Print one line of JSON
    #[arg(long)]
    json: bool,
}

/// What a run found.
struct Report {
    build: Duration,
    train: Duration,
    /// Of one thread, in ascending order.
    answers: Vec<Duration>,
    peak_mib: f64,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(&arguments) {
        Ok(report) => report.print(&arguments),
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

fn run(arguments: &Arguments) -> Result<Report, recommender::Error> {
    let started = Instant::now();
    let data = shop(arguments);
    let catalogue = catalogue(arguments);
    let build = started.elapsed();
    let started = Instant::now();
    let model = Model::train_with(arguments.recipe, &data, &catalogue, &Options::default())?;
    let train = started.elapsed();
    let stride = (data.users().len() as u32 / ASKED).max(1);
    let mut answers: Vec<Duration> = (0..data.users().len() as u32)
        .step_by(stride as usize)
        .map(|user| time(&model, data.history(user)))
        .collect();
    answers.sort_unstable();
    Ok(Report {
        build,
        train,
        answers,
        peak_mib: peak_mib(),
    })
}

fn shop(arguments: &Arguments) -> Interactions {
    let mut chance = SmallRng::seed_from_u64(42);
    let mut builder = InteractionsBuilder::new();
    let shelf = arguments.items / SHELVES;
    let mut last = vec![0; arguments.users as usize];
    for row in 0..arguments.interactions {
        let user = match row < arguments.users {
            true => row,
            false => popular(&mut chance, arguments.users),
        };
        let at = &mut last[user as usize];
        let item = match chance.random_range(0..10) {
            0..3 => popular(&mut chance, arguments.items),
            3..7 => user % SHELVES * shelf + popular(&mut chance, shelf),
            _ => (*at + popular(&mut chance, 20) + 1) % arguments.items,
        };
        *at = item;
        builder.push(&format!("u{user}"), &format!("i{item}"), row.into(), 1.0);
    }
    builder.build()
}

/// Eight words of an item, half of them of its shelf, and its shelf as a category.
fn catalogue(arguments: &Arguments) -> Catalogue {
    let mut chance = SmallRng::seed_from_u64(43);
    let mut builder = CatalogueBuilder::new();
    let items = match arguments.described {
        true => arguments.items + arguments.items / 100,
        false => 0,
    };
    for item in 0..items {
        let shelf = item / (arguments.items / SHELVES);
        let words: Vec<String> = (0..8)
            .map(|place| match place % 2 {
                0 => format!("w{}", popular(&mut chance, 20_000)),
                _ => format!("s{shelf}w{}", popular(&mut chance, 200)),
            })
            .collect();
        let description = Description {
            categories: &[("shelf", &shelf.to_string())],
            texts: &[&words.join(" ")],
            created: None,
        };
        builder.push(&format!("i{item}"), &description);
    }
    builder.build()
}

/// A number below `bound`, small ones more often: 0 as often as 1 and 2 together.
fn popular(chance: &mut SmallRng, bound: u32) -> u32 {
    let share: f64 = chance.random();
    (f64::from(bound).powf(share) as u32).min(bound) - 1
}

fn time(model: &Model, history: &[Event]) -> Duration {
    let query = Query {
        history,
        item: history.last().map(|event| event.item),
        now: history.last().map_or(0, |event| event.timestamp),
        limit: 25,
    };
    let started = Instant::now();
    std::hint::black_box(model.recommend(&query, |_| true));
    started.elapsed()
}

/// The high-water mark of this process's memory; 0 where the system does not tell.
fn peak_mib() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
    kib.unwrap_or_default() / 1024.0
}

impl Report {
    /// In microseconds.
    fn percentile(&self, part: f64) -> f64 {
        let index = (self.answers.len() as f64 * part) as usize;
        self.answers[index.min(self.answers.len() - 1)].as_secs_f64() * 1e6
    }

    fn print(&self, arguments: &Arguments) -> ExitCode {
        let (build, train) = (self.build.as_secs_f64(), self.train.as_secs_f64());
        let (p50, p99, mib) = (self.percentile(0.5), self.percentile(0.99), self.peak_mib);
        let seconds: f64 = self.answers.iter().map(Duration::as_secs_f64).sum();
        let rate = self.answers.len() as f64 / seconds;
        if arguments.json {
            println!(
                "{}",
                json!({
                    "recipe": arguments.recipe.to_string(), "build_seconds": build,
                    "train_seconds": train, "recommendations_per_second": rate,
                    "p50_micros": p50, "p99_micros": p99, "peak_rss_mib": mib,
                })
            );
        } else {
            println!(
                "{} on {} interactions",
                arguments.recipe, arguments.interactions
            );
            println!(
                "  training  {train:.1} s, after {build:.1} s for making and sorting the data"
            );
            println!("  answers   {rate:.0} a second, p50 {p50:.0} µs, p99 {p99:.0} µs");
            println!("  memory    {mib:.0} MiB at most");
        }
        let within = train <= arguments.most_seconds
            && mib <= arguments.most_mib
            && p99 <= arguments.most_p99_micros;
        ExitCode::from(u8::from(!within))
    }
}
