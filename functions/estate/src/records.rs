//! What `estate` remembers: in the Operations table of a deployed stack, or in a file for the
//! command where there is no stack.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use shared::{
    arn::Kind,
    operations::{Applied, Operations, ResourceState},
};

use crate::{error::EstateError, plan::Known, resource::Record};

/// Kinds whose states are kept, for functions that look ARNs up.
const WITH_STATE: [Kind; 9] = [
    Kind::DatasetGroup,
    Kind::Schema,
    Kind::Dataset,
    Kind::EventTracker,
    Kind::Filter,
    Kind::Solution,
    Kind::Campaign,
    Kind::Recommender,
    Kind::MetricAttribution,
];

/// Whether the state of a resource of this kind is kept.
pub(crate) fn has_state(kind: Kind) -> bool {
    WITH_STATE.contains(&kind)
}

/// Where it is remembered.
#[derive(Debug, Clone)]
pub(crate) enum Records {
    /// The estate's part of the Operations table.
    Table(Operations),
    /// A JSON file, written whole at each change.
    File(PathBuf),
    /// Nowhere: enough for a plan.
    Nowhere,
}

/// The file's content.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Notes {
    applied: Vec<Applied>,
    states: Vec<ResourceState>,
}

impl Records {
    /// Everything remembered.
    pub(crate) async fn known(&self) -> Result<Known, EstateError> {
        let notes = match self {
            Self::Nowhere => return Ok(Known::default()),
            Self::File(path) => read(path)?,
            Self::Table(operations) => {
                let mut states = Vec::new();
                for kind in WITH_STATE {
                    states.extend(operations.resources(kind).await?);
                }
                let applied = operations.applied().await?;
                Notes { applied, states }
            }
        };
        let records = notes.applied.iter();
        let records = records.map(|one| ((one.kind, one.name.clone()), Record::of(one)));
        let states = notes.states.into_iter();
        Ok(Known {
            records: records.collect(),
            states: states
                .map(|state| ((state.kind, state.name.clone()), state))
                .collect::<HashMap<_, _>>(),
            remembers: true,
        })
    }

    /// Remembers what was applied.
    pub(crate) async fn put_applied(&self, applied: &Applied) -> Result<(), EstateError> {
        match self {
            Self::Nowhere => Ok(()),
            Self::Table(operations) => Ok(operations.put_applied(applied).await?),
            Self::File(path) => change(path, |notes| {
                let same = |one: &Applied| one.kind == applied.kind && one.name == applied.name;
                notes.applied.retain(|one| !same(one));
                notes.applied.push(applied.clone());
            }),
        }
    }

    /// Remembers a state.
    pub(crate) async fn put_state(&self, state: &ResourceState) -> Result<(), EstateError> {
        match self {
            Self::Nowhere => Ok(()),
            Self::Table(operations) => Ok(operations.put_resource(state).await?),
            Self::File(path) => change(path, |notes| {
                let same = |one: &ResourceState| one.kind == state.kind && one.name == state.name;
                notes.states.retain(|one| !same(one));
                notes.states.push(state.clone());
            }),
        }
    }

    /// Whether the estate was torn down, and nobody applied it since. Only a stack has runs that nobody
    /// attends, and has to know.
    pub(crate) async fn is_torn_down(&self) -> Result<bool, EstateError> {
        match self {
            Self::Table(operations) => Ok(operations.is_torn_down().await?),
            _ => Ok(false),
        }
    }

    /// Remembers that it was, or that it no longer is.
    pub(crate) async fn torn_down(&self, is: bool, now: i64) -> Result<(), EstateError> {
        let Self::Table(operations) = self else {
            return Ok(());
        };
        if is {
            operations.put_torn_down(now).await?;
        } else if operations.is_torn_down().await? {
            operations.delete_torn_down().await?;
        }
        Ok(())
    }

    /// Forgets a resource that is gone.
    pub(crate) async fn forget(&self, kind: Kind, name: &str) -> Result<(), EstateError> {
        match self {
            Self::Nowhere => Ok(()),
            Self::Table(operations) => {
                if has_state(kind) {
                    operations.delete_resource(kind, name).await?;
                }
                Ok(operations.delete_applied(kind, name).await?)
            }
            Self::File(path) => change(path, |notes| {
                notes
                    .applied
                    .retain(|one| one.kind != kind || one.name != name);
                notes
                    .states
                    .retain(|one| one.kind != kind || one.name != name);
            }),
        }
    }
}

fn change(path: &Path, edit: impl FnOnce(&mut Notes)) -> Result<(), EstateError> {
    let mut notes = read(path)?;
    edit(&mut notes);
    let text = format!("{:#}\n", serde_json::json!(notes));
    // Beside its place first: a file that is half written is never found.
    let unfinished = path.with_extension("unfinished");
    std::fs::write(&unfinished, text)
        .and_then(|()| std::fs::rename(&unfinished, path))
        .map_err(EstateError::file("writing", path))
}

fn read(path: &Path) -> Result<Notes, EstateError> {
    match std::fs::read(path) {
        Ok(bytes) => serde_json::from_slice(&bytes).map_err(|error| EstateError::Records {
            file: path.display().to_string(),
            message: error.to_string(),
        }),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Notes::default()),
        Err(error) => Err(EstateError::file("reading", path)(error)),
    }
}
