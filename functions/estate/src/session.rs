//! One look at an estate: what is declared, remembered and there, and the plan that follows.

use aws_sdk_personalize::Client;
use shared::{arn::Kind, config::EstateConfig};

use crate::{
    declared::resources,
    error::EstateError,
    observe::{Schedules, World, observe},
    plan::{Known, Mode, Plan, Prices, Quotas, plan},
    records::Records,
    resource::Declared,
};

/// What works on one estate.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    pub(crate) personalize: Client,
    /// Without a stack there are no workflows that schedules could start.
    pub(crate) schedules: Option<Schedules>,
    pub(crate) records: Records,
    pub(crate) config: EstateConfig,
    pub(crate) prices: Prices,
    pub(crate) quotas: Quotas,
    /// For the reports of a metric attribution.
    pub(crate) reports: Option<Reports>,
    /// How long a filter that was replaced stays, in seconds: `recommend` keeps ARNs for a minute.
    pub(crate) grace: i64,
}

/// Where Personalize writes reports, and by whose leave.
#[derive(Debug, Clone)]
pub(crate) struct Reports {
    pub(crate) bucket: String,
    pub(crate) role: String,
}

/// What was seen.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) declared: Vec<Declared>,
    pub(crate) world: World,
    pub(crate) known: Known,
    /// Epoch seconds.
    pub(crate) now: i64,
}

impl Session {
    /// Looks, and plans for `mode`.
    pub(crate) async fn plan(&self, mode: Mode) -> Result<(Seen, Plan), EstateError> {
        let targets = self.schedules.as_ref().map(|schedules| &schedules.targets);
        let declared = resources(&self.config, targets);
        let known = self.records.known().await?;
        let applied: Vec<(Kind, String)> = known.records.keys().cloned().collect();
        let world = observe(
            &self.personalize,
            self.schedules.as_ref(),
            &declared,
            &applied,
        )
        .await?;
        let seen = Seen {
            declared,
            world,
            known,
            now: jiff::Timestamp::now().as_second(),
        };
        let plan = plan(&self.context(&seen), mode, &self.prices, &self.quotas);
        Ok((seen, plan))
    }

    /// What was seen, with the declaration it was seen for.
    pub(crate) fn context<'a>(&'a self, seen: &'a Seen) -> crate::plan::Context<'a> {
        crate::plan::Context {
            config: &self.config,
            declared: &seen.declared,
            world: &seen.world,
            known: &seen.known,
            now: seen.now,
        }
    }
}
