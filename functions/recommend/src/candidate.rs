//! An item that may be in the answer, and why: the words a shopper may read.

/// Why an item is proposed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Why {
    /// From the history of a signed-in user.
    Taste,
    /// From a visit, which may only have begun.
    Visit,
    /// It goes with the product of this id.
    GoesWith(String),
    /// Many like it. Also Personalize's placeholder for what a filter removed.
    Popular,
    /// More and more people look at it.
    Trending,
    /// A promotion put it there.
    Promotion,
    /// The shop declared it, or sent it to be ranked.
    Chosen,
    /// Shown to learn whether it is liked.
    Exploration,
}

/// An item proposed by Personalize or by a list.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Candidate {
    /// The item's id.
    pub(crate) id: String,
    /// Higher is better, within one answer; lists have none.
    pub(crate) score: Option<f64>,
    /// Why it is proposed.
    pub(crate) why: Why,
}

impl Why {
    /// The reason as a shopper reads it; `title` gives a product's title when it is known.
    ///
    /// Nothing is claimed that may be untrue: Personalize answers for people it does not know too,
    /// and does not say so.
    pub(crate) fn words<'a>(&self, title: impl Fn(&str) -> Option<&'a str>) -> String {
        match self {
            Self::Taste => "From what you and shoppers like you viewed and bought".to_owned(),
            Self::Visit => "Picked for your visit from what other shoppers like".to_owned(),
            Self::GoesWith(item) => match title(item) {
                Some(title) => format!("Goes with {title}"),
                None => "Goes with what you are looking at".to_owned(),
            },
            Self::Popular => "Popular right now".to_owned(),
            Self::Trending => "Trending right now".to_owned(),
            Self::Promotion => "Promoted by the shop".to_owned(),
            Self::Chosen => "Chosen by the shop".to_owned(),
            Self::Exploration => "Something new to discover".to_owned(),
        }
    }

    /// The name in explanations.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Taste => "taste",
            Self::Visit => "visit",
            Self::GoesWith(_) => "goes-with",
            Self::Popular => "popular",
            Self::Trending => "trending",
            Self::Promotion => "promotion",
            Self::Chosen => "chosen",
            Self::Exploration => "exploration",
        }
    }

    /// What Personalize itself says about an item (`PredictedItem.reason`), when it says anything.
    pub(crate) fn said_by_personalize(reasons: &[String]) -> Option<Self> {
        reasons.iter().find_map(|reason| match reason.as_str() {
            "Promoted item" | "Promoted" => Some(Self::Promotion),
            "Popular item" => Some(Self::Popular),
            "Exploration" => Some(Self::Exploration),
            _ => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_product_that_brought_an_item_in_is_named_when_known() {
        let why = Why::GoesWith("a".into());
        let title = |id: &str| (id == "a").then_some("WHITE METAL LANTERN");
        assert_eq!(why.words(title), "Goes with WHITE METAL LANTERN");
        assert_eq!(why.words(|_| None), "Goes with what you are looking at");
    }

    #[test]
    fn a_placeholder_is_called_popular_not_personal() {
        let said = Why::said_by_personalize(&["Popular item".to_owned()]);
        assert_eq!(said, Some(Why::Popular));
        assert_eq!(Why::said_by_personalize(&[]), None);
    }
}
