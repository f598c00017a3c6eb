//! What was asked for and served since the start or the last reset.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use serde::Serialize;

/// Counts that grow.
#[derive(Debug, Default)]
pub(crate) struct Statistics(Mutex<Totals>);

/// The counts at one moment.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Totals {
    /// By kind of path, `tables/events` for example; those of `/_backend` are not counted.
    requests: BTreeMap<String, u64>,
    /// By status of the answer.
    answers: BTreeMap<u16, u64>,
    /// By table, and `catalogue` for products in any shape.
    rows: BTreeMap<&'static str, u64>,
}

impl Statistics {
    /// Counts a request.
    pub(crate) fn asked(&self, kind: String) {
        *self.totals().requests.entry(kind).or_default() += 1;
    }

    /// Counts an answer.
    pub(crate) fn answered(&self, status: u16) {
        *self.totals().answers.entry(status).or_default() += 1;
    }

    /// Counts rows of an answer.
    pub(crate) fn served(&self, table: &'static str, rows: u64) {
        *self.totals().rows.entry(table).or_default() += rows;
    }

    pub(crate) fn now(&self) -> Totals {
        self.totals().clone()
    }

    pub(crate) fn reset(&self) {
        *self.totals() = Totals::default();
    }

    fn totals(&self) -> MutexGuard<'_, Totals> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
