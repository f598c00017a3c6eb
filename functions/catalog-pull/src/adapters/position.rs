//! Positions of adapters as JSON: kept by one release, perhaps read by the next.

use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::adapter::{AdapterError, Position};

/// `place` as a position. Adapters' places are texts and numbers, which are always JSON.
pub(super) fn keep<T: Serialize>(place: &T) -> Position {
    Position(serde_json::to_value(place).unwrap_or_default())
}

/// The place in a position. The error names its members only: a value may be a signed URL.
pub(super) fn place<T: DeserializeOwned>(position: &Position) -> Result<T, AdapterError> {
    serde_json::from_value(position.0.clone()).map_err(|_| {
        let members = position.0.as_object().into_iter().flatten();
        AdapterError::Position(
            members
                .map(|(name, _)| Value::from(name.as_str()))
                .collect(),
        )
    })
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::json;

    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Place {
        after: u64,
    }

    #[test]
    fn a_place_comes_back_and_another_s_is_refused_without_its_values() {
        assert_eq!(
            place::<Place>(&keep(&Place { after: 7 })).unwrap(),
            Place { after: 7 }
        );
        let other = Position(json!({"url": "https://files.example/a?signature=secret"}));
        let message = place::<Place>(&other).unwrap_err().to_string();
        assert!(
            message.contains("url") && !message.contains("secret"),
            "{message}"
        );
    }
}
