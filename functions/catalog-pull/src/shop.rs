//! What a step works with: the declared backend, its adapter and its client.

use std::sync::Arc;

use backend::Client;
use jiff::Timestamp;
use shared::{config::backend::Catalog, estate::Estate, operations::PullPlan};

use crate::{
    adapter::{Adapter, Entry, Mode, Scope},
    error::PullError,
    part::besides,
};

/// What a step works with.
pub(crate) struct Shop {
    /// The declaration and what is known of it.
    pub(crate) estate: Estate,
    /// What is declared of the products.
    pub(crate) catalog: Catalog,
    /// How they are listed.
    pub(crate) adapter: Box<dyn Adapter>,
    /// The backend.
    pub(crate) client: Arc<Client>,
}

impl Shop {
    /// What a pull that began at `until` is to list.
    pub(crate) fn scope(&self, since: Option<Timestamp>, until: Timestamp) -> Scope {
        Scope {
            mode: since.map_or(Mode::Full, |_| Mode::Incremental),
            since,
            until,
            page_size: self.catalog.page_size,
            currency: self.catalog.currency.clone(),
        }
    }

    /// The same as it was planned.
    pub(crate) fn scope_of(&self, plan: &PullPlan) -> Scope {
        let moment = |seconds| Timestamp::from_second(seconds).unwrap_or_default();
        self.scope(plan.since.map(moment), moment(plan.started_at))
    }

    /// The product of that id as it is now.
    pub(crate) async fn product(&self, id: &str, now: Timestamp) -> Result<Entry, PullError> {
        let scope = self.scope(Some(now), now);
        let answer = match self.client.send(&self.adapter.one(id)?).await {
            Ok(answer) => answer,
            Err(error) if error.is_not_found() => {
                return Ok(Entry::Withdrawn { id: id.to_owned() });
            }
            Err(error) => return Err(error.into()),
        };
        let adapter = self.adapter.as_ref();
        let besides = besides(adapter, &self.client, &scope, &answer).await?;
        Ok(adapter.product(&scope, id, &answer, &besides)?)
    }

    /// What `run` has planned.
    pub(crate) async fn planned(&self, run: String) -> Result<PullPlan, PullError> {
        let plan = self.estate.operations.pull_plan(&run).await?;
        plan.ok_or(PullError::NotPlanned { run })
    }
}
