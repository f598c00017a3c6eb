//! Measures what the statistics promise, with seeds and sizes of your choice.
//!
//! `cargo run -p experiment --example simulate -- --seed 7 --experiments 2000 --looks 30 --rate 0.04`
#![allow(clippy::unwrap_used, reason = "the definitions are in the repository")]

#[path = "../tests/simulation/covariate.rs"]
mod covariate;
#[path = "../tests/simulation/ratio.rs"]
mod ratio;
#[path = "../tests/simulation/shop.rs"]
mod shop;
#[path = "../tests/simulation/trial.rs"]
mod trial;

use clap::Parser;
use experiment::definition::Method;
use experiment::statistics::cuped::adjust;
use experiment::statistics::power::{Baseline, Question, sample_size};
use rand::{SeedableRng, rngs::SmallRng};
use shop::{Outcome, Scenario};
use trial::Tally;

/// Simulates experiments that are looked at daily, and prints in how many something ever went wrong.
#[derive(Parser)]
struct Arguments {
    /// What the random numbers start from.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Experiments of each scenario.
    #[arg(long, default_value_t = 2_000)]
    experiments: u32,
    /// Days, each ended by a look.
    #[arg(long, default_value_t = 30)]
    looks: u32,
    /// The control's conversion rate.
    #[arg(long, default_value_t = 0.04)]
    rate: f64,
    /// New units on an average day.
    #[arg(long, default_value_t = 1_000.0)]
    units_per_day: f64,
}

fn main() {
    let arguments = Arguments::parse();
    println!(
        "{:<42} {:>11} {:>7} {:>7} {:>7} {:>7} {:>8}",
        "scenario", "significant", "missed", "ratio", "stopped", "spoke", "day",
    );
    for scenario in scenarios(&arguments) {
        let tally = Tally::of(&scenario, arguments.experiments, arguments.seed);
        println!("{}", line(scenario.name, tally));
    }
    sample_ratios(&arguments);
    covariates(arguments.seed);
}

fn sample_ratios(arguments: &Arguments) {
    println!("\nsample ratio alarms in 100,000 units:");
    for share in [0.5, 0.505, 0.51, 0.52] {
        let experiments = arguments.experiments.min(1_000);
        let alarms = ratio::alarms(share, 100_000, arguments.looks, experiments, arguments.seed);
        println!(
            "{:>6.1} % of units in the first arm {:>8.2} %",
            100.0 * share,
            100.0 * alarms
        );
    }
}

fn covariates(seed: u64) {
    println!("\nvariance that CUPED takes out, of 2 x 100,000 units:");
    let mut rng = SmallRng::seed_from_u64(seed);
    for rho in [0.0, 0.3, 0.5, 0.7, 0.9] {
        let found = adjust(&covariate::correlated(rho, 100_000, &mut rng)).variance_reduction;
        println!("   rho {rho:.1}: {found:.4}, squared {:.4}", rho * rho);
    }
}

fn line(name: &str, mut tally: Tally) -> String {
    tally.days.sort_unstable();
    let day = tally.days.get(tally.days.len() / 2);
    let per_cent = |count| format!("{:.2} %", 100.0 * tally.share(count));
    let reduction = tally.variance_reduction / f64::from(tally.experiments);
    format!(
        "{name:<42} {:>11} {:>7} {:>7} {:>7} {:>7} {:>8}{}",
        per_cent(tally.significant),
        per_cent(tally.missed),
        per_cent(tally.mismatched),
        per_cent(tally.stopped),
        per_cent(tally.spoke),
        day.map_or_else(|| "-".to_owned(), ToString::to_string),
        if reduction > 0.0 {
            format!("  (variance -{:.0} %)", 100.0 * reduction)
        } else {
            String::new()
        }
    )
}

fn scenarios(arguments: &Arguments) -> Vec<Scenario> {
    let Arguments {
        rate,
        units_per_day,
        looks,
        ..
    } = *arguments;
    let even = |name, outcome, units| Scenario {
        looks,
        ..Scenario::even(name, outcome, rate, units)
    };
    let many = units_per_day;
    let few = units_per_day / 20.0;
    vec![
        even("A/A rate", Outcome::Rate, many),
        even("A/A rate, few units", Outcome::Rate, few),
        even("A/A revenue", Outcome::Revenue(1.2), many),
        even("A/A revenue, few units", Outcome::Revenue(1.2), few * 3.0),
        even("A/A revenue with CUPED", Outcome::Habit(1.0), many),
        even(
            "A/A revenue of units that come back",
            Outcome::Returning(1.0),
            many / 2.0,
        ),
        Scenario {
            weights: vec![1; 4],
            effects: vec![0.0; 4],
            ..even("A/A/A/A rate", Outcome::Rate, many)
        },
        Scenario {
            weights: vec![9, 1],
            ..even("A/A revenue, 90/10", Outcome::Revenue(1.2), many * 2.0)
        },
        Scenario {
            method: Method::Thompson,
            ..even("A/A rate, Thompson", Outcome::Rate, many)
        },
        powered(
            "A/B rate +15 %, planned for 80 %",
            Outcome::Rate,
            0.15,
            arguments,
        ),
        powered(
            "A/B revenue +25 %, planned for 80 %",
            Outcome::Revenue(0.8),
            0.25,
            arguments,
        ),
        Scenario {
            effects: vec![0.0, -0.05],
            tolerated_loss: 0.05,
            ..even("A/B rate -5 %, 5 % tolerated", Outcome::Rate, many)
        },
        Scenario {
            effects: vec![0.0, -0.3],
            tolerated_loss: 0.02,
            ..even("A/B rate -30 %, 2 % tolerated", Outcome::Rate, many)
        },
    ]
}

/// An effect with the units that its plan asks for.
fn powered(name: &'static str, outcome: Outcome, effect: f64, arguments: &Arguments) -> Scenario {
    let rate = arguments.rate;
    let baseline = match outcome {
        Outcome::Revenue(sigma) => {
            let mean = rate * (sigma * sigma / 2.0).exp();
            let squares = rate * (2.0 * sigma * sigma).exp();
            let deviation = (squares - mean * mean).sqrt();
            Baseline::Mean { mean, deviation }
        }
        _ => Baseline::Rate(rate),
    };
    let size = sample_size(&Question {
        baseline,
        minimum_effect: effect,
        alpha: 0.05,
        power: 0.8,
        arms: 2,
        variance_reduction: 0.0,
    });
    let units = size.unwrap().sequential_units as f64;
    Scenario {
        effects: vec![0.0, effect],
        looks: arguments.looks,
        ..Scenario::even(name, outcome, rate, units / f64::from(arguments.looks))
    }
}
