//! One check: reads, judges, copies the good rows when they do not stand alone, and stores what was
//! found.

use shared::{
    config::DatasetType,
    estate::Estate,
    operations::{GoodImport, ImportMode},
};

use crate::{
    columns::Columns,
    error::CheckError,
    minimum::MIN_ROWS,
    objects::Bucket,
    pass::Outcome,
    reading::Reading,
    report::Report,
    results::{self, Answer, Kept},
    source::Source,
    verdict::Asked,
};

/// One check of one dataset.
pub(crate) struct Check<'a> {
    /// Where the data is.
    pub(crate) bucket: &'a Bucket,
    /// The estate it is for.
    pub(crate) estate: &'a Estate,
    /// What each row must have.
    pub(crate) columns: Columns,
    /// What is checked.
    pub(crate) dataset: DatasetType,
    /// What it is checked for.
    pub(crate) mode: ImportMode,
    /// The workflow's execution that asked.
    pub(crate) run: String,
    /// A folder or a key.
    pub(crate) location: String,
    /// What is read of it.
    pub(crate) source: Source,
    /// The last import of this mode that succeeded.
    pub(crate) last: Option<GoodImport>,
    /// Epoch seconds.
    pub(crate) now: i64,
}

impl Check<'_> {
    /// Does everything; the verdict, and the report it stored.
    ///
    /// # Errors
    /// When something cannot be read or stored.
    pub(crate) async fn perform(&self) -> Result<(Answer, Report), CheckError> {
        let reading = Reading {
            bucket: self.bucket,
            objects: &self.source.objects,
            dataset: self.dataset,
            columns: &self.columns,
            config: &self.estate.config,
            now: self.now,
        };
        let catalogue = self.bucket.catalogue(self.dataset, self.mode, self.estate);
        let mut found = reading.judge(catalogue.await?).await?;
        self.conclude(&mut found);
        let skipped = self.too_little(&found);
        let location = if skipped.is_none() && self.needs_a_copy(&found) {
            let key = format!("datasets/checked/{}/{}.csv", self.dataset.name(), self.run);
            reading.copy(&key).await?;
            key
        } else {
            self.location.clone()
        };
        let rejected = results::store_rejected(self, &mut found).await?;
        let report = Report::new(self, &mut found, rejected, location);
        let kept = Kept::of(self, found);
        let answer = results::store(self, &report, kept, skipped).await?;
        Ok((answer, report))
    }

    /// Judges the whole, unless some of it could not be read at all: then that is the one problem.
    fn conclude(&self, found: &mut Outcome) {
        if found.rows.is_empty() {
            found.problems.stop(format!(
                "there is nothing in s3://{}/{}: upload CSV files with a header to it",
                self.bucket.name, self.location
            ));
        } else if found.problems.passed() {
            let asked = Asked {
                dataset: self.dataset,
                mode: self.mode,
                config: &self.estate.config,
                last: self.last.as_ref(),
            };
            found.problems.judge(&asked, &found.tally);
        }
    }

    /// New interactions wait until an import takes them: unlike items and users there is no other way
    /// for those of the past.
    fn too_little(&self, found: &Outcome) -> Option<String> {
        let rows = found.tally.good;
        let waits = self.mode == ImportMode::Incremental
            && self.dataset == DatasetType::Interactions
            && found.problems.passed()
            && rows < MIN_ROWS;
        waits.then(|| {
            format!("{rows} new interactions are there, an import needs {MIN_ROWS}: they are imported once there are more")
        })
    }

    /// Whether the good rows are not simply all rows of the location.
    fn needs_a_copy(&self, found: &Outcome) -> bool {
        let alone = found.tally.rejected.is_empty() && self.mode == ImportMode::Full;
        found.problems.passed() && !alone
    }
}
