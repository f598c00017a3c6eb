//! Whether definitions fit the declared estate: every arm must make of every placement one that could be
//! declared.

use experiment::definition::{Arm, Definitions};
use shared::{
    config::{Campaign, EstateConfig, Placement},
    experiments::changed,
};

use super::define::Wanted;

/// What of the experiment `id` does not fit `estate`; `wanted` are the campaigns that will be made.
pub(crate) fn problems(
    definitions: &Definitions,
    id: &str,
    wanted: &[Wanted],
    estate: &EstateConfig,
) -> Vec<String> {
    let Some(experiment) = definitions.experiments.iter().find(|one| one.id == id) else {
        return Vec::new();
    };
    let models = wanted
        .iter()
        .flat_map(|model| model_problems(model, estate));
    let mut problems: Vec<String> = models.collect();
    let estate = with_campaigns(estate, wanted);
    for name in &experiment.placements {
        match estate.placements.get(name) {
            Some(placement) => {
                let arms = experiment.arms.iter();
                problems.extend(arms.flat_map(|arm| arm_problems(arm, (name, placement), &estate)));
            }
            None => problems.push(format!(
                "placements has {name:?}, which the estate does not declare: name one of placements"
            )),
        }
    }
    problems
}

/// The estate as it will be when the campaigns are there.
fn with_campaigns(estate: &EstateConfig, wanted: &[Wanted]) -> EstateConfig {
    let mut estate = estate.clone();
    estate.campaigns.extend(wanted.iter().map(|model| Campaign {
        name: model.campaign.clone(),
        solution: model.solution.clone(),
        min_provisioned_tps: model.min_provisioned_tps,
        sync_with_latest_solution_version: false,
        enable_metadata: false,
        exploration: None,
        capacity: None,
    }));
    estate
}

fn arm_problems(
    arm: &Arm,
    (name, placement): (&str, &Placement),
    estate: &EstateConfig,
) -> Vec<String> {
    let found = match changed(placement, &arm.change) {
        Ok(changed) => estate.placement_problems(name, &changed),
        Err(unknown) => vec![unknown.to_string()],
    };
    let told = |problem| format!("arms[{}].change does not fit: {problem}", arm.name);
    found.into_iter().map(told).collect()
}

fn model_problems(model: &Wanted, estate: &EstateConfig) -> Vec<String> {
    let mut problems = Vec::new();
    if estate.solution(&model.solution).is_none() {
        problems.push(format!(
            "arms[{}].model.solution is {:?}, which the estate does not declare: name one of solutions",
            model.arm, model.solution
        ));
    }
    if estate.campaign(&model.campaign).is_some() {
        problems.push(format!(
            "arms[{}].model would make the campaign {:?}, which the estate declares: take another id or name",
            model.arm, model.campaign
        ));
    }
    problems
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::define::tests::{body, define};
    use super::*;

    const CONFIG: &str = include_str!("../../../../config/personalization.yaml");

    /// What is told of the experiment of `body` on the estate of `config`.
    fn told(body: Value, config: &str) -> Vec<String> {
        let mut definitions = Definitions::default();
        let wanted = define(body, &mut definitions);
        let estate = shared::config::parse("config", config).unwrap();
        problems(&definitions, "a", &wanted, &estate)
    }

    /// What is told of an arm that changes `home`, or another placement.
    fn told_of(placement: &str, change: Value, config: &str) -> Vec<String> {
        let mut body = body("a");
        body["placements"] = json!([placement]);
        body["arms"][1]["change"] = change;
        told(body, config)
    }

    #[track_caller]
    fn one(told: &[String], part: &str) {
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].contains(part), "{told:?}");
    }

    #[test]
    fn what_the_estate_declares_fits() {
        assert_eq!(told(body("a"), CONFIG), [""; 0]);
    }

    #[test]
    fn every_unknown_name_is_told() {
        let mut body = body("a");
        body["placements"] = json!(["attic", "home"]);
        body["arms"][0]["change"] = json!({"filter": "none", "campaign": "nowhere"});
        body["arms"][1]["change"] = json!({"strategy": "guess"});
        let told = told(body, CONFIG);
        assert_eq!(told.len(), 4, "{told:?}");
        for name in ["attic", "none", "nowhere", "guess"] {
            assert!(told.iter().any(|one| one.contains(name)), "{told:?}");
        }
    }

    #[test]
    fn a_campaign_has_to_fill_the_strategy_of_each_placement() {
        let similar = json!({"campaign": "similar-items"});
        one(
            &told_of("home", similar.clone(), CONFIG),
            "arms[new].change does not fit: placements.home.campaign: campaign `similar-items` has the recipe",
        );
        assert_eq!(told_of("cart", similar, CONFIG), [""; 0]);
        one(
            &told_of("cart", json!({"strategy": "popular"}), CONFIG),
            "placements.cart.campaign",
        );
        let both = json!({"strategy": "popular", "campaign": "popularity"});
        assert_eq!(told_of("cart", both, CONFIG), [""; 0]);
        one(
            &told_of("home", json!({"strategy": "static"}), CONFIG),
            "asks nobody",
        );
    }

    #[test]
    fn a_model_has_to_fill_it_too() {
        let of = |solution: &str| {
            let mut body = body("a");
            body["arms"][1] = json!({"name": "new", "model": {"solution": solution}});
            told(body, CONFIG)
        };
        assert_eq!(of("popularity"), [""; 0]);
        one(
            &of("similar-items"),
            "campaign `a-new` has the recipe aws-similar-items",
        );
        one(&of("guess"), "arms[new].model.solution is \"guess\"");
    }

    #[test]
    fn a_filter_needs_what_the_placement_gives() {
        let filters = "filters:
  - name: of-a-brand
    expression: INCLUDE ItemID WHERE Items.CATEGORY IN ($BRAND)
  - name: of-a-category
    expression: INCLUDE ItemID WHERE Items.CATEGORY IN ($CATEGORY)
  - name: of-the-same
    expression: EXCLUDE ItemID WHERE Items.CATEGORY IN ($CATEGORY)\n";
        let config = CONFIG.replacen("filters:\n", filters, 1).replacen(
            "campaign: similar-items, limit: 8",
            "campaign: similar-items, filter: of-a-category, filterValues: { CATEGORY: { argument: c } }, limit: 8",
            1,
        );
        let told = |filter: &str| told_of("product-detail", json!({ "filter": filter }), &config);
        assert_eq!(told("of-the-same"), [""; 0]);
        one(
            &told("not-purchased"),
            "the filter `not-purchased` has no placeholder $CATEGORY",
        );
        let other = told("of-a-brand");
        assert_eq!(other.len(), 2, "{other:?}");
        assert!(
            other[1].contains("nothing says what fills $BRAND"),
            "{other:?}"
        );
        let unfilled = told_of("cart", json!({"filter": "of-a-brand"}), &config);
        one(
            &unfilled,
            "placements.cart.filterValues: nothing says what fills $BRAND",
        );
    }
}
