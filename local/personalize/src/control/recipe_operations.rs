//! Questions about recipes and what they are made of. The recipes are in `recipe.rs`.

use recommender::Recipe as Algorithm;
use serde_json::{Value, json};

use super::{
    Call,
    recipe::{RECIPES, Recipe, TREND_FREQUENCY, find},
};
use crate::{
    domain::Domain,
    fault::{Fault, FaultKind},
};

/// When the recipes came to be; they are older than any server. 2019-06-10, in epoch seconds.
const CREATED: f64 = 1_560_124_800.0;
/// The feature transformation of most recipes.
const TRANSFORMATION: &str = "JSON-percentile-filtering";

/// The feature transformation of a recipe. Recipes about trends have their own, with a parameter.
fn transformation(recipe: &Recipe) -> &'static str {
    match recipe.algorithm {
        Algorithm::TrendingNow => recipe.name,
        _ => TRANSFORMATION,
    }
}

fn transformation_arn(recipe: &Recipe) -> String {
    let name = transformation(recipe);
    format!("arn:aws:personalize:::feature-transformation/{name}")
}

/// What a solution may set in `featureTransformationParameters` with an effect.
fn default_parameters(recipe: &Recipe) -> Value {
    match recipe.algorithm {
        Algorithm::TrendingNow => json!({ TREND_FREQUENCY: "2 hours" }),
        _ => json!({}),
    }
}

fn algorithm_arn(recipe: &Recipe) -> String {
    format!("arn:aws:personalize:::algorithm/{}", recipe.name)
}

fn summary(recipe: &Recipe) -> Value {
    let mut summary = json!({
        "name": recipe.name,
        "recipeArn": recipe.arn(),
        "status": "ACTIVE",
        "creationDateTime": CREATED,
        "lastUpdatedDateTime": CREATED,
    });
    if let Some(domain) = recipe.domain {
        summary["domain"] = domain.name().into();
    }
    summary
}

/// `DescribeRecipe`
pub(super) fn describe(call: &Call<'_>) -> Result<Value, Fault> {
    let arn = call.input.arn("recipeArn")?;
    let recipe = find(arn).ok_or_else(|| Fault::not_found("recipe", arn))?;
    // Only a list says the domain.
    Ok(json!({ "recipe": {
        "name": recipe.name,
        "recipeArn": recipe.arn(),
        "status": "ACTIVE",
        "creationDateTime": CREATED,
        "lastUpdatedDateTime": CREATED,
        "algorithmArn": algorithm_arn(recipe),
        "featureTransformationArn": transformation_arn(recipe),
        "recipeType": recipe.recipe_type.name(),
        "description": recipe.description,
    } }))
}

/// `DescribeAlgorithm`: every recipe has one. What runs here has no hyperparameters to tune.
pub(super) fn describe_algorithm(call: &Call<'_>) -> Result<Value, Fault> {
    let arn = call.input.arn("algorithmArn")?;
    let mut recipes = RECIPES.iter();
    let recipe = recipes
        .find(|recipe| algorithm_arn(recipe) == arn)
        .ok_or_else(|| Fault::not_found("algorithm", arn))?;
    Ok(json!({ "algorithm": {
        "name": recipe.name,
        "algorithmArn": arn,
        "defaultHyperParameters": {},
        "creationDateTime": CREATED,
        "lastUpdatedDateTime": CREATED,
    } }))
}

/// `DescribeFeatureTransformation`
pub(super) fn describe_transformation(call: &Call<'_>) -> Result<Value, Fault> {
    let arn = call.input.arn("featureTransformationArn")?;
    let mut recipes = RECIPES.iter();
    let recipe = recipes
        .find(|recipe| transformation_arn(recipe) == arn)
        .ok_or_else(|| Fault::not_found("feature transformation", arn))?;
    Ok(json!({ "featureTransformation": {
        "name": transformation(recipe),
        "featureTransformationArn": arn,
        "defaultParameters": default_parameters(recipe),
        "status": "ACTIVE",
        "creationDateTime": CREATED,
        "lastUpdatedDateTime": CREATED,
    } }))
}

/// `ListRecipes`: those of a domain, or all. A token is the name of the last recipe
/// of the page before.
pub(super) fn list(call: &Call<'_>) -> Result<Value, Fault> {
    let domain = call.input.text("domain")?.and_then(Domain::parse);
    let all: Vec<&Recipe> = RECIPES
        .iter()
        .filter(|recipe| domain.is_none() || recipe.domain == domain)
        .collect();
    let start = match call.input.text("nextToken")? {
        None => 0,
        Some(token) => match all.iter().position(|recipe| recipe.name == token) {
            Some(last) => last + 1,
            None => {
                return Err(Fault::new(
                    FaultKind::InvalidNextToken,
                    "nextToken is not one of a list of recipes; begin again without it",
                ));
            }
        },
    };
    let longest = call.input.integer("maxResults", 1..=100)?.unwrap_or(100);
    let longest = usize::try_from(longest).unwrap_or(usize::MAX);
    let rest = &all[start..];
    let page = &rest[..rest.len().min(longest)];
    let recipes: Vec<Value> = page.iter().map(|recipe| summary(recipe)).collect();
    let mut answer = json!({ "recipes": recipes });
    if page.len() < rest.len()
        && let Some(last) = page.last()
    {
        answer["nextToken"] = last.name.into();
    }
    Ok(answer)
}
