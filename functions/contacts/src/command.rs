//! The command `contacts`: files that were exported from Pinpoint become files for the data bucket.

mod arguments;
mod endpoints;
mod exported;
mod segments;
mod templates;

use std::{
    io,
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

use arguments::{Cli, Import, Verb};

/// Something could not be converted.
const INCOMPLETE: u8 = 3;

/// Why the command ended early.
#[derive(Debug, thiserror::Error)]
enum CommandError {
    /// A file.
    #[error("{what} {}: {error}", path.display())]
    File {
        /// `reading`, `writing`.
        what: &'static str,
        /// Which.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// There is something already.
    #[error("{} is there already: name a directory that is not, so that nothing old is uploaded with it", .0.display())]
    There(PathBuf),
}

impl CommandError {
    fn of(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |error| Self::File { what, path, error }
    }
}

/// What was done.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Report {
    endpoints: endpoints::Report,
    segments: Vec<segments::Report>,
    templates: Vec<templates::Report>,
}

/// Reads the command line and does what it says; an error is a sentence and an exit code.
pub(crate) fn run() -> ExitCode {
    let cli = Cli::parse();
    let Verb::ImportPinpoint(import) = cli.verb;
    match convert(&import) {
        Ok(report) => {
            show(&import, &report);
            match report.is_complete() {
                true => ExitCode::SUCCESS,
                false => ExitCode::from(INCOMPLETE),
            }
        }
        Err(error) => {
            let red = anstyle::AnsiColor::Red.on_default().bold();
            anstream::eprintln!("{red}error:{red:#} {error}");
            ExitCode::FAILURE
        }
    }
}

fn convert(import: &Import) -> Result<Report, CommandError> {
    if import.out.exists() {
        return Err(CommandError::There(import.out.clone()));
    }
    let bar = bar(import.json);
    let report = Report {
        endpoints: endpoints::convert(import, &bar)?,
        segments: segments::convert(import, &bar)?,
        templates: templates::convert(import)?,
    };
    bar.finish_and_clear();
    Ok(report)
}

impl Report {
    fn is_complete(&self) -> bool {
        let templates = self.templates.iter();
        self.endpoints.rejected == 0 && templates.filter(|one| one.problem.is_some()).count() == 0
    }
}

fn bar(hidden: bool) -> ProgressBar {
    if hidden {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{spinner} {pos} endpoints, {per_sec}  {msg}") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(100));
    bar
}

fn show(import: &Import, report: &Report) {
    if import.json {
        let json = serde_json::to_string_pretty(report).unwrap_or_default();
        return anstream::println!("{json}");
    }
    let out = import.out.display();
    let endpoints = &report.endpoints;
    anstream::println!(
        "{} endpoints are {} contacts in {out}/messages/import/; {} could not be used ({out}/rejected.jsonl says why)",
        endpoints.read,
        endpoints.contacts,
        endpoints.rejected
    );
    anstream::println!(
        "Agreed: {} by email, {} by text, {} by push; refused: {}, {}, {}",
        endpoints.agreed.email,
        endpoints.agreed.sms,
        endpoints.agreed.push,
        endpoints.refused.email,
        endpoints.refused.sms,
        endpoints.refused.push
    );
    for segment in &report.segments {
        anstream::println!(
            "segment {}: {} users in {out}/{}",
            segment.name,
            segment.users,
            segment.file
        );
    }
    for template in &report.templates {
        match &template.problem {
            Some(problem) => {
                anstream::println!("template {}: not converted: {problem}", template.file);
            }
            None => anstream::println!("template {}: {out}/{}", template.file, template.folder),
        }
        for note in &template.notes {
            anstream::println!("  look at it: {note}");
        }
    }
    anstream::println!(
        "\nUpload it when you have looked at it:\n  aws s3 cp --recursive {out} s3://BUCKET/ --exclude rejected.jsonl"
    );
}
