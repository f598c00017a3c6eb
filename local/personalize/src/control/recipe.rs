//! The recipes this server has: what each is for, which algorithm answers, which events it trains on.
//! What is asked about them is in `recipe_operations.rs`.

use recommender::Recipe as Algorithm;

use crate::domain::Domain;

/// Where a `solutionConfig` has the parameters of how data is prepared.
pub(crate) const FEATURE_PARAMETERS: &str = "featureTransformationParameters";
/// The one of recipes about trends: how long the intervals are that they compare.
pub(crate) const TREND_FREQUENCY: &str = "trend_discovery_frequency";

/// A recipe of Personalize.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Recipe {
    /// Its name, `aws-…`.
    pub(crate) name: &'static str,
    /// What it is for.
    pub(crate) recipe_type: RecipeType,
    /// What is behind it here.
    pub(crate) algorithm: Algorithm,
    /// The domain of a use case; only recommenders have those.
    pub(crate) domain: Option<Domain>,
    /// Event types in lower case that a use case trains on; empty for all.
    pub(crate) events: &'static [&'static str],
    /// In a sentence.
    pub(crate) description: &'static str,
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
    /// Users for an item or for attributes of items.
    UserSegmentation,
    /// Actions for a user.
    PersonalizedActions,
}

impl RecipeType {
    /// Its name on the wire.
    #[must_use]
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::UserPersonalization => "USER_PERSONALIZATION",
            Self::RelatedItems => "RELATED_ITEMS",
            Self::PersonalizedRanking => "PERSONALIZED_RANKING",
            Self::UserSegmentation => "USER_SEGMENTATION",
            Self::PersonalizedActions => "PERSONALIZED_ACTIONS",
        }
    }
}

impl Recipe {
    /// Its ARN, the same in every region and account.
    #[must_use]
    pub(crate) fn arn(&self) -> String {
        format!("arn:aws:personalize:::recipe/{}", self.name)
    }

    /// Whether the Items dataset trains it too; SIMS, counts and segments go by interactions alone.
    #[must_use]
    pub(crate) fn reads_metadata(&self) -> bool {
        use Algorithm::{
            PersonalizedRanking, SemanticSimilarity, SimilarItems, UserPersonalization,
        };
        let reads = matches!(
            self.algorithm,
            UserPersonalization | PersonalizedRanking | SimilarItems | SemanticSimilarity
        );
        reads && self.name != "aws-sims"
    }

    /// Whether requests have to say who asks: what is for everybody asks no user. A filter may still
    /// need one.
    #[must_use]
    pub(crate) fn needs_user(&self) -> bool {
        self.recipe_type == RecipeType::UserPersonalization
            && self.algorithm != Algorithm::TrendingNow
    }

    /// Whether an interaction of this type trains it.
    #[must_use]
    pub(crate) fn trains_on(&self, event_type: Option<&str>) -> bool {
        self.events.is_empty() || event_type.is_some_and(|name| self.events.contains(&name))
    }
}

/// A recipe by its ARN, `arn:aws:personalize:::recipe/<name>`.
#[must_use]
pub(crate) fn find(arn: &str) -> Option<&'static Recipe> {
    RECIPES.iter().find(|recipe| recipe.arn() == arn)
}

const fn custom(
    name: &'static str,
    recipe_type: RecipeType,
    algorithm: Algorithm,
    description: &'static str,
) -> Recipe {
    Recipe {
        name,
        recipe_type,
        algorithm,
        domain: None,
        events: &[],
        description,
    }
}

const fn use_case(
    domain: Domain,
    name: &'static str,
    recipe_type: RecipeType,
    algorithm: Algorithm,
    events: &'static [&'static str],
    description: &'static str,
) -> Recipe {
    Recipe {
        name,
        recipe_type,
        algorithm,
        domain: Some(domain),
        events,
        description,
    }
}

use Domain::{Ecommerce, VideoOnDemand};
use RecipeType::{
    PersonalizedActions, PersonalizedRanking, RelatedItems, UserPersonalization, UserSegmentation,
};

