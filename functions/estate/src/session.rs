//! One look at an estate: what is declared, remembered and there, and the plan that follows.

use aws_sdk_personalize::Client;
use shared::{arn::Kind, config::EstateConfig, environment::required};

use crate::{
    declared::resources,
    error::EstateError,
    observe::{Schedules, World, observe},
    plan::{Known, Mode, Plan, Prices, Problem, Quotas, plan},
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
    /// What a metric attribution needs.
    pub(crate) reports: Reports,
    /// How long a filter that was replaced stays, in seconds: `recommend` keeps ARNs for a minute.
    pub(crate) grace: i64,
}

/// Where Personalize writes reports, and by whose leave.
#[derive(Debug, Clone)]
pub(crate) struct Reports {
    /// The data bucket.
    pub(crate) bucket: Option<String>,
    /// The role that Personalize takes, also to count in CloudWatch alone.
    pub(crate) role: Option<String>,
}

impl Reports {
    /// The bucket given, and the role of `PERSONALIZE_ROLE_ARN`.
    pub(crate) fn new(bucket: Option<String>) -> Self {
        let role = required("PERSONALIZE_ROLE_ARN").ok();
        Self { bucket, role }
    }

    /// What the declared metric attribution lacks.
    fn lacking(&self, config: &EstateConfig) -> Option<&'static str> {
        let attribution = config.metric_attribution.as_ref()?;
        match (&self.role, &self.bucket) {
            (None, _) => Some("PERSONALIZE_ROLE_ARN"),
            (_, None) if attribution.reports.is_some() => Some("DATA_BUCKET"),
            _ => None,
        }
    }
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
        let mut plan = plan(&self.context(&seen), mode, &self.prices, &self.quotas);
        if let Some(name) = self
            .reports
            .lacking(&self.config)
            .filter(|_| mode == Mode::Apply)
        {
            plan.problems.push(Problem {
                kind: Kind::MetricAttribution,
                name: name.to_owned(),
                text: "the variable is not set, and a metric attribution needs it; it is an output of the stack (docs/estate.md)".to_owned(),
            });
        }
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
