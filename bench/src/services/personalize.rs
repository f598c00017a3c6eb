//! Personalize: the same items for everybody of a taste, in an order of their own.

use std::fmt::Write;

use serde::Deserialize;

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Question<'a> {
    user_id: Option<&'a str>,
    item_id: Option<&'a str>,
    num_results: Option<u32>,
}

/// The answer to GetRecommendations. Who is asked about is named `NAME@TASTE`, or `TASTE` alone.
pub(super) fn recommendations(question: &[u8]) -> String {
    let question: Question<'_> = serde_json::from_slice(question).unwrap_or_default();
    let about = question.item_id.or(question.user_id).unwrap_or_default();
    let taste = about.rsplit_once('@').map_or(about, |(_, taste)| taste);
    let mut answer = r#"{"recommendationId": "RID-bench", "itemList": ["#.to_owned();
    for n in 0..question.num_results.unwrap_or(25) {
        let comma = if n > 0 { "," } else { "" };
        let score = 1.0 / f64::from(n + 2);
        let _ = write!(
            answer,
            r#"{comma}{{"itemId": "{taste}-{n:03}", "score": {score}}}"#
        );
    }
    answer.push_str("]}");
    answer
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn those_of_one_taste_are_recommended_the_same() {
        let ask = |user: &str| {
            let question = json!({"userId": user, "numResults": 2}).to_string();
            let answer: Value =
                serde_json::from_str(&recommendations(question.as_bytes())).unwrap();
            answer["itemList"].clone()
        };
        assert_eq!(ask("1@a"), ask("2@a"));
        assert_ne!(ask("1@a"), ask("1@b"));
        assert_eq!(ask("1")[1]["itemId"], "1-001");
    }
}
