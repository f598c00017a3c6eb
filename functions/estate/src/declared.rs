//! From the configuration to the resources it declares, in an order in which nothing comes before
//! what it needs.

use serde::Serialize;
use serde_json::{Value, json};
use shared::{
    arn::Kind,
    config::{
        Campaign, DatasetType, EstateConfig, Exploration, Hours, MetricAttribution, Recommender,
        Solution,
    },
    generation,
};

use crate::{
    resource::{Declared, Fields, Found, TAG, has_generations, takes_tags},
    schedules::{self, Targets},
};

/// The names a workflow goes through.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Names {
    /// Dataset types, in the order they are best imported.
    datasets: Vec<DatasetType>,
    /// Names of the solutions that `retrain` trains: not those that Personalize trains itself.
    solutions: Vec<String>,
}

/// The datasets and solutions that workflows work on.
pub(crate) fn names(config: &EstateConfig) -> Names {
    let ours = config.solutions.iter();
    let ours = ours.filter(|solution| !solution.perform_auto_training);
    Names {
        datasets: config.datasets.iter().map(|(kind, _)| kind).collect(),
        solutions: ours.map(|solution| solution.name.clone()).collect(),
    }
}

/// Every resource that the file declares. Without `targets`, which a stack has, no schedules.
pub(crate) fn resources(config: &EstateConfig, targets: Option<&Targets>) -> Vec<Declared> {
    let domain = config
        .dataset_group
        .domain
        .map(shared::config::Domain::api_name);
    let group = fields(&[("domain", json!(domain))]);
    let mut all = vec![declared(
        Kind::DatasetGroup,
        &config.dataset_group.name,
        group,
    )];
    all.extend(config.schemas.iter().map(|schema| {
        let fields = fields(&[("avro", schema.avro.clone()), ("domain", json!(domain))]);
        declared(Kind::Schema, &schema.name, fields)
    }));
    all.extend(config.datasets.iter().map(|(of, dataset)| {
        let fields = fields(&[
            ("type", json!(of.name())),
            ("schema", json!(dataset.schema)),
        ]);
        declared(Kind::Dataset, &dataset.name, fields)
    }));
    all.extend(
        config
            .event_tracker
            .iter()
            .map(|tracker| declared(Kind::EventTracker, &tracker.name, Fields::new())),
    );
    all.extend(config.filters.iter().map(|filter| {
        let fields = fields(&[("expression", json!(words(&filter.expression)))]);
        declared(Kind::Filter, &filter.name, fields)
    }));
    all.extend(config.solutions.iter().map(solution));
    all.extend(config.campaigns.iter().map(campaign));
    all.extend(config.recommenders.iter().map(recommender));
    all.extend(config.metric_attribution.iter().map(attribution));
    for resource in all.iter_mut().filter(|one| takes_tags(one.kind)) {
        let tags = config.tags.iter();
        resource
            .fields
            .extend(tags.map(|(key, value)| (format!("{TAG}{key}"), json!(value))));
    }
    if let Some(targets) = targets {
        all.extend(schedules::declared(config, targets));
    }
    all
}

/// Whether `found` stands in the place of `declared`, or is a generation of it.
pub(crate) fn is_part_of(found: &Found, declared: &Declared) -> bool {
    found.kind == declared.kind
        && match found.kind {
            Kind::Dataset => found.fields.get("type") == declared.fields.get("type"),
            Kind::EventTracker | Kind::MetricAttribution => true,
            kind if has_generations(kind) => generation::belongs(&found.name, &declared.name),
            _ => found.name == declared.name,
        }
}

