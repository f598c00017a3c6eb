//! The work of `CREATE IN_PROGRESS` of a solution version or a recommender: interactions of the group
//! to a model and its offline metrics.

use std::{collections::BTreeMap, sync::Arc, time::Instant};

use recommender::{Catalogue, Interactions, InteractionsBuilder, Model, Options, TrendInterval};
use serde_json::Value;

use crate::{
    app::App,
    control::{
        campaign,
        recipe::{self, FEATURE_PARAMETERS, Recipe, RecipeType, TREND_FREQUENCY},
    },
    data::{catalogue::catalogue, dataset_type::action_outcome, group::Group},
    estate::Estate,
    lifecycle::{Outcome, Work},
    offline_metrics,
    resources::{Metrics, Recommender, SolutionVersion},
};

/// Interactions, after filtering by event type, without which there is no training.
const INTERACTIONS: usize = 1000;
/// Users with two interactions, without whom there is no training.
const USERS: usize = 25;

impl Work for SolutionVersion {
    async fn work(app: Arc<App>, arn: String) -> Outcome {
        let version = app.read(|estate| estate.get::<Self>(&arn).cloned());
        let version = version.map_err(|fault| fault.message)?;
        let order = Order {
            arn: arn.clone(),
            recipe_arn: version.recipe_arn.clone(),
            group_arn: version.dataset_group_arn.clone(),
            selection: Selection::of(&version),
            options: options(&version)?,
        };
        let (metrics, hours) = order.carry_out(app).await?;
        Ok(Box::new(move |estate| {
            if let Some(version) = estate.solution_versions.get_mut(&arn) {
                version.training_hours = Some(hours);
            }
            estate.metrics.insert(arn, metrics);
        }))
    }

    fn ready(app: &Arc<App>, arn: &str) {
        if let Some((solution, _)) = arn.rsplit_once('/') {
            campaign::follow(app, solution);
        }
    }
}

impl Work for Recommender {
    async fn work(app: Arc<App>, arn: String) -> Outcome {
        let recommender = app.read(|estate| estate.get::<Self>(&arn).cloned());
        let recommender = recommender.map_err(|fault| fault.message)?;
        let order = Order {
            arn: arn.clone(),
            recipe_arn: recommender.recipe_arn,
            group_arn: recommender.dataset_group_arn,
            selection: Selection::default(),
            options: Options::default(),
        };
        let (metrics, _) = order.carry_out(app).await?;
        Ok(Box::new(move |estate| {
            if let Some(recommender) = estate.recommenders.get_mut(&arn) {
                recommender.model_metrics = Some(metrics);
            }
        }))
    }

    fn gone(self, app: &App, _: &mut Estate) {
        app.models.remove(&self.recommender_arn);
        if let Some(state) = &app.state {
            state.remove(&self.recommender_arn);
        }
    }
}

/// A model to train.
struct Order {
    /// What it is kept under.
    arn: String,
    recipe_arn: String,
    group_arn: String,
    selection: Selection,
    options: Options,
}

impl Order {
    /// Trains on a thread that may take its time; answers the metrics and the hours it took.
    async fn carry_out(self, app: Arc<App>) -> Result<(Metrics, f64), String> {
        let trained = tokio::task::spawn_blocking(move || self.train(&app));
        let trained = trained.await;
        trained.map_err(|error| format!("Training stopped: {error}"))?
    }

    fn train(&self, app: &App) -> Result<(Metrics, f64), String> {
        let started = Instant::now();
        let recipe = recipe::find(&self.recipe_arn)
            .ok_or_else(|| format!("Recipe {} is gone", self.recipe_arn))?;
        let data = app.group(&self.group_arn).map_err(|fault| fault.message)?;
        let interactions = if recipe.recipe_type == RecipeType::PersonalizedActions {
            let outcomes = outcomes(&data.read()).build();
            check_actions(&outcomes)?;
            outcomes
        } else {
            let selected = select(&data.read(), recipe, &self.selection).build();
            check_minimum(&selected)?;
            selected
        };
        let described = match recipe.reads_metadata() {
            true => catalogue(&data.read()),
            false => Catalogue::default(),
        };
        let failed = |error: recommender::Error| format!("Training failed: {error}");
        let (algorithm, options) = (recipe.algorithm, &self.options);
        let metrics = offline_metrics::measure(recipe, &interactions, &described, options);
        let metrics = metrics.map_err(failed)?;
        let model =
            Model::train_with(algorithm, &interactions, &described, options).map_err(failed)?;
        app.models
            .keep(&self.arn, model, &data, app.state.as_ref())
            .map_err(|error| format!("The model could not be kept: {error}"))?;
        Ok((metrics, started.elapsed().as_secs_f64() / 3600.0))
    }
}

