//! Placements: named slots of the shop, and what fills them.

use serde::Deserialize;

/// A named slot of the shop.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Placement {
    /// What fills it.
    pub strategy: Strategy,
    /// The campaign asked.
    pub campaign: String,
    /// The filter applied to every request.
    pub filter: Option<String>,
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
}

impl Strategy {
    /// The recipes whose campaigns can fill it, by the start of their names.
    pub(super) fn recipes(self) -> &'static [&'static str] {
        match self {
            Self::ForYou => &[
                "aws-user-personalization",
                "aws-hrnn",
                "aws-popularity-count",
            ],
            Self::Similar => &["aws-similar-items", "aws-sims"],
            Self::Popular => &["aws-popularity-count", "aws-trending-now"],
        }
    }
}
