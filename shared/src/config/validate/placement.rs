//! Placements: whether what fills them is there and can fill them, and whether their rules say
//! something.

use std::collections::BTreeSet;

use super::Problems;
use crate::config::{EstateConfig, Match, Placement, Rule, Strategy};

const LIMIT_MAX: u32 = 500;
/// Rules are looked at with every request.
const RULES_MAX: usize = 50;
const RANKING: &[&str] = &["aws-personalized-ranking"];

impl Problems {
    pub(super) fn placement(&mut self, config: &EstateConfig, name: &str, placement: &Placement) {
        let path = format!("placements.{name}");
        if !(1..=LIMIT_MAX).contains(&placement.limit) {
            self.add(
                &format!("{path}.limit"),
                format!("{} is not 1 to {LIMIT_MAX}", placement.limit),
            );
        }
        self.who_fills(config, &path, placement);
        self.placement_filter(config, &path, placement);
        if let Some(campaign) = &placement.ranked_by {
            self.fits(config, &format!("{path}.rankedBy"), campaign, RANKING);
        }
        if let Some(key) = placement.segment
            && !config.serving.segments.contains_key(&key)
        {
            self.add(
                &format!("{path}.segment"),
                format!(
                    "no popular lists by {0} are made: declare serving.segments.{0}",
                    key.name()
                ),
            );
        }
        if placement.rules.len() > RULES_MAX {
            self.add(
                &format!("{path}.rules"),
                format!("are more than {RULES_MAX}"),
            );
        }
        let mut names = BTreeSet::new();
        for (index, rule) in placement.rules.iter().enumerate() {
            let path = format!("{path}.rules[{index}]");
            if !names.insert(&rule.name) {
                self.add(
                    &format!("{path}.name"),
                    format!("`{}` is the name of another rule here", rule.name),
                );
            }
            self.rule(&path, rule);
        }
    }

    fn who_fills(&mut self, config: &EstateConfig, path: &str, placement: &Placement) {
        match (
            &placement.campaign,
            &placement.recommender,
            placement.strategy,
        ) {
            (None, None, Strategy::Static) if placement.items.is_empty() => self.add(
                &format!("{path}.items"),
                "are missing: a static placement shows the items declared",
            ),
            (None, None, Strategy::Static) => {}
            (_, _, Strategy::Static) => self.add(
                path,
                "a static placement asks nobody: leave campaign and recommender out",
            ),
            (Some(_), Some(_), _) => {
                self.add(path, "has a campaign and a recommender: leave one out");
            }
            (Some(campaign), None, strategy) => {
                self.fits(
                    config,
                    &format!("{path}.campaign"),
                    campaign,
                    strategy.recipes(),
                );
            }
            (None, Some(recommender), strategy) => {
                self.recommender_fits(
                    config,
                    &format!("{path}.recommender"),
                    recommender,
                    strategy,
                );
            }
            (None, None, _) => self.add(
                path,
                "has nobody to fill it: add campaign, or recommender in a domain group",
            ),
        }
    }

    fn fits(&mut self, config: &EstateConfig, path: &str, name: &str, recipes: &[&str]) {
        let Some(campaign) = config.campaign(name) else {
            let declared = config.campaigns.iter().map(|known| known.name.as_str());
            return self.undeclared(path, name, "campaigns", declared);
        };
        if let Some(solution) = config.solution(&campaign.solution) {
            self.recipe_fits(path, name, "campaign", &solution.recipe, recipes);
        }
    }

    fn recommender_fits(
        &mut self,
        config: &EstateConfig,
        path: &str,
        name: &str,
        strategy: Strategy,
    ) {
        let Some(recommender) = config.recommender(name) else {
            let declared = config.recommenders.iter().map(|known| known.name.as_str());
            return self.undeclared(path, name, "recommenders", declared);
        };
        self.recipe_fits(
            path,
            name,
            "recommender",
            &recommender.recipe,
            strategy.recipes(),
        );
    }

    fn recipe_fits(&mut self, path: &str, name: &str, kind: &str, recipe: &str, fitting: &[&str]) {
        let recipe = recipe.rsplit('/').next().unwrap_or_default();
        if !fitting.iter().any(|start| recipe.starts_with(start)) {
            self.add(
                path,
                format!(
                    "{kind} `{name}` has the recipe {recipe}, which cannot fill this strategy; it takes {}",
                    fitting.join(", ")
                ),
            );
        }
    }

    fn placement_filter(&mut self, config: &EstateConfig, path: &str, placement: &Placement) {
        let Some(filter) = &placement.filter else {
            if !placement.filter_values.is_empty() {
                self.add(
                    &format!("{path}.filterValues"),
                    "are for a filter, and the placement has none",
                );
            }
            return;
        };
        let Some(declared) = config.filter(filter) else {
            let declared = config.filters.iter().map(|filter| filter.name.as_str());
            return self.undeclared(&format!("{path}.filter"), filter, "filters", declared);
        };
        let placeholders = declared.placeholders();
        let values = &placement.filter_values;
        for name in values.keys().filter(|name| !placeholders.contains(*name)) {
            self.add(
                &format!("{path}.filterValues.{name}"),
                format!("the filter `{filter}` has no placeholder ${name}"),
            );
        }
        for name in placeholders
            .iter()
            .filter(|name| !values.contains_key(*name))
        {
            self.add(
                &format!("{path}.filterValues"),
                format!("nothing says what fills ${name} of the filter `{filter}`: add {name}"),
            );
        }
    }

    fn rule(&mut self, path: &str, rule: &Rule) {
        if rule.actions() != 1 {
            return self.add(
                path,
                "has to do one thing: pin, boost, bury, exclude, only or cap",
            );
        }
        let matches: [(&str, Option<&Match>); 4] = [
            ("boost.match", rule.boost.as_ref().map(|boost| &boost.which)),
            ("bury", rule.bury.as_ref()),
            ("exclude", rule.exclude.as_ref()),
            ("only", rule.only.as_ref()),
        ];
        for (name, which) in matches {
            if which.is_some_and(Match::is_empty) {
                self.add(
                    &format!("{path}.{name}"),
                    "matches every item: name items, categories, brands or a price",
                );
            }
        }
        if rule.pin.as_ref().is_some_and(Vec::is_empty) {
            self.add(&format!("{path}.pin"), "names no item");
        }
        if rule.cap.as_ref().is_some_and(|cap| cap.most == 0) {
            self.add(&format!("{path}.cap.most"), "is at least 1");
        }
    }
}