/// The hyperparameters of a solution that have an effect.
fn options(version: &SolutionVersion) -> Result<Options, String> {
    let config = version.solution_config.as_ref();
    let frequency = config.map(|config| &config[FEATURE_PARAMETERS][TREND_FREQUENCY]);
    let Some(frequency) = frequency.and_then(Value::as_str) else {
        return Ok(Options::default());
    };
    let interval: TrendInterval = frequency.parse().map_err(|error| {
        format!(
            "solutionConfig.{FEATURE_PARAMETERS}.{TREND_FREQUENCY} is no interval: {error}. Create another solution with one of these"
        )
    })?;
    Ok(Options {
        trend_interval: interval,
        ..Options::default()
    })
}

/// Which interactions train, and how much each counts.
#[derive(Debug, Default, PartialEq)]
struct Selection {
    /// Event types in lower case with threshold and weight; empty for all alike.
    events: BTreeMap<String, (Option<f64>, f64)>,
}

impl Selection {
    /// From `eventsConfig`, or from the older `eventType` and `eventValueThreshold`.
    fn of(version: &SolutionVersion) -> Self {
        let none = Value::Null;
        let config = version.solution_config.as_ref().unwrap_or(&none);
        let listed = config["eventsConfig"]["eventParametersList"].as_array();
        let events = match (listed, &version.event_type) {
            (Some(listed), _) => listed
                .iter()
                .filter_map(|event| {
                    let name = event["eventType"].as_str()?.to_lowercase();
                    let threshold = event["eventValueThreshold"].as_f64();
                    Some((name, (threshold, event["weight"].as_f64().unwrap_or(1.0))))
                })
                .collect(),
            (None, Some(event_type)) => {
                let threshold = config["eventValueThreshold"].as_str();
                let threshold = threshold.and_then(|text| text.parse().ok());
                BTreeMap::from([(event_type.to_lowercase(), (threshold, 1.0))])
            }
            (None, None) => BTreeMap::new(),
        };
        Self { events }
    }

    /// The weight of an interaction; None when it does not train.
    fn weight(&self, event_type: Option<&str>, value: f32) -> Option<f32> {
        if self.events.is_empty() {
            return Some(1.0);
        }
        let (threshold, weight) = self.events.get(event_type?)?;
        let high_enough = threshold.is_none_or(|threshold| f64::from(value) >= threshold);
        #[expect(clippy::cast_possible_truncation, reason = "weights are small numbers")]
        high_enough.then_some(*weight as f32)
    }
}

/// The interactions that train: of the event types that the recipe's use case is about, and of those
/// that the solution selects.
fn select(group: &Group, recipe: &Recipe, selection: &Selection) -> InteractionsBuilder {
    let mut builder = InteractionsBuilder::new();
    for (user, interaction) in group.interactions() {
        let event_type = group.event_type(&interaction);
        if !recipe.trains_on(event_type) {
            continue;
        }
        if let Some(weight) = selection.weight(event_type, interaction.value) {
            let (user, item) = (group.users.name(user), group.items.name(interaction.item));
            builder.push(user, item, interaction.timestamp, weight);
        }
    }
    builder
}

/// What users did when they were asked to take actions.
fn outcomes(group: &Group) -> InteractionsBuilder {
    let mut builder = InteractionsBuilder::new();
    for (user, interaction) in group.action_interactions() {
        if let Some(outcome) = group.event_type(&interaction).and_then(action_outcome) {
            let (user, action) = (group.users.name(user), group.actions.name(interaction.item));
            builder.push(user, action, interaction.timestamp, outcome);
        }
    }
    builder
}

/// Users are held out to measure with, so there must be a few; Personalize asks for no number.
fn check_actions(outcomes: &Interactions) -> Result<(), String> {
    let (count, users) = (outcomes.len(), outcomes.users().len());
    if users < USERS {
        return Err(format!(
            "The Action interactions dataset has {count} interactions of {users} users that are Taken, Not Taken or Viewed; those of at least {USERS} users are required to train. Import more and create another solution version"
        ));
    }
    Ok(())
}

