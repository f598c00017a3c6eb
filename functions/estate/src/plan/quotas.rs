//! Quotas, checked before anything is made. The numbers are a file, and the configuration says which
//! of them were raised for the account.
//!
//! Source: developer guide, "Amazon Personalize endpoints and quotas".

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use shared::arn::Kind;

use super::{Action, Plan, Problem, judge::Context};

const DEFAULTS: &str = include_str!("../../quotas.json");

/// How many resources of a kind there may be: in the account and region, or in one dataset group.
#[derive(Debug, Clone)]
pub(crate) struct Quotas(BTreeMap<String, u64>);

/// One quota, and what the plan takes of it at its height.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Used {
    /// `filters`
    pub(crate) of: String,
    pub(crate) now: u64,
    /// With what the plan makes, before anything goes.
    pub(crate) then: u64,
    pub(crate) most: u64,
}

/// The defaults cannot be read: a defect, which a test would show.
#[derive(Debug, thiserror::Error)]
#[error("functions/estate/quotas.json is no list of numbers: {0}")]
pub(crate) struct QuotasError(#[from] serde_json::Error);

impl Quotas {
    /// The defaults.
    pub(crate) fn read() -> Result<Self, QuotasError> {
        Ok(Self(serde_json::from_str(DEFAULTS)?))
    }

    /// Adds to `plan` what it takes, and a problem for each quota that does not suffice.
    pub(super) fn judge(&self, context: &Context<'_>, plan: &mut Plan) {
        let raised = &context.config.quotas;
        for unknown in raised.keys().filter(|name| !self.0.contains_key(*name)) {
            let names: Vec<&str> = self.0.keys().map(String::as_str).collect();
            plan.problems.push(Problem {
                kind: Kind::DatasetGroup,
                name: context.config.dataset_group.name.clone(),
                text: format!(
                    "quotas.{unknown} is not known; there are {}",
                    names.join(", ")
                ),
            });
        }
        for (name, default) in &self.0 {
            let Some(kind) = kind_of(name) else { continue };
            let most = raised.get(name).copied().unwrap_or(*default);
            let now = match kind {
                Kind::DatasetGroup => context.world.dataset_groups,
                Kind::Schema => context.world.schemas,
                kind => context.world.of(kind).count(),
            } as u64;
            // What waits for a training or for data comes by itself later.
            let waiting = plan.waiting.iter().filter(|one| one.kind == kind).count() as u64;
            let then = now + made(plan, kind) + waiting;
            if then > most && then > now {
                plan.problems.push(Problem {
                    kind,
                    name: name.clone(),
                    text: format!(
                        "the plan comes to {then} {name}, and the quota is {most}: delete some first, or have it raised and say so under quotas.{name} in the configuration"
                    ),
                });
            }
            plan.quotas.push(Used {
                of: name.clone(),
                now,
                then,
                most,
            });
        }
    }
}

/// How many of a kind the plan makes: a replacement is made before the old one goes.
fn made(plan: &Plan, kind: Kind) -> u64 {
    let of_kind = plan.changes.iter().filter(|change| change.kind == kind);
    let made = of_kind.filter(|change| match change.action {
        Action::Create => true,
        Action::Replace => change.reason.is_none(),
        _ => false,
    });
    made.count() as u64
}

fn kind_of(name: &str) -> Option<Kind> {
    Some(match name {
        "datasetGroups" => Kind::DatasetGroup,
        "schemas" => Kind::Schema,
        "filters" => Kind::Filter,
        "solutions" => Kind::Solution,
        "campaigns" => Kind::Campaign,
        "recommenders" => Kind::Recommender,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_default_is_of_a_kind_that_is_counted() {
        let quotas = Quotas::read().unwrap();
        assert!(quotas.0.len() >= 6);
        assert!(quotas.0.keys().all(|name| kind_of(name).is_some()));
    }
}
