//! What all operations share: the resources, the data, the models. How they are reached over the
//! wire is in `wire/`.

use std::{
    fs::File,
    sync::{Arc, PoisonError, RwLock},
};

use crate::{
    attribution::MetricsFile,
    data::{
        batch::Batch,
        groups::Groups,
        groups::{GroupData, replay},
        schema::{DatasetType, Schema},
    },
    error::Error,
    estate::Estate,
    fault::Fault,
    import::{
        csv::{self, CsvError},
        s3::Bucket,
    },
    models::Models,
    pace::Pace,
    quotas::{Quotas, throttle::Throttle},
    resources::{Dataset, ImportMode},
    server::Config,
    state::StateDir,
};

/// A running server's memory.
#[derive(Debug)]
pub(crate) struct App {
    /// How long life cycles take.
    pub(crate) pace: Pace,
    /// Where imports read from.
    pub(crate) bucket: Bucket,
    /// Data by dataset group.
    pub(crate) groups: Groups,
    /// Trained models.
    pub(crate) models: Models,
    /// How much of everything there may be.
    pub(crate) quotas: Quotas,
    /// Where the metrics of attributions go, if anywhere.
    pub(crate) metrics: Option<MetricsFile>,
    /// Keeps to the service's rates, if that is wanted.
    pub(crate) throttle: Option<Throttle>,
    /// Where everything is kept, if anywhere.
    pub(crate) state: Option<StateDir>,
    estate: RwLock<Estate>,
}

impl App {
    /// An empty one, or the one that the state directory holds.
    ///
    /// # Errors
    /// When the directory cannot be read.
    pub(crate) fn open(config: &Config) -> Result<Self, Error> {
        let state = config.state.as_deref().map(StateDir::open).transpose()?;
        let estate = state.as_ref().map(StateDir::load).transpose()?;
        let app = Self {
            pace: config.pace,
            bucket: Bucket::new(config.s3_endpoint.clone()),
            quotas: Quotas::load(config.quotas.as_deref())?,
            metrics: config
                .metrics
                .as_deref()
                .map(MetricsFile::open)
                .transpose()?,
            throttle: config.throttle.then(Throttle::default),
            groups: Groups::default(),
            models: Models::default(),
            state,
            estate: RwLock::new(estate.unwrap_or_default()),
        };
        app.load()?;
        Ok(app)
    }

    /// Asks the resources.
    pub(crate) fn read<T>(&self, question: impl FnOnce(&Estate) -> T) -> T {
        question(&self.estate.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Changes the resources: all of the change and its record on disk, or nothing.
    ///
    /// # Errors
    /// Those of the change, and `InternalFailure` when it cannot be kept.
    pub(crate) fn change<T>(
        &self,
        change: impl FnOnce(&mut Estate) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        let mut estate = self.estate.write().unwrap_or_else(PoisonError::into_inner);
        let mut next = estate.clone();
        let answer = change(&mut next)?;
        if let Some(state) = &self.state {
            state.save(&next).map_err(Fault::internal)?;
        }
        *estate = next;
        Ok(answer)
    }

    /// The data of a dataset group.
    ///
    /// # Errors
    /// `InternalFailure` when its journal cannot be opened.
    pub(crate) fn group(&self, arn: &str) -> Result<Arc<GroupData>, Fault> {
        if let Some(data) = self.groups.get(arn) {
            return Ok(data);
        }
        let journal = self.state.as_ref().map(|state| state.journal(arn));
        self.groups.open(arn, journal).map_err(Fault::internal)
    }

    /// Fills the groups from the state directory.
    fn load(&self) -> Result<(), Error> {
        let Some(state) = &self.state else {
            return Ok(());
        };
        let estate = self.read(Estate::clone);
        for dataset in estate.datasets.values() {
            let schema = estate.schemas.get(&dataset.schema_arn);
            let schema = schema.and_then(|schema| Schema::parse(&schema.schema).ok());
            let dataset_type = DatasetType::parse(&dataset.dataset_type);
            if let (Some(schema), Some(dataset_type)) = (schema, dataset_type) {
                self.load_dataset(state, &estate, dataset, dataset_type, &schema)?;
            }
        }
        for arn in estate.dataset_groups.keys() {
            let journal = state.journal(arn);
            let data = self.groups.open(arn, Some(journal.clone()))?;
            let count = replay(&journal, &mut data.write())?;
            tracing::debug!(%arn, count, "streamed records are back");
        }
        Ok(())
    }

    fn load_dataset(
        &self,
        state: &StateDir,
        estate: &Estate,
        dataset: &Dataset,
        dataset_type: DatasetType,
        schema: &Schema,
    ) -> Result<(), Error> {
        let journal = state.journal(&dataset.dataset_group_arn);
        let data = self
            .groups
            .open(&dataset.dataset_group_arn, Some(journal))?;
        data.write().set_schema(dataset_type, schema.clone());
        let jobs = estate.imports.get(&dataset.dataset_arn);
        for job in jobs.into_iter().flatten() {
            let path = state.import_file(&dataset.dataset_arn, job);
            let file = File::open(&path).map_err(Error::state("read", path.as_path()))?;
            let mut batch = Batch::new(dataset_type);
            match csv::read(file, schema, &mut batch, None) {
                // No row is left when a data deletion job took all of them.
                Ok(_) | Err(CsvError::Empty) => {}
                Err(problem) => {
                    return Err(Error::Damaged {
                        path,
                        problem: problem.to_string(),
                    });
                }
            }
            let received = estate
                .dataset_import_jobs
                .get(job)
                .map_or(0.0, |job| job.life.creation_date_time);
            data.import(batch, ImportMode::Incremental, received);
        }
        Ok(())
    }
}
