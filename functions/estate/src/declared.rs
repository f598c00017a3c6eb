//! From the configuration to the list of resources it declares, in an order in which nothing comes
//! before what it needs.

use serde::Serialize;
use shared::config::{DatasetType, EstateConfig};

use crate::resource::{Content, Declared};

/// The names a workflow goes through.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Names {
    /// Dataset types, in the order they are best imported.
    datasets: Vec<DatasetType>,
    /// Names of solutions.
    solutions: Vec<String>,
}

/// The datasets and solutions that are declared.
pub(crate) fn names(config: &EstateConfig) -> Names {
    Names {
        datasets: config.datasets.iter().map(|(kind, _)| kind).collect(),
        solutions: config
            .solutions
            .iter()
            .map(|solution| solution.name.clone())
            .collect(),
    }
}

/// Every resource that `apply` makes.
pub(crate) fn resources(config: &EstateConfig) -> Vec<Declared> {
    let group = Content::DatasetGroup { domain: None };
    let mut all = vec![declared(&config.dataset_group.name, group)];
    all.extend(config.schemas.iter().map(|schema| {
        let avro = schema.avro.clone();
        declared(&schema.name, Content::Schema { avro })
    }));
    all.extend(config.datasets.iter().map(|(of, dataset)| {
        let schema = dataset.schema.clone();
        declared(&dataset.name, Content::Dataset { of, schema })
    }));
    all.extend(
        config
            .event_tracker
            .iter()
            .map(|tracker| declared(&tracker.name, Content::EventTracker)),
    );
    all.extend(config.filters.iter().map(|filter| {
        let expression = filter.expression.clone();
        declared(&filter.name, Content::Filter { expression })
    }));
    all.extend(config.solutions.iter().map(|solution| {
        let content = Content::Solution {
            recipe_arn: solution.recipe_arn(),
            event_type: solution.event_type.clone(),
            auto_training: Some(solution.perform_auto_training),
        };
        declared(&solution.name, content)
    }));
    all
}

fn declared(name: &str, content: Content) -> Declared {
    Declared {
        name: name.to_owned(),
        content,
    }
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
            serde_json::json!({
                "datasets": ["items", "users", "interactions"],
                "solutions": ["user-personalization", "similar-items", "popularity"],
            })
        );
    }
}