fn check_minimum(interactions: &Interactions) -> Result<(), String> {
    let count = interactions.len();
    if count < INTERACTIONS {
        return Err(format!(
            "The Interactions dataset has {count} interactions after filtering by event type; at least {INTERACTIONS} are required to train. Import more and create another solution version"
        ));
    }
    let users = interactions.users().len();
    let repeated = (0..users)
        .filter_map(|user| u32::try_from(user).ok())
        .filter(|user| interactions.history(*user).len() >= 2)
        .count();
    if repeated < USERS || repeated * 100 < users {
        return Err(format!(
            "The Interactions dataset has {repeated} of {users} unique users with at least 2 interactions; at least {USERS} and 1 % are required to train. Import more and create another solution version"
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::record::{EventRecord, Record};

    fn built(users: usize, each: usize) -> Interactions {
        let mut builder = InteractionsBuilder::new();
        for user in 0..users {
            for item in 0..each {
                builder.push(&format!("u{user}"), &format!("i{item}"), 0, 1.0);
            }
        }
        builder.build()
    }

    #[test]
    fn too_little_data_is_said_with_its_numbers() {
        assert!(check_minimum(&built(25, 40)).is_ok());
        let reason = check_minimum(&built(24, 50)).unwrap_err();
        assert!(reason.contains("24 of 24 unique users"), "{reason}");
        let reason = check_minimum(&built(333, 3)).unwrap_err();
        assert!(reason.contains("999 interactions"), "{reason}");
    }

    #[test]
    fn actions_train_on_what_happened_to_them() {
        let mut group = Group::default();
        for (event_type, item) in [("taken", "join"), ("not_taken", "call"), ("viewed", "call")] {
            let event = EventRecord {
                user_id: Some("ann".to_owned()),
                event_type: event_type.to_owned(),
                item_id: item.to_owned(),
                ..EventRecord::default()
            };
            group.take(Record::ActionInteraction(event)).unwrap();
        }
        let outcomes = outcomes(&group).build();
        let weights: Vec<f32> = outcomes.history(0).iter().map(|one| one.weight).collect();
        assert_eq!(weights, [1.0, -1.0, -0.25]);
        let reason = check_actions(&outcomes).unwrap_err();
        assert!(reason.contains("3 interactions of 1 users"), "{reason}");
        assert!(check_actions(&built(25, 1)).is_ok());
    }

    #[test]
    fn a_use_case_of_views_and_one_of_purchases_learn_from_different_events() {
        let mut group = Group::default();
        for (user, event_type, item) in [
            ("a", "view", "lamp"),
            ("b", "view", "lamp"),
            ("a", "purchase", "cup"),
        ] {
            let event = EventRecord {
                user_id: Some(user.to_owned()),
                event_type: event_type.to_owned(),
                item_id: item.to_owned(),
                ..EventRecord::default()
            };
            group.take(Record::Event(event)).unwrap();
        }
        let best = |name: &str| {
            let recipe = recipe::find(&format!("arn:aws:personalize:::recipe/{name}")).unwrap();
            let data = select(&group, recipe, &Selection::default()).build();
            let names: Vec<String> = data.items().iter().map(str::to_owned).collect();
            (data.len(), names)
        };
        assert_eq!(
            best("aws-ecomm-popular-items-by-views"),
            (2, vec!["lamp".to_owned()])
        );
        for purchases in [
            "aws-ecomm-popular-items-by-purchases",
            "aws-ecomm-frequently-bought-together",
        ] {
            assert_eq!(best(purchases), (1, vec!["cup".to_owned()]));
        }
    }

    #[test]
    fn event_types_select_and_weigh() {
        let all = Selection::default();
        assert_eq!(all.weight(None, f32::NAN), Some(1.0));
        let events = [
            ("purchase".to_owned(), (None, 3.0)),
            ("rating".to_owned(), (Some(4.0), 1.0)),
        ];
        let some = Selection {
            events: events.into(),
        };
        assert_eq!(some.weight(Some("purchase"), f32::NAN), Some(3.0));
        assert_eq!(some.weight(Some("rating"), 4.0), Some(1.0));
        assert_eq!(some.weight(Some("rating"), f32::NAN), None);
        assert_eq!(some.weight(Some("view"), 9.0), None);
        assert_eq!(some.weight(None, 9.0), None);
    }
}
