//! What is asked, and what an answer worth measuring has.

use bench::events::{self, is_described};
use bytes::Bytes;
use serde_json::{Value, json};

/// One way to ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scenario {
    /// Some customers again and again: what Personalize said is kept.
    Kept,
    /// Each customer another, of few tastes: their products are in the process's cache.
    KnownProducts,
    /// Each customer another, of a taste of their own: all products are read from DynamoDB.
    NewProducts,
    /// A cart of three products: three questions to Personalize, merged.
    Cart,
    /// One thing somebody did.
    Track,
    /// As much as one PutEvents takes.
    TrackTen,
}

impl Scenario {
    /// Those of `recommend`, in the order they are measured.
    pub(crate) const OF_RECOMMEND: [Self; 4] = [
        Self::Kept,
        Self::KnownProducts,
        Self::NewProducts,
        Self::Cart,
    ];

    /// Those of `track`.
    pub(crate) const OF_TRACK: [Self; 2] = [Self::Track, Self::TrackTen];

    /// The name in reports.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Kept => "home, kept",
            Self::KnownProducts => "home, products cached",
            Self::NewProducts => "home, products read",
            Self::Cart => "cart of 3, products cached",
            Self::Track => "track 1",
            Self::TrackTen => "track 10",
        }
    }

    /// What an answer worth measuring has.
    pub(crate) fn expected(self) -> &'static str {
        match self {
            Self::Kept => "20 kept items, each with its title",
            Self::KnownProducts | Self::NewProducts | Self::Cart => {
                "20 items of Personalize, each with its title"
            }
            Self::Track | Self::TrackTen => "everything accepted",
        }
    }

    /// The `n`th event.
    pub(crate) fn event(self, n: u32) -> Bytes {
        let home = |user: String| events::recommendations("home", json!({"userId": user}));
        match self {
            Self::Kept => home(format!("kept@{}", n % 50)),
            Self::KnownProducts => home(format!("c{n}@{}", n % 50)),
            Self::NewProducts => home(format!("n{n}")),
            Self::Cart => {
                let items = ["a", "b", "c"].map(|taste| format!("{n}@{taste}"));
                events::recommendations("cart", json!({"sessionId": "s", "itemIds": items}))
            }
            Self::Track => did(n, 1),
            Self::TrackTen => did(n, 10),
        }
    }

    /// Whether `answer` is what is to be measured: not a fallback, not an error, all there.
    pub(crate) fn is_full(self, answer: &[u8]) -> bool {
        let answer: Value = serde_json::from_slice(answer).unwrap_or_default();
        match self {
            Self::Kept => is_described(&answer, "CACHE"),
            Self::KnownProducts | Self::NewProducts | Self::Cart => {
                is_described(&answer, "PERSONALIZE")
            }
            Self::Track => answer["accepted"] == 1,
            Self::TrackTen => answer["accepted"] == 10,
        }
    }
}

/// `count` views of the `n`th customer.
fn did(n: u32, count: usize) -> Bytes {
    let view = |item| {
        json!({
            "eventType": "view", "itemId": format!("i{item}"), "recommendationId": "RID-bench",
            "placement": "home",
        })
    };
    let views: Vec<Value> = (0..count).map(view).collect();
    events::track(&format!("t{n}"), &views.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_rejected_does_not_count() {
        let of = |accepted| json!({"accepted": accepted}).to_string();
        assert!(Scenario::TrackTen.is_full(of(10).as_bytes()));
        assert!(!Scenario::TrackTen.is_full(of(9).as_bytes()));
    }
}
