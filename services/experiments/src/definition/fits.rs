//! Whether definitions fit the declared estate: what an arm names must be there to be asked.

use experiment::definition::{Arm, Definitions, Experiment};
use serde_json::Value;
use shared::config::{EstateConfig, Strategy};

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
    let mut problems: Vec<String> = placements(experiment, estate).collect();
    for arm in &experiment.arms {
        problems.extend(arm_problems(arm, wanted, estate));
    }
    for model in wanted {
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
    }
    problems
}

fn placements<'a>(
    experiment: &'a Experiment,
    estate: &'a EstateConfig,
) -> impl Iterator<Item = String> + 'a {
    let unknown = experiment
        .placements
        .iter()
        .filter(|name| !estate.placements.contains_key(*name));
    unknown.map(|name| {
        format!(
            "placements has {name:?}, which the estate does not declare: name one of placements"
        )
    })
}

fn arm_problems(arm: &Arm, wanted: &[Wanted], estate: &EstateConfig) -> Vec<String> {
    let mut problems = Vec::new();
    let change = &arm.change;
    if let Some(campaign) = &change.campaign
        && estate.campaign(campaign).is_none()
        && !wanted.iter().any(|model| model.campaign == *campaign)
    {
        problems.push(format!(
            "arms[{}].change.campaign is {campaign:?}, which the estate does not declare: name one of campaigns, or give the arm a model",
            arm.name
        ));
    }
    if let Some(filter) = &change.filter
        && estate.filter(filter).is_none()
    {
        problems.push(format!(
            "arms[{}].change.filter is {filter:?}, which the estate does not declare: name one of filters",
            arm.name
        ));
    }
    if let Some(strategy) = &change.strategy
        && serde_json::from_value::<Strategy>(Value::String(strategy.clone())).is_err()
    {
        problems.push(format!(
            "arms[{}].change.strategy is {strategy:?}: write it as a placement does, such as \"for-you\"",
            arm.name
        ));
    }
    problems
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::define::tests::{body, define};
    use super::*;

    fn estate() -> EstateConfig {
        let text = include_str!("../../../../config/personalization.yaml");
        shared::config::parse("config", text).unwrap()
    }

    #[test]
    fn what_the_estate_declares_fits() {
        let mut definitions = Definitions::default();
        define(body("a"), &mut definitions);
        assert!(problems(&definitions, "a", &[], &estate()).is_empty());
    }

    #[test]
    fn every_unknown_name_is_told() {
        let mut body = body("a");
        body["placements"] = json!(["attic"]);
        body["arms"][0]["change"] = json!({"filter": "none", "strategy": "guess"});
        body["arms"][1]["change"] = json!({"campaign": "nowhere"});
        let mut definitions = Definitions::default();
        define(body, &mut definitions);
        let told = problems(&definitions, "a", &[], &estate());
        assert_eq!(told.len(), 4, "{told:?}");
    }
}
