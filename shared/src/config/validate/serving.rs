//! What answers the shop: filters and placements.

use super::Problems;
use crate::config::{EstateConfig, Filter, Placement};

const LIMIT_MAX: u32 = 500;
const EXPRESSION_MAX: usize = 2_500;
/// Personalize takes minutes to make a filter, and keeps thirty.
const MIN_ROTATION: i64 = 3_600;

impl Problems {
    pub(super) fn serving(&mut self, config: &EstateConfig) {
        for (index, filter) in config.filters.iter().enumerate() {
            self.filter(&format!("filters[{index}]"), filter);
        }
        for (name, placement) in &config.placements {
            self.placement(config, name, placement);
        }
    }

    fn filter(&mut self, path: &str, filter: &Filter) {
        self.room(&format!("{path}.name"), &filter.name);
        let at = format!("{path}.expression");
        let has_date = filter.expression.contains("{{");
        match filter.rotate {
            None if has_date => {
                return self.add(
                    &at,
                    "has a date, and nothing says how often to renew it: add rotate",
                );
            }
            Some(_) if !has_date => self.add(
                &format!("{path}.rotate"),
                "has nothing to renew: the expression has no {{ now }}",
            ),
            Some(every) if every.seconds() < MIN_ROTATION => {
                self.add(&format!("{path}.rotate"), "is at least 1h");
            }
            _ => {}
        }
        match filter.generation(0) {
            Err(error) => self.add(&at, error),
            Ok(generation) => {
                if let Err(error) = filter_expression::parse::parse(&generation.expression) {
                    self.add(&at, error);
                }
            }
        }
        if filter.expression.len() > EXPRESSION_MAX {
            self.add(
                &at,
                format!("is longer than Personalize's {EXPRESSION_MAX} characters"),
            );
        }
    }

    fn placement(&mut self, config: &EstateConfig, name: &str, placement: &Placement) {
        let path = format!("placements.{name}");
        if !(1..=LIMIT_MAX).contains(&placement.limit) {
            self.add(
                &format!("{path}.limit"),
                format!("{} is not 1 to {LIMIT_MAX}", placement.limit),
            );
        }
        if let Some(filter) = &placement.filter
            && !config
                .filters
                .iter()
                .any(|declared| declared.name == *filter)
        {
            let declared = config.filters.iter().map(|filter| filter.name.as_str());
            self.undeclared(&format!("{path}.filter"), filter, "filters", declared);
        }
        let campaign = config
            .campaigns
            .iter()
            .find(|known| known.name == placement.campaign);
        let Some(campaign) = campaign else {
            let declared = config
                .campaigns
                .iter()
                .map(|campaign| campaign.name.as_str());
            return self.undeclared(
                &format!("{path}.campaign"),
                &placement.campaign,
                "campaigns",
                declared,
            );
        };
        let Some(solution) = config.solution(&campaign.solution) else {
            return;
        };
        let recipe = solution.recipe.rsplit('/').next().unwrap_or_default();
        let fitting = placement.strategy.recipes();
        if !fitting.iter().any(|start| recipe.starts_with(start)) {
            self.add(
                &format!("{path}.campaign"),
                format!(
                "campaign `{}` has the recipe {recipe}, which cannot fill this strategy; it takes {}",
                campaign.name, fitting.join(", ")
            ),
            );
        }
    }
}
