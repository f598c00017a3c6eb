//! Where a page ended, as text that means nothing to those who hand it back.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use rusqlite::types::Value;
use serde::{Deserialize, Serialize};

use crate::answer::Refusal;

/// The position before a page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Cursor {
    /// Table and column whose order the pages are in: a cursor fits only the request it is from.
    #[serde(rename = "o")]
    pub(super) order: String,
    /// The last row's place in that order; none before the first row.
    #[serde(rename = "a")]
    pub(super) after: Option<(Key, i64)>,
    /// Rows that may still come, when the request limits them.
    #[serde(rename = "l")]
    pub(super) left: Option<u64>,
    /// The page's number, from 1.
    #[serde(rename = "p")]
    pub(super) page: u64,
    /// Whether the page was served before, as a fault asks for.
    #[serde(rename = "r", default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) repeated: bool,
}

/// The value of the column that gives the order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum Key {
    Number(i64),
    Text(String),
}

impl From<Key> for Value {
    fn from(key: Key) -> Self {
        match key {
            Key::Number(number) => Self::Integer(number),
            Key::Text(text) => Self::Text(text),
        }
    }
}

impl Cursor {
    pub(super) fn encode(&self) -> Result<String, Refusal> {
        let json = serde_json::to_vec(self).map_err(|error| Refusal::internal(&error))?;
        Ok(BASE64_URL_SAFE_NO_PAD.encode(json))
    }

    /// Reads a cursor that is to be of the given order.
    pub(super) fn decode(text: &str, order: &str) -> Result<Self, Refusal> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).ok();
        let cursor: Option<Self> = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        match cursor {
            Some(cursor) if cursor.order == order => Ok(cursor),
            Some(_) => Err(Refusal::bad(
                "the cursor is of a request for another table or with another range; begin without it",
            )),
            None => Err(Refusal::bad(
                "the cursor is none of this shop; begin without it",
            )),
        }
    }
}
