//! Personalize: the same items for everybody of a taste, in an order of their own.

use serde_json::{Value, json};

/// The answer to GetRecommendations. Who is asked about is named `NAME@TASTE`, or `TASTE` alone.
pub(super) fn recommendations(question: &Value) -> Value {
    let about = question["itemId"].as_str().or(question["userId"].as_str());
    let about = about.unwrap_or_default();
    let taste = about.rsplit_once('@').map_or(about, |(_, taste)| taste);
    let results = question["numResults"].as_u64().unwrap_or(25);
    let item = |n: u64| json!({"itemId": format!("{taste}-{n:03}"), "score": 1.0 / (n + 2) as f64});
    let items: Vec<Value> = (0..results).map(item).collect();
    json!({"recommendationId": "RID-bench", "itemList": items})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_of_one_taste_are_recommended_the_same() {
        let ask = |user: &str| {
            recommendations(&json!({"userId": user, "numResults": 2}))["itemList"].clone()
        };
        assert_eq!(ask("1@a"), ask("2@a"));
        assert_ne!(ask("1@a"), ask("1@b"));
        assert_eq!(ask("1")[1]["itemId"], "1-001");
    }
}
