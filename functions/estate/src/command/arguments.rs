//! The command line: verbs, options, their help. Nothing is done here.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

const EXIT_CODES: &str = "\
Exit codes:
  0  done, or nothing to do
  1  something failed; the message says what
  2  wrong usage, configuration or plan
  3  something is to be done (plan --check), or was changed by hand (diff)";

const ENVIRONMENT: &str = "\
Credentials, region and endpoints are those of every AWS tool (AWS_PROFILE, AWS_REGION, AWS_ENDPOINT_URL).
For the local stack: eval \"$(cargo local env)\"";

/// The whole Amazon Personalize estate, as config/personalization.yaml declares it.
#[derive(Debug, Parser)]
#[command(name = "estate", version, after_help = ENVIRONMENT, after_long_help = ENVIRONMENT)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) common: Common,
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

/// What every verb takes.
#[derive(Debug, Args)]
pub(crate) struct Common {
    /// The declaration
    #[arg(
        long,
        global = true,
        default_value = "config/personalization.yaml",
        value_name = "FILE"
    )]
    pub(crate) config: PathBuf,
    /// The Operations table of the stack, where is remembered what was applied
    #[arg(long, global = true, env = "OPERATIONS_TABLE", value_name = "TABLE")]
    pub(crate) table: Option<String>,
    /// The data bucket of the stack
    #[arg(long, global = true, env = "DATA_BUCKET", value_name = "BUCKET")]
    pub(crate) bucket: Option<String>,
    /// Where the declaration is in the data bucket
    #[arg(long, global = true, env = "CONFIG_KEY", default_value = shared::estate::DEFAULT_CONFIG_KEY, value_name = "KEY")]
    pub(crate) config_key: String,
    /// Remember in this file instead of a table: for an estate without a stack
    #[arg(long, global = true, value_name = "FILE", conflicts_with = "table")]
    pub(crate) records: Option<PathBuf>,
    /// Prices instead of the shipped ones
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) prices: Option<PathBuf>,
    /// As JSON
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Show what apply would do, and what it would cost
    #[command(after_help = examples("\
  estate plan
  estate plan --out plan.json                  for `estate apply plan.json`
  estate plan --check                          exit code 3 when something is to be done"))]
    Plan {
        /// Keep the plan in a file
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
        /// Exit with 3 when something is to be done
        #[arg(long)]
        check: bool,
    },
    /// Show what somebody changed by hand since it was applied
    #[command(after_help = examples("  estate diff\n  estate diff --json"))]
    Diff,
    /// Make the estate as it is declared
    #[command(after_help = examples("\
  estate apply                                 shows a plan and asks
  estate apply plan.json                       does what was shown, or nothing
  estate apply --yes                           does not ask"))]
    Apply {
        /// The file, or the id in the data bucket, of a plan that was shown
        #[arg(value_name = "PLAN")]
        plan: Option<String>,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
    /// Delete the whole estate, data included
    #[command(after_help = examples("  estate teardown"))]
    Teardown {
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
    /// Write the declaration of a dataset group that exists, ready to be applied
    #[command(after_help = examples("  estate adopt my-group > config/personalization.yaml"))]
    Adopt {
        /// The name of the dataset group
        dataset_group: String,
    },
}

fn examples(lines: &str) -> String {
    format!("Examples:\n{lines}\n\n{EXIT_CODES}")
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_sound() {
        super::Cli::command().debug_assert();
    }
}
