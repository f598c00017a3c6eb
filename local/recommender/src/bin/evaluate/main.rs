//! Measures a recipe on a train and a test file: quality, speed and memory in one run.
//!
//! Only wiring: `read` takes in Personalize's CSV, `protocol` makes the questions, `measure` asks them.

mod measure;
mod protocol;
mod read;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use clap::{Parser, ValueEnum};
use recommender::{Model, Options, Recipe};

use protocol::Seen;

/// Train on one file, ask for everybody in the other, and say how good and how fast the answers were.
#[derive(Debug, Parser)]
#[command(after_help = "\
Examples:
  evaluate --train train.csv --test test.csv --recipe user-personalization
  evaluate --train train.csv --test test.csv --recipe user-personalization --sessions --json

Files have the columns USER_ID,ITEM_ID,TIMESTAMP and, if they like, EVENT_TYPE.")]
struct Arguments {
    /// What to learn from
    #[arg(long, value_name = "CSV")]
    train: PathBuf,
    /// What should have been recommended
    #[arg(long, value_name = "CSV")]
    test: PathBuf,
    /// The recipe, with or without `aws-` before it
    #[arg(long)]
    recipe: String,
    /// How many answers NDCG, hit rate and coverage look at
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=500))]
    k: u16,
    /// USER_ID is a session: each prefix of a test session is asked for its next item
    #[arg(long)]
    sessions: bool,
    /// Whether items of the user's own history may be answers; `auto` leaves them out when no user
    /// of the test file comes back to one
    #[arg(long, value_enum, default_value_t = SeenItems::Auto)]
    seen: SeenItems,
    /// Print one line of JSON
    #[arg(long)]
    json: bool,
}

/// The words for [`Seen`].
#[derive(Debug, Clone, Copy, ValueEnum)]
enum SeenItems {
    Auto,
    Keep,
    Drop,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(&arguments) {
        Ok(report) if arguments.json => println!("{}", report.json()),
        Ok(report) => print!("{report}"),
        Err(problem) => {
            eprintln!("error: {problem}");
            return ExitCode::from(2);
        }
    }
    ExitCode::SUCCESS
}

fn run(arguments: &Arguments) -> Result<measure::Report, String> {
    let recipe: Recipe = arguments.recipe.parse().map_err(text)?;
    let data = read::interactions(&arguments.train)?;
    let test = read::interactions(&arguments.test)?;

    let started = Instant::now();
    let model = Model::train(recipe, &data, &Options::default()).map_err(text)?;
    let train_seconds = started.elapsed().as_secs_f64();

    let questions = if arguments.sessions {
        protocol::steps(&model, &test)
    } else {
        protocol::users(&model, &data, &test)
    };
    if questions.is_empty() {
        return Err(format!(
            "{} asks nothing: it needs users{} with at least one row",
            arguments.test.display(),
            if arguments.sessions {
                " of two rows"
            } else {
                ""
            },
        ));
    }
    let seen = match arguments.seen {
        SeenItems::Keep => Seen::Keep,
        SeenItems::Drop => Seen::Drop,
        SeenItems::Auto => protocol::seen(&questions),
    };
    drop((data, test));
    let measured = measure::ask(&model, &questions, usize::from(arguments.k), seen);
    Ok(measure::Report {
        recipe,
        train_seconds,
        ..measured
    })
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}