/// White space between words does not make another expression.
pub(crate) fn words(expression: &str) -> String {
    expression.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn solution(solution: &Solution) -> Declared {
    let mut fields = fields(&[
        ("recipe", json!(solution.recipe_arn())),
        ("eventType", json!(solution.event_type)),
        // Declared even when false: without it Personalize trains, and bills, every week.
        ("performAutoTraining", json!(solution.perform_auto_training)),
    ]);
    if let Some(schedule) = &solution.auto_training_schedule {
        fields.insert("autoTrainingSchedule".to_owned(), json!(schedule));
    }
    if !solution.events.is_empty() {
        let events = solution.events.iter().map(|event| {
            event_parameters(&event.event_type, event.event_value_threshold, event.weight)
        });
        fields.insert("events".to_owned(), events.collect());
    }
    for (name, value) in &solution.hyperparameters {
        fields.insert(format!("hyperparameters.{name}"), json!(value));
    }
    declared(Kind::Solution, &solution.name, fields)
}

/// One event's parameters as they are compared.
pub(crate) fn event_parameters(
    event_type: &str,
    threshold: Option<f64>,
    weight: Option<f64>,
) -> Value {
    json!({ "eventType": event_type, "eventValueThreshold": threshold, "weight": weight })
}

fn campaign(campaign: &Campaign) -> Declared {
    let mut fields = fields(&[
        ("solution", json!(campaign.solution)),
        (
            "syncWithLatestSolutionVersion",
            json!(campaign.sync_with_latest_solution_version),
        ),
        ("enableMetadata", json!(campaign.enable_metadata)),
    ]);
    explore(&mut fields, campaign.exploration.as_ref());
    let rate = ("minProvisionedTPS", campaign.min_provisioned_tps);
    paid_rate(
        declared(Kind::Campaign, &campaign.name, fields),
        rate,
        campaign.capacity.is_some(),
        &["minProvisionedTPS"],
    )
}

fn recommender(recommender: &Recommender) -> Declared {
    let mut fields = fields(&[
        ("recipe", json!(recommender.recipe_arn())),
        ("enableMetadata", json!(recommender.enable_metadata)),
    ]);
    explore(&mut fields, recommender.exploration.as_ref());
    let mut stops = recommender.capacity.iter();
    let stops = stops.any(|capacity| capacity.idle.as_ref().is_some_and(|idle| idle.shut_down));
    // With hours, or consent to stop it, whether it runs is `capacity`'s to say.
    if recommender.hours == Hours::default() && !stops {
        fields.insert("running".to_owned(), json!(true));
    }
    let rate = (
        "minRecommendationRequestsPerSecond",
        recommender.min_recommendation_requests_per_second,
    );
    paid_rate(
        declared(Kind::Recommender, &recommender.name, fields),
        rate,
        recommender.capacity.is_some(),
        &["minRecommendationRequestsPerSecond"],
    )
}

/// With `capacity` the rate is the capacity function's to change.
fn paid_rate(
    mut resource: Declared,
    (field, rate): (&str, u32),
    moves: bool,
    left_alone: &'static [&'static str],
) -> Declared {
    if moves {
        resource.left_alone = left_alone;
    } else {
        resource.fields.insert(field.to_owned(), json!(rate));
    }
    resource
}

fn explore(fields: &mut Fields, exploration: Option<&Exploration>) {
    let Some(exploration) = exploration else {
        return;
    };
    fields.insert("exploration.weight".to_owned(), json!(exploration.weight));
    if let Some(days) = exploration.item_age_cut_off {
        fields.insert(
            "exploration.itemAgeCutOff".to_owned(),
            json!(f64::from(days)),
        );
    }
}

fn attribution(attribution: &MetricAttribution) -> Declared {
    let metrics = attribution.metrics.iter();
    let metrics = metrics.map(|one| attributed(&one.name, &one.event_type, &one.expression));
    let fields = fields(&[
        ("metrics", all_attributed(metrics)),
        ("reports", json!(attribution.reports)),
    ]);
    declared(Kind::MetricAttribution, &attribution.name, fields)
}

/// Metrics as they are compared: in no order.
pub(crate) fn all_attributed(metrics: impl Iterator<Item = (String, Value)>) -> Value {
    Value::Object(metrics.collect())
}

/// One metric by its name.
pub(crate) fn attributed(name: &str, event_type: &str, expression: &str) -> (String, Value) {
    let counted = json!({ "eventType": event_type, "expression": expression });
    (name.to_owned(), counted)
}

fn declared(kind: Kind, name: &str, fields: Fields) -> Declared {
    Declared {
        kind,
        name: name.to_owned(),
        fields,
        left_alone: &[],
    }
}

fn fields(pairs: &[(&str, Value)]) -> Fields {
    let pairs = pairs.iter();
    pairs
        .map(|(field, value)| ((*field).to_owned(), value.clone()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_are_the_ones_workflows_take() {
        let text = include_str!("../../../config/personalization.yaml");
        let config = shared::config::parse("test.yaml", text).unwrap();
        assert_eq!(
            serde_json::to_value(names(&config)).unwrap(),
            json!({
                "datasets": ["items", "users", "interactions"],
                "solutions": ["user-personalization", "similar-items", "popularity"],
            })
        );
    }

    #[test]
    fn a_rate_that_capacity_moves_is_not_declared() {
        let text = include_str!("../../../config/personalization.yaml");
        let moving = text.replacen(
            "solution: similar-items, minProvisionedTPS: 1",
            "solution: similar-items, capacity: { max: 9 }",
            1,
        );
        let config = shared::config::parse("test.yaml", &moving).unwrap();
        let all = resources(&config, None);
        let rate = |name: &str| {
            let campaign = all
                .iter()
                .find(|one| one.kind == Kind::Campaign && one.name == name);
            campaign.unwrap().fields.get("minProvisionedTPS").cloned()
        };
        assert_eq!(rate("similar-items"), None);
        assert_eq!(rate("popularity"), Some(json!(1)));
    }
}