/// All of them; a new one is a line here.
#[rustfmt::skip]
pub(super) const RECIPES: &[Recipe] = &[
    custom("aws-user-personalization-v2", UserPersonalization, Algorithm::UserPersonalization, "Predicts the items that a user will interact with, from past and recent interactions."),
    custom("aws-user-personalization", UserPersonalization, Algorithm::UserPersonalization, "Predicts the items that a user will interact with; the older version."),
    custom("aws-similar-items", RelatedItems, Algorithm::SimilarItems, "Finds items that go with an item."),
    custom("aws-sims", RelatedItems, Algorithm::SimilarItems, "Finds items that the same users interact with."),
    custom("aws-semantic-similarity", RelatedItems, Algorithm::SemanticSimilarity, "Finds items whose categories and texts are like those of an item."),
    custom("aws-popularity-count", UserPersonalization, Algorithm::Popularity, "Counts interactions of all users."),
    custom("aws-trending-now", UserPersonalization, Algorithm::TrendingNow, "Finds items whose popularity grows fastest."),
    custom("aws-next-best-action", PersonalizedActions, Algorithm::NextBestAction, "Predicts how likely a user takes each action."),
    custom("aws-personalized-ranking-v2", PersonalizedRanking, Algorithm::PersonalizedRanking, "Orders given items for a user."),
    custom("aws-personalized-ranking", PersonalizedRanking, Algorithm::PersonalizedRanking, "Orders given items for a user; the older version."),
    custom("aws-item-affinity", UserSegmentation, Algorithm::ItemAffinity, "Finds the users that will most likely interact with an item."),
    custom("aws-item-attribute-affinity", UserSegmentation, Algorithm::ItemAttributeAffinity, "Finds the users that will most likely interact with items of some attributes."),

    use_case(Ecommerce, "aws-ecomm-popular-items-by-views", UserPersonalization, Algorithm::Popularity, &["view"], "The items most viewed."),
    use_case(Ecommerce, "aws-ecomm-popular-items-by-purchases", UserPersonalization, Algorithm::Popularity, &["purchase"], "The best sellers."),
    use_case(Ecommerce, "aws-ecomm-customers-who-viewed-x-also-viewed", RelatedItems, Algorithm::SimilarItems, &["view"], "What customers viewed who viewed this item."),
    use_case(Ecommerce, "aws-ecomm-frequently-bought-together", RelatedItems, Algorithm::FrequentlyBoughtTogether, &["purchase"], "What customers buy together with this item."),
    use_case(Ecommerce, "aws-ecomm-recommended-for-you", UserPersonalization, Algorithm::UserPersonalization, &[], "What this customer will want next."),

    use_case(VideoOnDemand, "aws-vod-most-popular", UserPersonalization, Algorithm::Popularity, &["watch"], "The videos most watched."),
    use_case(VideoOnDemand, "aws-vod-trending-now", UserPersonalization, Algorithm::TrendingNow, &[], "The videos whose popularity grows fastest."),
    use_case(VideoOnDemand, "aws-vod-because-you-watched-x", RelatedItems, Algorithm::SimilarItems, &["watch"], "What was watched by those who watched this video."),
    use_case(VideoOnDemand, "aws-vod-more-like-x", RelatedItems, Algorithm::SimilarItems, &["watch", "click"], "Videos that go with this video."),
    use_case(VideoOnDemand, "aws-vod-top-picks", UserPersonalization, Algorithm::UserPersonalization, &["watch", "click"], "What this user will want to watch next."),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_use_case_trains_on_its_events_and_a_recipe_on_all() {
        let recipe = |name| RECIPES.iter().find(|one| one.name == name).unwrap();
        let best_sellers = recipe("aws-ecomm-popular-items-by-purchases");
        assert!(best_sellers.trains_on(Some("purchase")));
        assert!(!best_sellers.trains_on(Some("view")) && !best_sellers.trains_on(None));
        assert!(recipe("aws-popularity-count").trains_on(None));
        assert_eq!(find(&best_sellers.arn()), Some(best_sellers));
        assert!(recipe("aws-semantic-similarity").reads_metadata());
        assert!(!recipe("aws-sims").reads_metadata() && !best_sellers.reads_metadata());
        assert!(!recipe("aws-next-best-action").reads_metadata());
        assert!(best_sellers.needs_user());
        assert!(!recipe("aws-trending-now").needs_user());
        assert!(!recipe("aws-ecomm-frequently-bought-together").needs_user());
    }
}
