//! The command line and its help. Nothing is done here.

use clap::Parser;

const HELP: &str = "\
Examples:
  replay --from events/day=2026-11-20                      one day
  replay --from 2026-11-20 --until 2026-11-23              four days
  replay --from 2026-11-20 --dry-run                       counts, and sends nothing
  replay --from events/day=2026-11-20/0193…jsonl --until 2026-11-20    from one object on

For a new event tracker, or when the queue was lost. What waits in the queue needs no command: the
function `replay` delivers it. Events keep their ids, and Personalize ignores those it knows; visitors
who refused personalization are left out.

Exit codes:
  0  done
  1  something failed; the message says what, and it can be run again
  2  wrong usage or configuration
  3  done, but for interactions that Personalize will never take

Credentials, region and endpoints are those of every AWS tool (AWS_PROFILE, AWS_REGION, AWS_ENDPOINT_URL).
It needs DATA_BUCKET, OPERATIONS_TABLE and LISTS_TABLE. For the local stack: eval \"$(cargo local env)\"";

/// Sends tracked interactions of the event log to Amazon Personalize again.
#[derive(Debug, Parser)]
#[command(name = "replay", version, after_help = HELP)]
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
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_sound() {
        super::Cli::command().debug_assert();
    }
}
