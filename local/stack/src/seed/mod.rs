//! A shop's data in, Personalize's datasets and a catalogue pull out. A reader per format streams
//! into a [`Sink`]; what a reader refuses goes to [`Rejects`] with its line and reason.

mod backend;
mod check;
mod demo_store;
mod lines;
mod online_retail;
mod personalize_csv;
mod rejects;
mod shop;
mod source;
mod staging;
mod synthetic;
mod titles;
mod upload;

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

pub use backend::fill_backend;
pub use rejects::{Reason, Rejects};
pub use shop::{Interaction, Product, Sink, User};
pub use source::Source;
pub use staging::{Examples, Staging};
pub use upload::upload;

use crate::error::Result;
use crate::progress::Progress;

/// What came out of reading a source.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Seeded {
    /// What was read, in words.
    pub source: String,
    /// Rows of the source, good and rejected.
    pub rows_read: u64,
    /// Rejected rows by reason.
    pub rows_rejected: std::collections::BTreeMap<String, u64>,
    /// Where the rejected rows are, when there are any.
    pub rejected_file: Option<PathBuf>,
    /// Products in the catalogue pull.
    pub products: u64,
    /// Users.
    pub users: u64,
    /// Interactions.
    pub interactions: u64,
    /// Whom and what to ask about.
    pub examples: Examples,
}

/// Reads `source` into dataset and catalogue files below `folder`; rejected rows go to
/// `rejected`. `now` (epoch seconds) is the end of what counts as the past.
///
/// # Errors
/// [`Error::Data`](crate::Error::Data) when the source cannot be used at all, [`Error::File`](crate::Error::File).
pub fn read(source: &Source, folder: &Path, rejected: &Path, now: i64) -> Result<Seeded> {
    let mut staging = Staging::create(folder)?;
    let mut rejects = Rejects::create(&rejected.join(source.rejected_name()))?;
    let progress = Progress::bytes(format!("read {source}"), source.size());
    let rows_read = match source {
        Source::OnlineRetail(file) => {
            online_retail::read(file, now, &mut staging, &mut rejects, &progress)?
        }
        Source::DemoStore(file) => demo_store::read(file, &mut staging, &mut rejects, &progress)?,
        Source::Personalize(files) => {
            personalize_csv::read(files, now, &mut staging, &mut rejects, &progress)?
        }
        Source::Synthetic => synthetic::shop(&mut staging)?,
    };
    let written = staging.finish()?;
    let rejected_file = rejects.finish()?;
    let summary = Seeded {
        source: source.to_string(),
        rows_read,
        rows_rejected: rejects.counts(),
        rejected_file,
        products: written.products,
        users: written.users,
        interactions: written.interactions,
        examples: written.examples,
    };
    progress.done(&format!(
        "{} rows: {} products, {} users, {} interactions",
        summary.rows_read, summary.products, summary.users, summary.interactions
    ));
    Ok(summary)
}
