//! Trained models in memory, by solution version; read from the state directory when first asked for.

use std::{
    collections::BTreeMap,
    fs,
    sync::{Arc, PoisonError, RwLock},
};

use recommender::{Model, Recipe};

use crate::{
    data::groups::GroupData,
    error::Error,
    runtime::Fresh,
    state::{StateDir, replace},
};

/// The number of no item.
const NONE: u32 = u32::MAX;

/// A model that can speak in the numbers of its group.
#[derive(Debug)]
pub(crate) struct Deployed {
    /// The model, with item numbers of its own. The items of a model about actions are actions.
    pub(crate) model: Model,
    /// For every item of the model, its number in the group.
    to_group: Vec<u32>,
    /// For every item of the group when the model was deployed, its number in the model, or none.
    of_group: Vec<u32>,
    /// Items of the group that the model does not know.
    pub(crate) fresh: Fresh,
}

impl Deployed {
    fn new(model: Model, data: &GroupData) -> Self {
        let acts = model.recipe() == Recipe::NextBestAction;
        let to_group = data.absorb(model.items(), |group| match acts {
            true => &mut group.actions,
            false => &mut group.items,
        });
        let known = match acts {
            true => data.read().actions.len(),
            false => data.read().items.len(),
        };
        let mut of_group = vec![NONE; known];
        for (item, of) in (0..).zip(&to_group) {
            of_group[*of as usize] = item;
        }
        Self {
            model,
            to_group,
            of_group,
            fresh: Fresh::default(),
        }
    }

    /// The group's number of an item of the model.
    #[must_use]
    pub(crate) fn group_item(&self, item: u32) -> u32 {
        self.to_group[item as usize]
    }

    /// The model's number of an item of the group, if the model knows it.
    #[must_use]
    pub(crate) fn model_item(&self, item: u32) -> Option<u32> {
        let item = self.of_group.get(item as usize).copied();
        item.filter(|item| *item != NONE)
    }
}

/// All models that were used since the start.
#[derive(Debug, Default)]
pub(crate) struct Models {
    all: RwLock<BTreeMap<String, Arc<Deployed>>>,
}

impl Models {
    /// Keeps a trained model, on disk as well when there is a state directory.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(crate) fn keep(
        &self,
        version_arn: &str,
        model: Model,
        data: &GroupData,
        state: Option<&StateDir>,
    ) -> Result<(), Error> {
        if let Some(state) = state {
            let path = state.model_file(version_arn);
            let bytes = model.to_bytes().map_err(|error| Error::Damaged {
                path: path.clone(),
                problem: error.to_string(),
            })?;
            replace(&path, &bytes)?;
        }
        self.insert(version_arn, Deployed::new(model, data));
        Ok(())
    }

    /// A model, if the version has one.
    ///
    /// # Errors
    /// When its file cannot be read.
    pub(crate) fn get(
        &self,
        version_arn: &str,
        data: &GroupData,
        state: Option<&StateDir>,
    ) -> Result<Option<Arc<Deployed>>, Error> {
        let known = self
            .all
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(version_arn)
            .cloned();
        let Some(state) = state.filter(|_| known.is_none()) else {
            return Ok(known);
        };
        let path = state.model_file(version_arn);
        let bytes = fs::read(&path).map_err(Error::state("read", path.as_path()))?;
        let model = Model::from_bytes(&bytes).map_err(|error| Error::Damaged {
            path,
            problem: error.to_string(),
        })?;
        Ok(Some(self.insert(version_arn, Deployed::new(model, data))))
    }

    /// Forgets the model of a version that is gone.
    pub(crate) fn remove(&self, version_arn: &str) {
        let mut all = self.all.write().unwrap_or_else(PoisonError::into_inner);
        all.remove(version_arn);
    }

    fn insert(&self, version_arn: &str, deployed: Deployed) -> Arc<Deployed> {
        let deployed = Arc::new(deployed);
        let mut all = self.all.write().unwrap_or_else(PoisonError::into_inner);
        all.insert(version_arn.to_owned(), Arc::clone(&deployed));
        deployed
    }
}
