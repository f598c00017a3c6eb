//! Placements: named slots of the shop, and what fills them.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::rule::Rule;

/// A named slot of the shop.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Placement {
    /// What fills it.
    pub strategy: Strategy,
    /// The campaign asked.
    pub campaign: Option<String>,
    /// The recommender asked, in a domain group.
    pub recommender: Option<String>,
    /// A campaign that orders what was found for the one who looks: "similar, then ranked for them".
    pub ranked_by: Option<String>,
    /// The filter applied to every request.
    pub filter: Option<String>,
    /// What the filter's placeholders are filled with, by their names without `$`.
    #[serde(default)]
    pub filter_values: BTreeMap<String, FilterValue>,
    /// The situation as Personalize is told it: columns of the interactions' schema, and what they hold.
    #[serde(default)]
    pub context: BTreeMap<String, ContextKey>,
    /// What happens to the list after the model, in this order.
    #[serde(default)]
    pub rules: Vec<Rule>,
    /// Items shown when nothing else answers; all there is of a static placement.
    #[serde(default)]
    pub items: Vec<String>,
    /// Whether what a visitor bought lately may be shown to them: for what is bought again and again.
    #[serde(default)]
    pub show_bought: bool,
    /// The part of the context whose popular list comes before the one of everybody.
    pub segment: Option<ContextKey>,
    /// How many items a request without a limit gets: 1 to 500.
    #[serde(default = "default_limit")]
    pub limit: u32,
}

fn default_limit() -> u32 {
    10
}

/// What fills a placement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Strategy {
    /// For the user or, without one, for the session.
    ForYou,
    /// Similar to one item, or to the items of a cart.
    Similar,
    /// The same for everybody.
    Popular,
    /// What more and more people look at.
    Trending,
    /// The items the shop sends, in the order of the visitor's taste.
    Rank,
    /// The items declared.
    Static,
}

impl Strategy {
    /// The recipes whose campaigns can fill it, by the start of their names.
    pub(super) fn recipes(self) -> &'static [&'static str] {
        match self {
            Self::ForYou => &[
                "aws-user-personalization",
                "aws-hrnn",
                "aws-popularity-count",
                "aws-ecomm-recommended-for-you",
            ],
            Self::Similar => &[
                "aws-similar-items",
                "aws-sims",
                "aws-semantic-similarity",
                "aws-ecomm-frequently-bought-together",
                "aws-ecomm-customers-who-viewed-x-also-viewed",
            ],
            Self::Popular => &[
                "aws-popularity-count",
                "aws-trending-now",
                "aws-ecomm-popular-items-by",
            ],
            Self::Trending => &["aws-trending-now"],
            Self::Rank => &["aws-personalized-ranking"],
            Self::Static => &[],
        }
    }
}

/// Where a filter's placeholder gets its value. A caller never writes an expression, and fills only
/// what the placement lets them.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub enum FilterValue {
    /// From the request's `filterValues`, under this name.
    Argument(String),
    /// From the context.
    Context(ContextKey),
    /// These values.
    Values(Vec<String>),
}

/// A part of the situation a request comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ContextKey {
    /// `desktop`, `mobile`, `tablet`, `tv`.
    Device,
    /// ISO 3166 code of two letters.
    Country,
    /// `0` to `23`, of the shop's clock.
    Hour,
    /// `monday` to `sunday`.
    Weekday,
    /// `spring`, `summer`, `autumn`, `winter`, of the shop's half of the earth.
    Season,
    /// The shop's market, as the request says.
    Market,
    /// `web`, `app`, `store`, ... as the request says.
    Channel,
}

impl ContextKey {
    /// All.
    pub const ALL: [Self; 7] = [
        Self::Device,
        Self::Country,
        Self::Hour,
        Self::Weekday,
        Self::Season,
        Self::Market,
        Self::Channel,
    ];

    /// The name, as the configuration writes it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Device => "device",
            Self::Country => "country",
            Self::Hour => "hour",
            Self::Weekday => "weekday",
            Self::Season => "season",
            Self::Market => "market",
            Self::Channel => "channel",
        }
    }
}
