//! Where things are: the checkout, its virtual environment, and the state directory with
//! everything a run leaves behind.

use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// The state directory when none is given, in the checkout.
pub const DEFAULT_STATE: &str = ".local";

/// The paths of one local stack.
#[derive(Debug, Clone)]
pub struct Layout {
    root: PathBuf,
    state: PathBuf,
}

impl Layout {
    /// A stack of the checkout that holds `start` (or whose sub-folder it is), with its state in
    /// `state`; a relative `state` lies in the checkout.
    ///
    /// # Errors
    /// [`Error::Usage`] when no `template.yaml` beside a `Cargo.toml` is found upwards.
    pub fn find(start: &Path, state: &Path) -> Result<Self> {
        let root = start
            .ancestors()
            .find(|folder| folder.join("Cargo.toml").is_file() && folder.join("local").is_dir())
            .ok_or_else(|| {
                Error::Usage(format!(
                    "{} is not inside a checkout of this project; run the command in one",
                    start.display()
                ))
            })?;
        Ok(Self {
            root: root.to_owned(),
            state: root.join(state),
        })
    }

    /// The checkout.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The state directory, `.local` unless told otherwise.
    #[must_use]
    pub fn state(&self) -> &Path {
        &self.state
    }

    /// Removes the state directory, which has to be one that this command made.
    ///
    /// # Errors
    /// [`Error::Usage`] when it does not look like a state directory, [`Error::File`].
    pub fn remove_state(&self) -> Result<()> {
        if !self.state.join("run").is_dir() {
            return Err(Error::Usage(format!(
                "{} is no state directory of the local stack and is left as it is",
                self.state.display()
            )));
        }
        std::fs::remove_dir_all(&self.state).map_err(Error::file("removing", &self.state))
    }

    /// The command line of a verb for this state directory.
    #[must_use]
    pub fn command(&self, verb: &str) -> String {
        if self.state == self.root.join(DEFAULT_STATE) {
            return format!("cargo local {verb}");
        }
        format!("cargo local {verb} --state {}", self.state.display())
    }

    /// The file that names the shop whose data the state holds.
    #[must_use]
    pub fn shop(&self) -> PathBuf {
        self.state.join("shop")
    }

    /// Removes what a shop left in the state directory; packages and logs are no shop's and stay.
    ///
    /// # Errors
    /// [`Error::File`] when something cannot be removed.
    pub fn remove_shop(&self) -> Result<()> {
        for folder in [
            "athena",
            "backend",
            "messaging",
            "ministack",
            "personalize",
            "seed",
            "rejected",
        ] {
            let folder = self.state.join(folder);
            if folder.exists() {
                std::fs::remove_dir_all(&folder).map_err(Error::file("removing", folder))?;
            }
        }
        // Last: as long as it is there, the next run knows what is left to remove.
        let file = self.shop();
        std::fs::remove_file(&file).map_err(Error::file("removing", file))
    }

    /// A folder in the state directory, made when missing.
    ///
    /// # Errors
    /// [`Error::File`] when it cannot be made.
    pub fn folder(&self, name: &str) -> Result<PathBuf> {
        let folder = self.state.join(name);
        std::fs::create_dir_all(&folder).map_err(Error::file("making the folder", &folder))?;
        Ok(folder)
    }

    /// The log file of one service or tool.
    ///
    /// # Errors
    /// [`Error::File`] when the folder cannot be made.
    pub fn log(&self, name: &str) -> Result<PathBuf> {
        Ok(self.folder("logs")?.join(format!("{name}.log")))
    }

    /// The virtual environment of the emulator.
    #[must_use]
    pub fn venv(&self) -> PathBuf {
        self.root.join(".venv")
    }

    /// What starts the emulator.
    #[must_use]
    pub fn emulator(&self) -> PathBuf {
        self.root.join("local/stack/emulator/start.py")
    }

    /// The emulator's pinned requirements.
    #[must_use]
    pub fn requirements(&self) -> PathBuf {
        self.root.join("local/requirements.txt")
    }

    /// The declared estate.
    #[must_use]
    pub fn config(&self) -> PathBuf {
        self.root.join("config/personalization.yaml")
    }

    /// The SAM template.
    #[must_use]
    pub fn template(&self) -> PathBuf {
        self.root.join("template.yaml")
    }
}
