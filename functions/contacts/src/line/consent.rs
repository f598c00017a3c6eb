//! What a line says of a channel: `true`, or when and where it was said.

use jiff::Timestamp;
use messages::{Channel, Consent};
use serde::Deserialize;

use super::{File, Reason, Said};

/// Seconds that a clock may be ahead.
const AHEAD: i64 = 300;

/// As it is in a line.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Given {
    /// Without more.
    Bare(bool),
    /// With what proves it.
    Proven(Proven),
}

/// With what proves it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Proven {
    given: bool,
    source: Option<String>,
    at: Option<At>,
}

/// A time.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum At {
    /// In epoch seconds.
    Seconds(i64),
    /// As `2026-11-30T08:00:00Z`.
    Text(Timestamp),
}

impl Given {
    /// Adds to `said` what this says of `channel`, in `file`. Who agreed at no time that is known may have
    /// refused since: that is assumed only.
    pub(super) fn say(self, channel: Channel, file: &File, said: &mut Said) -> Result<(), Reason> {
        let (given, source, at) = match self {
            Self::Bare(given) => (given, None, None),
            Self::Proven(proven) => (proven.given, proven.source, proven.at),
        };
        let is_assumed = given && at.is_none();
        let at = match at {
            None => file.at,
            Some(At::Seconds(at)) => at,
            Some(At::Text(at)) => at.as_second(),
        };
        // One from the future would stand against everything that is said until then.
        if !(0..=file.now + AHEAD).contains(&at) {
            return Err("consents: `at` is in the future, or no time in epoch seconds".to_owned());
        }
        let consent = Consent {
            given,
            source: source.unwrap_or_else(|| file.source.clone()),
            // A clock that is ahead says nothing of later than the file was written.
            at: at.min(file.at),
        };
        match is_assumed {
            true => said.assumed.push((channel, consent)),
            false => said.consents.push((channel, consent)),
        }
        Ok(())
    }
}
