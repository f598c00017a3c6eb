//! An answer of the backend, whole.

use bytes::Bytes;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;

use crate::{error::BackendError, json};

/// What the backend answered, with a status of 200 to 299.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The body, no longer than the client's limit.
    pub body: Bytes,
    headers: HeaderMap,
}

/// A JSON document.
#[derive(Debug, Clone, PartialEq)]
pub struct Json {
    /// What it says.
    pub value: Value,
    /// Whether something in it was no valid text or number and was replaced: texts by U+FFFD, numbers
    /// by null.
    pub repaired: bool,
}

impl Answer {
    /// An answer with `headers`; those that HTTP does not allow are left out.
    #[must_use]
    pub fn new(status: u16, headers: &[(&str, &str)], body: impl Into<Bytes>) -> Self {
        let valid = |(name, value): &(&str, &str)| {
            let name = HeaderName::try_from(*name).ok()?;
            Some((name, HeaderValue::try_from(*value).ok()?))
        };
        Self {
            status,
            body: body.into(),
            headers: headers.iter().filter_map(valid).collect(),
        }
    }

    pub(crate) fn received(status: u16, headers: HeaderMap, body: Bytes) -> Self {
        Self {
            status,
            body,
            headers,
        }
    }

    /// The first header of that name, if it is text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Every header of that name that is text.
    pub fn headers<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> {
        let all = self.headers.get_all(name).into_iter();
        all.filter_map(|value| value.to_str().ok())
    }

    /// The body as JSON. Bytes that are no UTF-8 are repaired, not refused.
    ///
    /// # Errors
    /// [`BackendError::Unreadable`] when it is no JSON document.
    pub fn json(&self) -> Result<Json, BackendError> {
        json::parse(&self.body)
    }
}
