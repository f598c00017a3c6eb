//! The recipes this server has, and which algorithm answers for each.

use serde_json::{Value, json};

use super::Call;
use crate::fault::{Fault, FaultKind};

/// A recipe of Personalize.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Recipe {
    /// Its name, `aws-…`.
    pub(crate) name: &'static str,
    /// What it is for.
    pub(crate) recipe_type: RecipeType,
    /// What is behind it here.
    pub(crate) algorithm: recommender::Recipe,
    description: &'static str,
}

/// What a recipe answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RecipeType {
    /// Items for a user.
    UserPersonalization,
    /// Items like an item.
    RelatedItems,
    /// Items in an order for a user.
    PersonalizedRanking,
}

impl RecipeType {
    /// Its name on the wire.
    #[must_use]
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::UserPersonalization => "USER_PERSONALIZATION",
            Self::RelatedItems => "RELATED_ITEMS",
            Self::PersonalizedRanking => "PERSONALIZED_RANKING",
        }
    }
}

const RECIPES: [Recipe; 7] = [
    Recipe {
        name: "aws-user-personalization-v2",
        recipe_type: RecipeType::UserPersonalization,
        algorithm: recommender::Recipe::UserPersonalization,
        description: "Predicts the items that a user will interact with, from past and recent interactions.",
    },
    Recipe {
        name: "aws-user-personalization",
        recipe_type: RecipeType::UserPersonalization,
        algorithm: recommender::Recipe::UserPersonalization,
        description: "Predicts the items that a user will interact with; the older version.",
    },
    Recipe {
        name: "aws-similar-items",
        recipe_type: RecipeType::RelatedItems,
        algorithm: recommender::Recipe::SimilarItems,
        description: "Finds items that go with an item.",
    },
    Recipe {
        name: "aws-sims",
        recipe_type: RecipeType::RelatedItems,
        algorithm: recommender::Recipe::SimilarItems,
        description: "Finds items that the same users interact with.",
    },
    Recipe {
        name: "aws-popularity-count",
        recipe_type: RecipeType::UserPersonalization,
        algorithm: recommender::Recipe::Popularity,
        description: "Counts interactions of all users.",
    },
    Recipe {
        name: "aws-personalized-ranking-v2",
        recipe_type: RecipeType::PersonalizedRanking,
        algorithm: recommender::Recipe::PersonalizedRanking,
        description: "Orders given items for a user.",
    },
    Recipe {
        name: "aws-personalized-ranking",
        recipe_type: RecipeType::PersonalizedRanking,
        algorithm: recommender::Recipe::PersonalizedRanking,
        description: "Orders given items for a user; the older version.",
    },
];

/// When the recipes came to be; they are older than any server. 2019-06-10, in epoch seconds.
const CREATED: f64 = 1_560_124_800.0;

/// A recipe by its ARN, `arn:aws:personalize:::recipe/<name>`.
#[must_use]
pub(crate) fn find(arn: &str) -> Option<&'static Recipe> {
    RECIPES.iter().find(|recipe| recipe.arn() == arn)
}

impl Recipe {
    fn arn(&self) -> String {
        format!("arn:aws:personalize:::recipe/{}", self.name)
    }

    fn summary(&self) -> Value {
        json!({
            "name": self.name,
            "recipeArn": self.arn(),
            "status": "ACTIVE",
            "creationDateTime": CREATED,
            "lastUpdatedDateTime": CREATED,
        })
    }
}

/// `DescribeRecipe`
pub(super) fn describe(call: &Call<'_>) -> Result<Value, Fault> {
    let arn = call.input.arn("recipeArn")?;
    let recipe = find(arn).ok_or_else(|| Fault::not_found("recipe", arn))?;
    let mut answer = recipe.summary();
    answer["algorithmArn"] = format!("arn:aws:personalize:::algorithm/{}", recipe.name).into();
    answer["featureTransformationArn"] =
        "arn:aws:personalize:::feature-transformation/JSON-percentile-filtering".into();
    answer["recipeType"] = recipe.recipe_type.name().into();
    answer["description"] = recipe.description.into();
    Ok(json!({ "recipe": answer }))
}

/// `ListRecipes`; a token is the name of the last recipe of the page before.
pub(super) fn list(call: &Call<'_>) -> Result<Value, Fault> {
    let start = match call.input.text("nextToken")? {
        None => 0,
        Some(token) => match RECIPES.iter().position(|recipe| recipe.name == token) {
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
    // Recipes of a domain have no ARN that a solution could use, and none of them is here.
    let domain = call.input.text("domain")?.is_some();
    let all = if domain { &[][..] } else { &RECIPES[start..] };
    let page = &all[..all.len().min(longest)];
    let recipes: Vec<Value> = page.iter().map(Recipe::summary).collect();
    let mut answer = json!({ "recipes": recipes });
    if page.len() < all.len()
        && let Some(last) = page.last()
    {
        answer["nextToken"] = last.name.into();
    }
    Ok(answer)
}
