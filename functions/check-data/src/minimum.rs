//! The least data that each declared solution and recommender trains on, counted and judged.
//!
//! Numbers and event types: developer guide, "Amazon Personalize endpoints and quotas", "ECOMMERCE use
//! cases" and the recipes' own pages.

use shared::config::{EstateConfig, EventParameters, Solution};

use crate::{tally::Tally, verdict::Problems};

/// Interactions that a training needs, and records that an import needs.
pub(crate) const MIN_ROWS: u64 = 1_000;

/// What trains on some interactions only, and how many of those there are.
#[derive(Debug)]
pub(crate) struct Training {
    /// ``the solution `name` ``, for messages.
    what: String,
    /// Which interactions count; all when empty.
    events: Vec<EventParameters>,
    /// Whether the case of event types is ignored: domain use cases do.
    any_case: bool,
    rows: u64,
}

impl Training {
    /// All that `config` declares.
    pub(crate) fn declared(config: &EstateConfig) -> Vec<Self> {
        let solutions = config.solutions.iter().map(|solution| Self {
            what: format!("the solution `{}`", solution.name),
            events: events(solution),
            any_case: false,
            rows: 0,
        });
        let recommenders = config.recommenders.iter().map(|recommender| Self {
            what: format!("the recommender `{}`", recommender.name),
            events: use_case(&recommender.recipe)
                .map(of_type)
                .into_iter()
                .collect(),
            any_case: true,
            rows: 0,
        });
        solutions.chain(recommenders).collect()
    }

    /// Whether it trains on some interactions only.
    pub(crate) fn selects(&self) -> bool {
        !self.events.is_empty()
    }

    /// Counts an interaction, when it trains on it.
    pub(crate) fn count(&mut self, event_type: &str, value: Option<f64>) {
        let counts = self.events.iter().any(|event| {
            let same = if self.any_case {
                event.event_type.eq_ignore_ascii_case(event_type)
            } else {
                event.event_type == event_type
            };
            let least = event.event_value_threshold;
            same && least.is_none_or(|least| value.is_some_and(|value| value >= least))
        });
        self.rows += u64::from(counts);
    }

    fn types(&self) -> String {
        let types = self
            .events
            .iter()
            .map(|event| match event.event_value_threshold {
                Some(least) => format!("`{}` of a value from {least}", event.event_type),
                None => format!("`{}`", event.event_type),
            });
        types.collect::<Vec<_>>().join(", ")
    }
}

/// Warns of each that has too little, and stops when all of them have: the others can do without it.
pub(crate) fn judge(problems: &mut Problems, tally: &Tally, config: &EstateConfig) {
    let poor = |training: &&Training| training.selects() && training.rows < MIN_ROWS;
    let mut poor_ones = 0;
    for training in tally.trainings.iter().filter(poor) {
        poor_ones += 1;
        problems.warn(format!(
            "{} good interactions of type {}: {} trains on these alone and needs at least {MIN_ROWS}",
            training.rows,
            training.types(),
            training.what
        ));
    }
    if poor_ones > 0 && poor_ones == tally.trainings.len() {
        problems.stop("nothing that is declared could be trained on this: add interactions of the types above, or correct their names under `solutions` and `recommenders`");
    }
    if config.datasets.items.is_none() {
        for solution in config.solutions.iter().filter(|one| needs_items(one)) {
            problems.warn(format!(
                "the solution `{}` learns from what items are: declare datasets.items, or it cannot be trained",
                solution.name
            ));
        }
    }
}

fn events(solution: &Solution) -> Vec<EventParameters> {
    match &solution.event_type {
        Some(event_type) => vec![of_type(event_type)],
        None => solution.events.clone(),
    }
}

fn of_type(event_type: &str) -> EventParameters {
    EventParameters {
        event_type: event_type.to_owned(),
        event_value_threshold: None,
        weight: None,
    }
}

/// The event type that a use case needs a minimum of.
fn use_case(recipe: &str) -> Option<&'static str> {
    match recipe.rsplit('/').next()? {
        "aws-ecomm-popular-items-by-views" | "aws-ecomm-customers-who-viewed-x-also-viewed" => {
            Some("View")
        }
        "aws-ecomm-popular-items-by-purchases" | "aws-ecomm-frequently-bought-together" => {
            Some("Purchase")
        }
        _ => None,
    }
}

fn needs_items(solution: &Solution) -> bool {
    matches!(
        solution.recipe_name(),
        "aws-semantic-similarity" | "aws-item-attribute-affinity"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{tally::tests::tally_for, verdict::tests::config_with};

    fn judged(config: &EstateConfig, rows: &[(&str, &str)]) -> (bool, String) {
        let tally = tally_for(
            config,
            rows.iter()
                .map(|(event, value)| ["u", "i", "1", event, value]),
        );
        let mut problems = Problems::default();
        judge(&mut problems, &tally, config);
        let passed = problems.passed();
        let texts: Vec<String> = problems
            .into_list()
            .into_iter()
            .map(|one| one.text)
            .collect();
        (passed, texts.join("\n"))
    }

    #[test]
    fn a_solution_on_one_event_type_is_warned_about_without_stopping_the_others() {
        let config = config_with(|config| {
            config.solutions[0].event_type = Some("purchase".to_owned());
        });
        let (passed, text) = judged(&config, &[("view", ""); 1_000]);
        assert!(
            passed && text.starts_with("0 good interactions of type `purchase`"),
            "{text}"
        );
        assert_eq!(
            judged(&config, &[("purchase", ""); 1_000]),
            (true, String::new())
        );
    }

    #[test]
    fn events_of_a_value_below_the_threshold_do_not_count() {
        let config = config_with(|config| {
            config.solutions[0].events = vec![
                EventParameters {
                    event_value_threshold: Some(3.0),
                    ..of_type("rating")
                },
                of_type("purchase"),
            ];
        });
        let rows = |value| [vec![("rating", value); 600], vec![("purchase", ""); 400]].concat();
        assert_eq!(judged(&config, &rows("3.5")), (true, String::new()));
        assert!(
            judged(&config, &rows("2"))
                .1
                .starts_with("400 good interactions")
        );
    }

    #[test]
    fn when_nothing_could_be_trained_nothing_is_imported() {
        let config = config_with(|config| {
            config.solutions.truncate(1);
            config.solutions[0].event_type = Some("buy".to_owned());
        });
        assert!(!judged(&config, &[("view", ""); 1_000]).0);
    }

    #[test]
    fn use_cases_need_their_event_type_in_any_case() {
        assert_eq!(
            use_case("aws-ecomm-frequently-bought-together"),
            Some("Purchase")
        );
        assert_eq!(use_case("aws-ecomm-recommended-for-you"), None);
        let mut training = Training {
            what: String::new(),
            events: vec![of_type("View")],
            any_case: true,
            rows: 0,
        };
        training.count("view", None);
        training.count("Viewed", None);
        assert_eq!(training.rows, 1);
    }
}
