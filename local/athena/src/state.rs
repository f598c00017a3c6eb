//! The state directory: what survives a restart.
//!
//! ```text
//! lock                  held while a server runs
//! estate.json           catalogs, databases, workgroups, saved queries; replaced as a whole
//! queries/<id>.json     one execution of a query
//! ```

use std::{
    fs::{self, File, TryLockError},
    io::{self, Write},
    path::{Path, PathBuf},
};

use serde::{Serialize, de::DeserializeOwned};

use crate::{error::Error, executions::Execution, resources::Estate};

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
        let queries = root.join("queries");
        fs::create_dir_all(&queries).map_err(Error::state("make", queries))?;
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

    /// Reads all but the queries; a new directory has nothing.
    ///
    /// # Errors
    /// When the file cannot be read or is not one of ours.
    pub(crate) fn estate(&self) -> Result<Estate, Error> {
        Ok(read(&self.root.join("estate.json"))?.unwrap_or_default())
    }

    /// Replaces all but the queries.
    ///
    /// # Errors
    /// When the file cannot be written; the old one is still whole then.
    pub(crate) fn save_estate(&self, estate: &Estate) -> Result<(), Error> {
        replace(&self.root.join("estate.json"), estate)
    }

    /// Reads the queries.
    ///
    /// # Errors
    /// When a file cannot be read or is not one of ours.
    pub(crate) fn executions(&self) -> Result<Vec<Execution>, Error> {
        let directory = self.root.join("queries");
        let entries = fs::read_dir(&directory).map_err(Error::state("read", directory))?;
        let files = entries.flatten().map(|entry| entry.path()).filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "json")
        });
        let mut executions = Vec::new();
        for path in files {
            executions.extend(read(&path)?);
        }
        Ok(executions)
    }

    /// Keeps an execution.
    ///
    /// # Errors
    /// When the file cannot be written; the old one is still whole then.
    pub(crate) fn save_execution(&self, execution: &Execution) -> Result<(), Error> {
        let name = format!("{}.json", execution.id);
        replace(&self.root.join("queries").join(name), execution)
    }
}

fn read<T: DeserializeOwned>(path: &Path) -> Result<Option<T>, Error> {
    match fs::read(path) {
        Ok(json) => match serde_json::from_slice(&json) {
            Ok(content) => Ok(Some(content)),
            Err(error) => Err(damaged(path)(error)),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::state("read", path)(error)),
    }
}

/// Writes a file so that there is always a whole one: the old or the new.
fn replace(path: &Path, content: &impl Serialize) -> Result<(), Error> {
    let json = serde_json::to_vec_pretty(content).map_err(damaged(path))?;
    let temporary = path.with_extension("new");
    let write = || -> io::Result<()> {
        let mut file = File::create(&temporary)?;
        file.write_all(&json)?;
        file.sync_all()?;
        fs::rename(&temporary, path)
    };
    write().map_err(Error::state("write", path))
}

fn damaged(path: &Path) -> impl FnOnce(serde_json::Error) -> Error {
    let path = path.to_owned();
    move |error| Error::Damaged {
        path,
        problem: error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_has_one_owner_and_keeps_what_it_was_given() {
        let root = std::env::temp_dir().join(uuid::Uuid::new_v4().to_string());
        let state = StateDir::open(&root).unwrap();
        assert!(matches!(StateDir::open(&root), Err(Error::StateInUse(_))));
        assert!(state.estate().unwrap().databases.is_empty());
        let mut estate = Estate::default();
        estate
            .databases
            .insert("shop".to_owned(), Default::default());
        state.save_estate(&estate).unwrap();
        drop(state);
        let state = StateDir::open(&root).unwrap();
        assert!(state.estate().unwrap().databases.contains_key("shop"));
        fs::write(root.join("estate.json"), "{").unwrap();
        assert!(matches!(state.estate(), Err(Error::Damaged { .. })));
        fs::remove_dir_all(root).unwrap();
    }
}
