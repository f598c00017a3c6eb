//! The command line and its help. Nothing is done here.

use clap::{Parser, Subcommand};

const HELP: &str = "\
Examples:
  replay --from events/day=2026-11-20                      one day
  replay --from 2026-11-20 --until 2026-11-23              four days
  replay --from 2026-11-20 --dry-run                       counts, and sends nothing
  replay --from events/day=2026-11-20/0193…jsonl --until 2026-11-20    from one object on
  replay undelivered                                       product events that could not be delivered

For a new event tracker, or when the queue was lost. What waits in the queue needs no command: the
function `replay` delivers it. Events keep their ids, and Personalize ignores those it knows; visitors
who refused personalization are left out.

`undelivered` puts events on the bus again that wait in the queue EVENTS_DEAD_LETTER_QUEUE_URL: products
that changed in the backend, pages of single products. Run it once their cause is gone. What only AWS can
send (calls, ended workflows), and what schedules left, stays in the queue.

Exit codes:
  0  done
  1  something failed; the message says what, and it can be run again
  2  wrong usage or configuration
  3  done, but for interactions that Personalize will never take, or messages that stay in the queue

Credentials, region and endpoints are those of every AWS tool (AWS_PROFILE, AWS_REGION, AWS_ENDPOINT_URL).
It needs DATA_BUCKET, OPERATIONS_TABLE and LISTS_TABLE; `undelivered` the queue instead of LISTS_TABLE. For the local stack: eval \"$(cargo local env)\"";

/// Sends tracked interactions of the event log to Amazon Personalize again, or undelivered events
#[derive(Debug, Parser)]
#[command(
    name = "replay",
    version,
    after_help = HELP,
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) other: Option<Other>,
    #[command(flatten)]
    pub(crate) log: Option<Cli>,
}

/// What is delivered again instead of the event log.
#[derive(Debug, Subcommand)]
pub(crate) enum Other {
    /// Put events on the bus again that wait in the dead-letter queue of events
    Undelivered {
        /// Report as JSON
        #[arg(long)]
        json: bool,
    },
}

/// A part of the event log.
#[derive(Debug, Parser)]
pub(crate) struct Cli {
    /// The first day (UTC), as `2026-11-20` or `events/day=2026-11-20`, or an object of the log
    #[arg(long, value_name = "DAY")]
    pub(crate) from: String,
    /// The last day; the first when left out
    #[arg(long, value_name = "DAY")]
    pub(crate) until: Option<String>,
    /// Read and count, and send nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Report as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, Parser};

    use super::Other;

    #[test]
    fn the_command_line_is_sound() {
        super::Cli::command().debug_assert();
        super::Arguments::command().debug_assert();
    }

    #[test]
    fn a_part_of_the_log_is_said_or_what_else() {
        let parse = |words: &[&str]| {
            let words = std::iter::once(&"replay").chain(words);
            super::Arguments::try_parse_from(words)
        };
        let log = parse(&["--from", "2026-11-20", "--dry-run"]).unwrap();
        assert!(log.log.is_some_and(|log| log.dry_run) && log.other.is_none());
        let other = parse(&["undelivered", "--json"]).unwrap();
        assert!(matches!(
            other.other,
            Some(Other::Undelivered { json: true })
        ));
        assert!(parse(&[]).is_err());
        assert!(parse(&["--from", "2026-11-20", "undelivered"]).is_err());
    }
}
