//! The files of one export: they become visible together, once all are whole, and take the place of
//! those that earlier exports wrote. Of an INCREMENTAL one, too: what was imported is in Personalize,
//! and the rows of what was not are in the new files, whose window begins before them.

use shared::job;

use crate::{bucket::Bucket, error::ExportError, output::Part, upload::Upload};

/// What every file of an export begins with; files by hand have other names.
const START: &str = "export-";
const NUMBER_DIGITS: usize = 5;

/// The names of a run's files: `<folder>export-<run>-00001.csv`. The same run always writes the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Names {
    folder: String,
    start: String,
}

impl Names {
    /// Of `run` in `folder`, which ends with `/`. A run's name that is no name for a key is shortened
    /// and told apart as the names of jobs are.
    pub(crate) fn of(folder: &str, run: &str) -> Self {
        Self {
            folder: folder.to_owned(),
            start: format!("{}-", job::name(START.trim_end_matches('-'), run)),
        }
    }

    fn key(&self, number: usize) -> String {
        format!("{}{}{number:0NUMBER_DIGITS$}.csv", self.folder, self.start)
    }

    /// Of `found` keys those that the files of this run, `written`, take the place of.
    fn replaced(&self, found: Vec<String>, written: &[String]) -> Vec<String> {
        let is_replaced = |key: &String| {
            let name = key.strip_prefix(&self.folder);
            let numbered = name.and_then(|name| name.strip_prefix(START));
            numbered.is_some_and(is_numbered) && !written.contains(key)
        };
        found.into_iter().filter(is_replaced).collect()
    }
}

/// Whether `rest` of a name ends as those of exports do: `-00001.csv` after a run's name.
fn is_numbered(rest: &str) -> bool {
    let number = rest
        .strip_suffix(".csv")
        .and_then(|rest| rest.rsplit_once('-'));
    number.is_some_and(|(_, number)| {
        number.len() == NUMBER_DIGITS && number.bytes().all(|digit| digit.is_ascii_digit())
    })
}

/// The files of a run, being written.
#[derive(Debug)]
pub(crate) struct Files<'a> {
    bucket: &'a Bucket,
    names: Names,
    uploads: Vec<Upload<'a>>,
    /// Whether the last of them gets the next part.
    open: bool,
}

impl<'a> Files<'a> {
    /// None yet.
    pub(crate) fn new(bucket: &'a Bucket, names: Names) -> Self {
        Self {
            bucket,
            names,
            uploads: Vec::new(),
            open: false,
        }
    }

    /// Sends the next part.
    ///
    /// # Errors
    /// S3's, after its retries.
    pub(crate) async fn add(&mut self, part: Part) -> Result<(), ExportError> {
        if !self.open {
            let key = self.names.key(self.uploads.len() + 1);
            self.uploads.push(Upload::start(self.bucket, key).await?);
        }
        self.open = !part.ends_file;
        match self.uploads.last_mut() {
            Some(upload) => upload.part(part.bytes).await,
            None => Ok(()),
        }
    }

    /// Makes all files visible, and removes those that they take the place of; how many they are.
    ///
    /// # Errors
    /// S3's, after its retries. Done again with the same parts it comes to the same.
    pub(crate) async fn finish(&mut self) -> Result<usize, ExportError> {
        for upload in &mut self.uploads {
            upload.finish().await?;
        }
        let uploads = self.uploads.drain(..);
        let written: Vec<String> = uploads.map(|upload| upload.key).collect();
        let exports = format!("{}{START}", self.names.folder);
        let found = self.bucket.keys(&exports).await?;
        for key in self.names.replaced(found, &written) {
            self.bucket.delete(&key).await?;
        }
        Ok(written.len())
    }

    /// Drops what was sent and is not visible.
    pub(crate) async fn abort(self) {
        for upload in self.uploads {
            upload.abort().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FOLDER: &str = "datasets/full/items/";

    fn keys(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| format!("{FOLDER}{name}")).collect()
    }

    #[test]
    fn a_run_has_the_same_short_keys_every_time() {
        let key = |run: &str| Names::of(FOLDER, run).key(1);
        assert_eq!(key("8f3a-b1"), format!("{FOLDER}export-8f3a-b1-00001.csv"));
        let strange = key("../users/x y");
        assert_eq!(strange, key("../users/x y"));
        assert_ne!(strange, key("../users/x.y"));
        assert!(
            strange.starts_with(&format!("{FOLDER}export----users-x-y-")),
            "{strange}"
        );
        assert!(key(&"é".repeat(80)).len() < FOLDER.len() + 80);
    }

    #[test]
    fn an_export_takes_the_place_of_others_and_of_nothing_by_hand() {
        let names = Names::of(FOLDER, "new");
        let written = vec![names.key(1)];
        let found = keys(&[
            "export-new-00001.csv",
            "export-new-00002.csv",
            "export-old-00001.csv",
            "export-from-sap.csv",
            "export-2026.csv",
            "export-old-00001.csv.gz",
            "items.csv",
        ]);
        let replaced = names.replaced(found, &written);
        assert_eq!(
            replaced,
            keys(&["export-new-00002.csv", "export-old-00001.csv"])
        );
    }

    #[test]
    fn an_export_without_a_row_leaves_none_of_those_before() {
        let found = keys(&["export-new-1-00002.csv", "export-old-00001.csv"]);
        let replaced = Names::of(FOLDER, "new").replaced(found.clone(), &[]);
        assert_eq!(replaced, found);
    }
}
