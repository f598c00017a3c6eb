//! Offline metrics of a training under the names that `GetSolutionMetrics` uses. Which there are
//! depends on the type of the recipe, as the developer guide has it ("Evaluating a solution version
//! with metrics").

use recommender::{
    Catalogue, Error, Interactions, Options, evaluate_actions, evaluate_segments, evaluate_with,
};

use crate::{
    control::recipe::{Recipe, RecipeType},
    resources::Metrics,
};

/// Trains on a part of the data and measures on the rest; what is too little to measure on has no
/// metrics about actions, and fails for other recipes.
///
/// # Errors
/// What the engine refuses.
pub(crate) fn measure(
    recipe: &Recipe,
    data: &Interactions,
    described: &Catalogue,
    options: &Options,
) -> Result<Metrics, Error> {
    match recipe.recipe_type {
        RecipeType::PersonalizedActions => match evaluate_actions(data, options) {
            Err(Error::NoInteractions | Error::NothingHeldOut { .. }) => Ok(Metrics::new()),
            measured => Ok(of_actions(measured?)),
        },
        RecipeType::UserSegmentation => {
            let measured = evaluate_segments(recipe.algorithm, data, options)?;
            Ok(named(&[
                ("coverage", measured.coverage),
                ("hits_at_1_percent", measured.hits),
                ("recall_at_1_percent", measured.recall),
            ]))
        }
        _ => Ok(of_lists(evaluate_with(
            recipe.algorithm,
            data,
            described,
            options,
        )?)),
    }
}

fn of_lists(measured: recommender::Metrics) -> Metrics {
    let mut metrics = named(&[
        ("coverage", measured.coverage),
        (
            "mean_reciprocal_rank_at_25",
            measured.mean_reciprocal_rank_at_25,
        ),
        (
            "normalized_discounted_cumulative_gain_at_5",
            measured.ndcg_at_5,
        ),
        (
            "normalized_discounted_cumulative_gain_at_10",
            measured.ndcg_at_10,
        ),
        (
            "normalized_discounted_cumulative_gain_at_25",
            measured.ndcg_at_25,
        ),
        ("precision_at_5", measured.precision_at_5),
        ("precision_at_10", measured.precision_at_10),
        ("precision_at_25", measured.precision_at_25),
    ]);
    if let Some(accuracy) = measured.trend_prediction_accuracy {
        metrics.insert("trend_prediction_accuracy".to_owned(), accuracy);
    }
    metrics
}

fn of_actions(measured: recommender::ActionMetrics) -> Metrics {
    named(&[
        ("coverage", measured.coverage),
        (
            "normalized_discounted_cumulative_gain_at_5",
            measured.ndcg_at_5,
        ),
        (
            "normalized_discounted_cumulative_gain_at_10",
            measured.ndcg_at_10,
        ),
        (
            "normalized_discounted_cumulative_gain_at_25",
            measured.ndcg_at_25,
        ),
        ("precision", measured.precision),
        ("recall", measured.recall),
        ("area_under_curve", measured.area_under_curve),
    ])
}

fn named(metrics: &[(&str, f64)]) -> Metrics {
    let owned = metrics.iter();
    owned
        .map(|(name, value)| ((*name).to_owned(), *value))
        .collect()
}
