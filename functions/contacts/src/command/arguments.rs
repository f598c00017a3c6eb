//! The command line: its options and help. Nothing is done here.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

const EXAMPLES: &str = "\
Examples:
  contacts import-pinpoint --endpoints export/*.gz --out moved
  contacts import-pinpoint --endpoints export/*.gz --segments segments --templates templates --out moved
  aws s3 cp --recursive moved s3://BUCKET/ --exclude rejected.jsonl

How it is exported:
  aws pinpoint create-export-job --application-id APP --export-job-request RoleArn=ROLE,S3UrlPrefix=s3://OLD/export/
  aws pinpoint create-export-job ... SegmentId=SEGMENT       a file of a segment's endpoints, named after it
  aws pinpoint get-email-template --template-name NAME > templates/NAME.json

Exit codes:
  0  everything was converted
  1  something failed; the message says what
  2  wrong usage
  3  something could not be used; rejected.jsonl, or the lines about templates, say what";

/// Contacts of the shop's messages.
#[derive(Debug, Parser)]
#[command(name = "contacts", version)]
pub(super) struct Cli {
    #[command(subcommand)]
    pub(super) verb: Verb,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Make files for the data bucket of what was exported from Amazon Pinpoint
    #[command(after_help = EXAMPLES)]
    ImportPinpoint(Import),
}

/// What was exported, and where it goes.
#[derive(Debug, Args)]
pub(super) struct Import {
    /// Files of endpoints, JSON lines, also packed (.gz)
    #[arg(long, required = true, num_args = 1.., value_name = "FILE")]
    pub(super) endpoints: Vec<PathBuf>,
    /// A directory with a file of endpoints, or a directory of such files, for each segment
    #[arg(long, value_name = "DIR")]
    pub(super) segments: Option<PathBuf>,
    /// A directory with a file for each template, as `aws pinpoint get-…-template` prints it
    #[arg(long, value_name = "DIR")]
    pub(super) templates: Option<PathBuf>,
    /// The language of the templates
    #[arg(long, default_value = "en", value_name = "LANGUAGE")]
    pub(super) language: String,
    /// Where to write: a directory that is not there yet
    #[arg(long, value_name = "DIR")]
    pub(super) out: PathBuf,
    /// Take an endpoint that did not opt out for one that agreed: only if your users did, in words that you can
    /// show. It is in the source of each such consent
    #[arg(long)]
    pub(super) opted_in_means_consent: bool,
    /// Print the numbers as JSON, and no progress
    #[arg(long)]
    pub(super) json: bool,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_sound() {
        super::Cli::command().debug_assert();
    }
}
