//! Executions of queries: their states, and who may change them.

mod execution;

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use jiff::Timestamp;
use tokio::sync::Notify;

pub(crate) use self::execution::{Execution, State};
use crate::{
    error::Error,
    fault::Fault,
    query::{failure::Failure, outcome::Outcome},
    state::StateDir,
};

/// How many queries may wait or run.
const ACTIVE: usize = 100;
/// Athena forgets executions after so many days.
const DAYS: f64 = 45.0;

/// Now, in seconds since 1970 with milliseconds.
#[must_use]
pub(crate) fn now() -> f64 {
    Timestamp::now().as_millisecond() as f64 / 1000.0
}

/// All executions.
#[derive(Debug)]
pub(crate) struct Executions {
    state: Option<Arc<StateDir>>,
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    by_id: BTreeMap<String, Execution>,
    tokens: HashMap<String, String>,
    stops: HashMap<String, Arc<Notify>>,
}

impl Executions {
    /// Those of the state directory; what ran or waited there has failed.
    ///
    /// # Errors
    /// When the directory cannot be read or written.
    pub(crate) fn open(state: Option<Arc<StateDir>>) -> Result<Self, Error> {
        let mut inner = Inner::default();
        let oldest = now() - DAYS * 86_400.0;
        let kept = match &state {
            Some(state) => state.executions()?,
            None => Vec::new(),
        };
        for mut execution in kept {
            if execution.submitted < oldest {
                continue;
            }
            if !execution.state.is_final() {
                execution.end(Err(Failure::Restarted));
                if let Some(state) = &state {
                    state.save_execution(&execution)?;
                }
            }
            if let Some(token) = &execution.token {
                inner.tokens.insert(token.clone(), execution.id.clone());
            }
            inner.by_id.insert(execution.id.clone(), execution);
        }
        Ok(Self {
            state,
            inner: Mutex::new(inner),
        })
    }

    /// Takes an execution in, or answers the id of the one with its token. The second part of the answer
    /// is told when the execution is to stop; there is none when it was there before.
    ///
    /// # Errors
    /// When too many are active, the token was for something else, or the state cannot be kept.
    pub(crate) fn begin(
        &self,
        execution: Execution,
    ) -> Result<(String, Option<Arc<Notify>>), Fault> {
        let mut inner = self.lock();
        if let Some(known) = execution
            .token
            .as_ref()
            .and_then(|token| inner.tokens.get(token))
        {
            return match inner.by_id.get(known) {
                Some(before) if before.is_same_request(&execution) => Ok((known.clone(), None)),
                _ => Err(Fault::invalid(
                    "Idempotent parameters do not match: the client request token was used for another request",
                )),
            };
        }
        if inner.stops.len() >= ACTIVE {
            return Err(Fault::too_many_queries(ACTIVE));
        }
        self.keep(&execution)?;
        let id = execution.id.clone();
        let stop = Arc::new(Notify::new());
        inner.stops.insert(id.clone(), Arc::clone(&stop));
        if let Some(token) = &execution.token {
            inner.tokens.insert(token.clone(), id.clone());
        }
        inner.by_id.insert(id.clone(), execution);
        Ok((id, Some(stop)))
    }

    /// An execution.
    ///
    /// # Errors
    /// When there is none with this id.
    pub(crate) fn get(&self, id: &str) -> Result<Execution, Fault> {
        let found = self.lock().by_id.get(id).cloned();
        found.ok_or_else(|| Fault::invalid(format!("QueryExecution {id} was not found")))
    }

    /// Those of a workgroup, the newest first.
    #[must_use]
    pub(crate) fn ids(&self, work_group: &str) -> Vec<String> {
        let inner = self.lock();
        let newest = inner.by_id.values().rev();
        newest
            .filter(|execution| execution.work_group == work_group)
            .map(|execution| execution.id.clone())
            .collect()
    }

    /// The execution runs now.
    pub(crate) fn started(&self, id: &str) {
        self.update(id, |execution| {
            execution.state = State::Running;
            execution.started = Some(now());
        });
    }

    /// What is known of a running execution.
    pub(crate) fn progress(&self, id: &str, scanned_bytes: u64) {
        if let Some(execution) = self.lock().by_id.get_mut(id)
            && !execution.state.is_final()
        {
            execution.scanned_bytes = scanned_bytes;
        }
    }

    /// The execution is planned.
    pub(crate) fn planned(&self, id: &str, milliseconds: u64) {
        self.update(id, |execution| {
            execution.planning_milliseconds = milliseconds;
        });
    }

    /// The execution is over; of one that was stopped before, only the bytes are noted.
    pub(crate) fn ended(&self, id: &str, result: Result<Outcome, Failure>, scanned_bytes: u64) {
        self.update(id, |execution| {
            execution.scanned_bytes = scanned_bytes;
            if !execution.state.is_final() {
                execution.end(result);
            }
        });
        self.lock().stops.remove(id);
    }

    /// Stops an execution; one that is over stays as it is.
    ///
    /// # Errors
    /// When there is none with this id.
    pub(crate) fn stop(&self, id: &str) -> Result<(), Fault> {
        self.get(id)?;
        self.update(id, |execution| {
            if !execution.state.is_final() {
                execution.end(Err(Failure::Stopped));
            }
        });
        if let Some(stop) = self.lock().stops.get(id) {
            stop.notify_one();
        }
        Ok(())
    }

    fn update(&self, id: &str, change: impl FnOnce(&mut Execution)) {
        let mut inner = self.lock();
        let Some(execution) = inner.by_id.get_mut(id) else {
            return;
        };
        change(execution);
        if let Err(fault) = self.keep(execution) {
            // The answer is right all the same; only a restart would not know.
            tracing::error!(query = id, %fault, "cannot keep the state of a query");
        }
    }

    fn keep(&self, execution: &Execution) -> Result<(), Fault> {
        match &self.state {
            Some(state) => state.save_execution(execution).map_err(Fault::internal),
            None => Ok(()),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
