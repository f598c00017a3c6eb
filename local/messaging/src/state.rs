//! The state directory: what survives a restart.
//!
//! ```text
//! lock                     held while a server runs
//! settings.json            destinations, suppressed addresses, opted-out numbers; replaced as a whole
//! delivered.json           up to which message events were delivered
//! outbox-00000001.jsonl    messages: see `outbox/segment.rs`
//! ```

use std::{
    fs::{self, File, TryLockError},
    io::{self, Write},
    path::{Path, PathBuf},
};

use serde::{Serialize, de::DeserializeOwned};

use crate::error::Error;

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

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Reads a file; nothing when there is none.
    ///
    /// # Errors
    /// When it cannot be read or is not one of ours.
    pub(crate) fn read<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, Error> {
        let path = self.root.join(name);
        match fs::read(&path) {
            Ok(json) => serde_json::from_slice(&json)
                .map(Some)
                .map_err(|error| Error::Damaged {
                    path,
                    problem: error.to_string(),
                }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Error::state("read", path)(error)),
        }
    }

    /// Writes a file so that there is always a whole one: the old or the new.
    ///
    /// # Errors
    /// When it cannot be written; the old one is still whole then.
    pub(crate) fn replace(&self, name: &str, content: &impl Serialize) -> io::Result<()> {
        let path = self.root.join(name);
        let temporary = path.with_extension("new");
        let mut file = File::create(&temporary)?;
        file.write_all(&serde_json::to_vec_pretty(content)?)?;
        file.sync_all()?;
        fs::rename(&temporary, path)
    }
}
