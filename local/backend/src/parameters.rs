//! The parameters of a query string: each known, each at most once.

use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use jiff::Timestamp;

use crate::answer::Refusal;

/// The parameter that can carry the token.
pub(crate) const API_KEY: &str = "api_key";

/// Names and values as they came.
#[derive(Debug, Default)]
pub(crate) struct Parameters(Vec<(String, String)>);

impl<S: Send + Sync> FromRequestParts<S> for Parameters {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        Query::try_from_uri(&parts.uri)
            .map(|Query(mut pairs): Query<Vec<(String, String)>>| {
                // A credential, which was looked at before.
                pairs.retain(|(name, _)| name != API_KEY);
                Self(pairs)
            })
            .map_err(|error| Refusal::bad(format!("the query string cannot be read: {error}")))
    }
}

impl Parameters {
    /// Takes a parameter out.
    ///
    /// # Errors
    /// When it is there twice.
    pub(crate) fn take(&mut self, name: &str) -> Result<Option<String>, Refusal> {
        let Some(place) = self.0.iter().position(|(given, _)| given == name) else {
            return Ok(None);
        };
        let (_, value) = self.0.remove(place);
        if self.0.iter().any(|(given, _)| given == name) {
            return Err(Refusal::bad(format!("the parameter {name} is given twice")));
        }
        Ok(Some(value))
    }

    /// Takes all parameters of a name out.
    pub(crate) fn take_all(&mut self, name: &str) -> Vec<String> {
        let found = self.0.extract_if(.., |(given, _)| given == name);
        found.map(|(_, value)| value).collect()
    }

    /// The parameters that are left.
    pub(crate) fn pairs(&self) -> &[(String, String)] {
        &self.0
    }

    /// Takes a whole number of `range` out, `default` when it is not there.
    pub(crate) fn number(
        &mut self,
        name: &str,
        default: u64,
        range: std::ops::RangeInclusive<u64>,
    ) -> Result<u64, Refusal> {
        let Some(text) = self.take(name)? else {
            return Ok(default);
        };
        let number = text.parse().ok().filter(|number| range.contains(number));
        number.ok_or_else(|| {
            let (first, last) = (range.start(), range.end());
            Refusal::bad(format!(
                "{name} must be a whole number from {first} to {last}"
            ))
        })
    }

    /// Takes an RFC 3339 time out, in epoch milliseconds.
    pub(crate) fn time(&mut self, name: &str) -> Result<Option<i64>, Refusal> {
        let text = self.take(name)?;
        text.map(|text| milliseconds(name, &text)).transpose()
    }

    /// Takes the next parameter out, whatever it is.
    pub(crate) fn next(&mut self) -> Option<(String, String)> {
        self.0.pop()
    }

    /// # Errors
    /// When something is left that nobody asked for.
    pub(crate) fn end(mut self) -> Result<(), Refusal> {
        match self.next() {
            Some((name, _)) => Err(Refusal::bad(format!(
                "there is no parameter {}",
                cited(&name)
            ))),
            None => Ok(()),
        }
    }
}

/// The epoch milliseconds of an RFC 3339 time.
///
/// # Errors
/// When it is none.
pub(crate) fn milliseconds(name: &str, text: &str) -> Result<i64, Refusal> {
    let time: Result<Timestamp, _> = text.parse();
    time.map(Timestamp::as_millisecond).map_err(|_| {
        Refusal::bad(format!(
            "{name} must be a time such as 2026-01-31T12:00:00Z, not {}",
            cited(text)
        ))
    })
}

/// Text of a request as a message repeats it: not all of it when it is long.
pub(crate) fn cited(text: &str) -> String {
    let short: String = text.chars().take(60).collect();
    format!("{short:?}")
}
