//! The state directory: what survives a restart.
//!
//! ```text
//! lock                                                     held while a server runs
//! control.json                                             all resources, replaced as a whole
//! <region>/<account>/dataset-group/<group>/stream.jsonl    streamed records, appended to
//! <region>/<account>/dataset/<group>/<TYPE>/<job>.csv      rows of one import
//! <region>/<account>/solution/<solution>/<id>/model        a trained model
//! ```

use std::{
    fs::{self, File, TryLockError},
    io::{self, Write},
    path::{Path, PathBuf},
};

use crate::{error::Error, estate::Estate, scope::name_of};

/// A directory that this process alone writes to.
#[derive(Debug)]
pub(crate) struct StateDir {
    root: PathBuf,
    /// Held for its lock, which the system gives back even after a kill.
    _lock: File,
}

impl StateDir {
    /// Opens a directory, making it when it is missing.
    ///
    /// # Errors
    /// When it cannot be made or another server runs on it.
    pub(crate) fn open(root: &Path) -> Result<Self, Error> {
        fs::create_dir_all(root).map_err(Error::state("make", root))?;
        let path = root.join("lock");
        let lock = File::create(&path).map_err(Error::state("write", path.as_path()))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self {
                root: root.to_owned(),
                _lock: lock,
            }),
            Err(TryLockError::WouldBlock) => Err(Error::StateInUse(root.to_owned())),
            Err(TryLockError::Error(error)) => Err(Error::state("lock", path)(error)),
        }
    }

    /// Reads the resources; a new directory has none.
    ///
    /// # Errors
    /// When the file cannot be read or is not one of ours.
    pub(crate) fn load(&self) -> Result<Estate, Error> {
        let path = self.root.join("control.json");
        match fs::read(&path) {
            Ok(json) => serde_json::from_slice(&json).map_err(|error| Error::Damaged {
                path,
                problem: error.to_string(),
            }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Estate::default()),
            Err(error) => Err(Error::state("read", path)(error)),
        }
    }

    /// Replaces the resources.
    ///
    /// # Errors
    /// When the file cannot be written; the old one is still whole then.
    pub(crate) fn save(&self, estate: &Estate) -> Result<(), Error> {
        let path = self.root.join("control.json");
        let json = serde_json::to_vec_pretty(estate).map_err(|error| Error::Damaged {
            path: path.clone(),
            problem: error.to_string(),
        })?;
        replace(&path, &json)
    }

    /// Where the rows of an import are.
    #[must_use]
    pub(crate) fn import_file(&self, dataset_arn: &str, job_arn: &str) -> PathBuf {
        self.directory(dataset_arn)
            .join(format!("{}.csv", name_of(job_arn)))
    }

    /// Where a group's streamed records are.
    #[must_use]
    pub(crate) fn journal(&self, group_arn: &str) -> PathBuf {
        self.directory(group_arn).join("stream.jsonl")
    }

    /// Where a solution version's model is.
    #[must_use]
    pub(crate) fn model_file(&self, version_arn: &str) -> PathBuf {
        self.directory(version_arn).join("model")
    }

    /// Removes the files of a resource that is gone. Failing is not worth stopping for.
    pub(crate) fn remove(&self, arn: &str) {
        let directory = self.directory(arn);
        match fs::remove_dir_all(&directory) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                tracing::warn!(path = %directory.display(), %error, "cannot remove files");
            }
            _ => {}
        }
    }

    /// Removes the rows of imports that no longer count.
    pub(crate) fn sweep(&self, dataset_arn: &str, job_arns: &[String]) {
        let keep: Vec<PathBuf> = job_arns
            .iter()
            .map(|job| self.import_file(dataset_arn, job))
            .collect();
        let Ok(entries) = fs::read_dir(self.directory(dataset_arn)) else {
            return; // no import yet
        };
        for path in entries.flatten().map(|entry| entry.path()) {
            if !keep.contains(&path)
                && let Err(error) = fs::remove_file(&path)
            {
                tracing::warn!(path = %path.display(), %error, "cannot remove old rows");
            }
        }
    }

    /// `arn:aws:personalize:<region>:<account>:<type>/<name>` as a path. Names of resources are
    /// letters, digits, `-` and `_`, so no ARN of ours leads elsewhere.
    fn directory(&self, arn: &str) -> PathBuf {
        let mut path = self.root.clone();
        path.extend(arn.splitn(6, ':').skip(3).flat_map(|part| part.split('/')));
        path
    }
}

/// Writes a file so that there is always a whole one: the old or the new.
///
/// # Errors
/// When it cannot be written.
pub(crate) fn replace(path: &Path, content: &[u8]) -> Result<(), Error> {
    let temporary = path.with_extension("new");
    let write = || -> io::Result<()> {
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        let mut file = File::create(&temporary)?;
        file.write_all(content)?;
        file.sync_all()?;
        fs::rename(&temporary, path)?;
        match path.parent() {
            Some(parent) => File::open(parent)?.sync_all(),
            None => Ok(()),
        }
    };
    write().map_err(Error::state("write", path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_has_one_owner_and_keeps_what_it_was_given() {
        let root = std::env::temp_dir().join(uuid::Uuid::new_v4().to_string());
        let state = StateDir::open(&root).unwrap();
        assert!(matches!(StateDir::open(&root), Err(Error::StateInUse(_))));
        assert!(state.load().unwrap().tags.is_empty());
        let mut estate = Estate::default();
        estate.tags.insert("arn".to_owned(), Default::default());
        state.save(&estate).unwrap();
        drop(state);
        let state = StateDir::open(&root).unwrap();
        assert_eq!(state.load().unwrap().tags.len(), 1);
        fs::write(root.join("control.json"), "{").unwrap();
        assert!(matches!(state.load(), Err(Error::Damaged { .. })));
        fs::remove_dir_all(root).unwrap();
    }

    #[test]
    fn only_rows_that_count_stay() {
        let root = std::env::temp_dir().join(uuid::Uuid::new_v4().to_string());
        let state = StateDir::open(&root).unwrap();
        let dataset = "arn:aws:personalize:eu-west-1:1:dataset/shop/ITEMS";
        let old = state.import_file(dataset, "arn:…/old");
        let new = state.import_file(dataset, "arn:…/new");
        assert!(old.ends_with("eu-west-1/1/dataset/shop/ITEMS/old.csv"));
        fs::create_dir_all(old.parent().unwrap()).unwrap();
        fs::write(&old, "").unwrap();
        fs::write(&new, "").unwrap();
        state.sweep(dataset, &["arn:…/new".to_owned()]);
        assert!(!old.exists() && new.exists());
        fs::remove_dir_all(root).unwrap();
    }
}
