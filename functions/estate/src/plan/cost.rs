//! What the estate costs a month for existing, now and after the plan. Prices are a file.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use shared::arn::Kind;

use super::{Action, Change, Plan, judge::Context};
use crate::resource::Fields;

const DEFAULTS: &str = include_str!("../../../../config/prices.yaml");
const SECONDS_IN_HOUR: f64 = 3_600.0;

/// Prices, `config/prices.yaml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Prices {
    hours_in_month: f64,
    /// By the recipe's short name; `default` for all others.
    per_thousand_requests: BTreeMap<String, f64>,
    recommender: RecommenderPrices,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct RecommenderPrices {
    per_hour: f64,
    free_requests_per_hour: f64,
    per_thousand_requests: f64,
}

/// What a month costs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Cost {
    pub(crate) now: f64,
    pub(crate) then: f64,
    /// What is added when that which waits is made, too.
    #[serde(default)]
    pub(crate) later: f64,
}

/// Prices that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("{origin} is no list of prices: {source}; see config/prices.yaml")]
pub(crate) struct PricesError {
    origin: String,
    source: Box<serde_saphyr::Error>,
}

impl Prices {
    /// The shipped prices.
    pub(crate) fn shipped() -> Result<Self, PricesError> {
        Self::parse("config/prices.yaml", DEFAULTS)
    }

    /// Prices from a text; `origin` names it in messages.
    pub(crate) fn parse(origin: &str, text: &str) -> Result<Self, PricesError> {
        serde_saphyr::from_str(text).map_err(|error| PricesError {
            origin: origin.to_owned(),
            source: Box::new(error),
        })
    }

    /// Sets what each change of `plan` and the whole of it adds to a month's costs.
    pub(super) fn judge(&self, context: &Context<'_>, plan: &mut Plan) {
        let found = &context.world.found;
        let now = found
            .iter()
            .map(|found| self.monthly(context, found.kind, &found.fields))
            .sum();
        for change in &mut plan.changes {
            change.monthly = self.added(context, change);
        }
        let added: f64 = plan
            .changes
            .iter()
            .filter_map(|change| change.monthly)
            .sum();
        let later = plan.waiting.iter().filter_map(|waiting| {
            let made = Change::new(Action::Create, waiting.kind, &waiting.name);
            self.added(context, &made)
        });
        let later = later.sum();
        plan.cost = Cost {
            now,
            then: now + added,
            later,
        };
    }

    fn added(&self, context: &Context<'_>, change: &Change) -> Option<f64> {
        if !matches!(change.kind, Kind::Campaign | Kind::Recommender) {
            return None;
        }
        let mut of_kind = context.world.of(change.kind);
        let found = of_kind.find(|found| found.name == change.name);
        let mut declared = context.declared.iter();
        let declared = declared.find(|one| one.kind == change.kind && one.name == change.name);
        let before = found.map_or(0.0, |found| {
            self.monthly(context, change.kind, &found.fields)
        });
        let mut fields = found.map(|found| found.fields.clone()).unwrap_or_default();
        fields.extend(
            declared
                .map(|declared| declared.fields.clone())
                .unwrap_or_default(),
        );
        let after = match change.action {
            Action::Delete => 0.0,
            _ => self.monthly(context, change.kind, &fields),
        };
        Some(after - before)
    }

    fn monthly(&self, context: &Context<'_>, kind: Kind, fields: &Fields) -> f64 {
        let number = |field: &str| fields.get(field).and_then(Value::as_f64).unwrap_or(1.0);
        match kind {
            Kind::Campaign => {
                let thousands = number("minProvisionedTPS") * SECONDS_IN_HOUR / 1_000.0;
                thousands * self.per_thousand(context, fields) * self.hours_in_month
            }
            Kind::Recommender => {
                let prices = &self.recommender;
                let requests = number("minRecommendationRequestsPerSecond") * SECONDS_IN_HOUR;
                let paid = (requests - prices.free_requests_per_hour).max(0.0) / 1_000.0;
                (prices.per_hour + paid * prices.per_thousand_requests) * self.hours_in_month
            }
            _ => 0.0,
        }
    }

    /// The price of a campaign's requests, which goes by its solution's recipe.
    fn per_thousand(&self, context: &Context<'_>, fields: &Fields) -> f64 {
        let solution = fields
            .get("solution")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let declared = context.config.solution(solution);
        let declared = declared.map(|solution| solution.recipe_name().to_owned());
        let recipe = declared.or_else(|| {
            let mut solutions = context.world.of(Kind::Solution);
            let found = solutions.find(|found| found.name == solution)?;
            let arn = found.fields.get("recipe")?.as_str()?;
            Some(arn.rsplit('/').next().unwrap_or(arn).to_owned())
        });
        let by_recipe = recipe.and_then(|recipe| self.per_thousand_requests.get(&recipe));
        by_recipe
            .or(self.per_thousand_requests.get("default"))
            .copied()
            .unwrap_or(0.0)
    }
}
