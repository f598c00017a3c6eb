//! What all operations share.

use std::sync::{Arc, PoisonError, RwLock};

use tokio::sync::Semaphore;

use crate::{
    error::Error,
    executions::{Executions, now},
    fault::Fault,
    lambda::Lambda,
    object_store::S3,
    resources::{Estate, WorkGroup, WorkGroupConfiguration},
    server::Config,
    state::StateDir,
};

/// The workgroup that is always there.
pub(crate) const PRIMARY: &str = "primary";
/// The database that is always there.
pub(crate) const DEFAULT_DATABASE: &str = "default";

/// A running server's memory.
#[derive(Debug)]
pub(crate) struct App {
    /// Executions of queries.
    pub(crate) executions: Executions,
    /// Tables, spilled blocks and results.
    pub(crate) s3: S3,
    /// Connectors.
    pub(crate) lambda: Lambda,
    /// Where results go when nobody says.
    pub(crate) output_location: Option<String>,
    /// Bytes that a query's sorts, joins and aggregations may take.
    pub(crate) query_memory: usize,
    /// One for each query that may run.
    pub(crate) turns: Semaphore,
    state: Option<Arc<StateDir>>,
    estate: RwLock<Estate>,
}

impl App {
    /// An empty one, or the one that the state directory holds.
    ///
    /// # Errors
    /// When the directory cannot be read.
    pub(crate) async fn open(config: &Config) -> Result<Self, Error> {
        let state = config.state.as_deref().map(StateDir::open).transpose()?;
        let state = state.map(Arc::new);
        let mut estate = match &state {
            Some(state) => state.estate()?,
            None => Estate::default(),
        };
        estate
            .databases
            .entry(DEFAULT_DATABASE.to_owned())
            .or_default();
        estate
            .work_groups
            .entry(PRIMARY.to_owned())
            .or_insert_with(primary);
        Ok(Self {
            executions: Executions::open(state.clone())?,
            s3: S3::connect(config.s3_endpoint.as_deref()).await,
            lambda: Lambda::connect(config.lambda_endpoint.as_deref()).await?,
            output_location: config.output_location.clone(),
            query_memory: config.query_memory,
            turns: Semaphore::new(config.concurrent_queries),
            state,
            estate: RwLock::new(estate),
        })
    }

    /// Asks the resources.
    pub(crate) fn read<T>(&self, question: impl FnOnce(&Estate) -> T) -> T {
        question(&self.estate.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Changes the resources: all of the change and its record on disk, or nothing.
    ///
    /// # Errors
    /// Those of the change, and a fault when it cannot be kept.
    pub(crate) fn change<T, E: From<Fault>>(
        &self,
        change: impl FnOnce(&mut Estate) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut estate = self.estate.write().unwrap_or_else(PoisonError::into_inner);
        let mut next = estate.clone();
        let answer = change(&mut next)?;
        if let Some(state) = &self.state {
            state.save_estate(&next).map_err(Fault::internal)?;
        }
        *estate = next;
        Ok(answer)
    }
}

fn primary() -> WorkGroup {
    WorkGroup {
        name: PRIMARY.to_owned(),
        state: "ENABLED".to_owned(),
        configuration: WorkGroupConfiguration {
            enforce_work_group_configuration: false,
            ..WorkGroupConfiguration::default()
        },
        description: None,
        creation_time: now(),
    }
}
