//! The command line: verbs, options, their help. Nothing is done here.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use local::front_door::{Fault, parse_fault};
use local::layout::DEFAULT_STATE;

const EXIT_CODES: &str = "\
Exit codes:
  0    done
  1    a step failed; the message names it and where its log is
  2    wrong usage or environment: a port in use, no Python, data or configuration that cannot be used
  130  interrupted";

/// The whole product on this machine, without an AWS account.
#[derive(Debug, Parser)]
#[command(name = "local", bin_name = "cargo local", after_help = EXIT_CODES, version)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) common: Common,
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

/// Where the stack listens and keeps its state.
#[derive(Debug, Args)]
pub(crate) struct Common {
    /// Port of the front door, which stands for all of AWS; 0 takes a free one
    #[arg(long, global = true, default_value_t = 4560, value_name = "PORT")]
    pub(crate) port: u16,
    /// Port of the AWS emulator; 0 takes a free one
    #[arg(long, global = true, default_value_t = 4566, value_name = "PORT")]
    pub(crate) ministack_port: u16,
    /// Port of the stand-in for Amazon Personalize; 0 takes a free one
    #[arg(long, global = true, default_value_t = 4570, value_name = "PORT")]
    pub(crate) personalize_port: u16,
    /// Port of the experiments service; 0 takes a free one
    #[arg(long, global = true, default_value_t = 4580, value_name = "PORT")]
    pub(crate) experiments_port: u16,
    /// Port of the stand-in for SES, text messages and push, and of their outbox; 0 takes a free one
    #[arg(long, global = true, default_value_t = 4610, value_name = "PORT")]
    pub(crate) messaging_port: u16,
    /// Port of the stand-in for Amazon Athena; 0 takes a free one
    #[arg(long, global = true, default_value_t = 4590, value_name = "PORT")]
    pub(crate) athena_port: u16,
    /// Port of the sample shop that products and data are pulled from; 0 takes a free one
    #[arg(long, global = true, default_value_t = 4600, value_name = "PORT")]
    pub(crate) backend_port: u16,
    /// State directory, in the checkout unless absolute
    #[arg(long, global = true, default_value = DEFAULT_STATE, value_name = "DIR")]
    pub(crate) state: PathBuf,
    /// Faults the front door injects: SERVICE=throttle:PERCENT,error:PERCENT,cut:PERCENT,lose:PERCENT,delay:MS
    #[arg(long, global = true, value_parser = parse_fault, value_name = "FAULT")]
    pub(crate) fault: Vec<(String, Fault)>,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Start everything, seed a shop, run the workflows, show what customers get
    #[command(after_help = examples("\
  cargo demo                                        a made-up shop of 2,000 products
  cargo demo --data online_retail.csv.gz            UCI Online Retail, as it comes
  cargo demo --data products.yaml                   the Retail Demo Store's catalogue
  cargo demo --data my-shop/                        interactions.csv, items.csv, users.csv
  cargo demo --once --json report.json              stop at the end, keep what was done as JSON"))]
    Demo {
        /// The shop's data; without it a synthetic shop
        #[arg(long, value_name = "PATH")]
        data: Option<PathBuf>,
        /// Stop everything at the end
        #[arg(long)]
        once: bool,
        /// Write what was done as JSON, also when a step failed
        #[arg(long, value_name = "FILE")]
        json: Option<PathBuf>,
    },
    /// Build, start and deploy everything, without data
    #[command(after_help = examples("\
  cargo local up
  cargo local up --port 5560 --ministack-port 5566 --personalize-port 5570 --experiments-port 5580 \\
      --athena-port 5590 --backend-port 5600 --messaging-port 5610
  cargo local up --fault personalize=throttle:30,delay:200"))]
    Up,
    /// Seed the running stack and run its workflows
    #[command(after_help = examples("\
  cargo local seed
  cargo local seed --data online_retail.csv.gz"))]
    Seed {
        /// The shop's data; without it a synthetic shop
        #[arg(long, value_name = "PATH")]
        data: Option<PathBuf>,
    },
    /// Print what a shell needs for AWS tools and the `estate` command to work on the running stack
    #[command(after_help = examples("  eval \"$(cargo local env)\"\n  cargo run -p estate --bin estate -- plan"))]
    Env,
    /// Sign a customer in to the running stack and print a token for GraphQL
    #[command(after_help = examples("\
  cargo local token 12347                           the header authorization of customer 12347
  cargo local token anna --admin                    of somebody who may ask `explain`"))]
    Token {
        /// The shop's id of the user
        #[arg(value_name = "USER")]
        user: String,
        /// Put the user into the group of administrators first
        #[arg(long)]
        admin: bool,
    },
    /// Tell what runs and where; exit code 2 when not everything does
    #[command(after_help = examples("  cargo local status\n  cargo local status --json"))]
    Status {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Stop everything; the state is kept for the next start
    #[command(after_help = examples("  cargo local down\n  cargo local down --clean"))]
    Down {
        /// Remove the state directory, too
        #[arg(long)]
        clean: bool,
    },
    /// Look whether this machine has what is needed
    #[command(after_help = examples("  cargo local doctor"))]
    Doctor,
    /// Look at the declared estate
    Config {
        #[command(subcommand)]
        verb: ConfigVerb,
    },
    /// The front door itself, as `up` starts it
    #[command(hide = true)]
    FrontDoor,
}

/// What to do with the declared estate.
#[derive(Debug, Subcommand)]
pub(crate) enum ConfigVerb {
    /// Validate it; an error names the path in the file
    #[command(after_help = examples("\
  cargo local config check
  cargo local config check config/personalization.yaml"))]
    Check {
        /// The file; without it the checkout's own
        file: Option<PathBuf>,
    },
}

/// The lines as written, indented; a string that goes on after `\` loses its first line's spaces.
fn examples(lines: &str) -> String {
    format!("Examples:\n  {lines}\n\n{EXIT_CODES}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn options_may_follow_the_verb() {
        let cli = Cli::parse_from([
            "local",
            "demo",
            "--once",
            "--port",
            "0",
            "--fault",
            "s3=error:5",
        ]);
        assert_eq!(cli.common.port, 0);
        assert_eq!(cli.common.fault[0].0, "s3");
        assert!(matches!(
            cli.verb,
            Verb::Demo {
                once: true,
                data: None,
                json: None
            }
        ));
    }
}
