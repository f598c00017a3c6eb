//! The situation a request comes from: what the caller says of it, and what the headers and the clock
//! say for those who say nothing.
//!
//! AppSync stands behind CloudFront, which adds `CloudFront-Viewer-Country` and
//! `CloudFront-Is-…-Viewer` (CloudFront developer guide, "Add CloudFront request headers").

use std::collections::BTreeMap;

use jiff::{Timestamp, Zoned, civil::Weekday, tz::TimeZone};
use serde::Deserialize;
use shared::config::{ContextKey, Hemisphere, Serving};

use crate::{error::RequestError, event::HttpRequest};

const MAX_CHARACTERS: usize = 64;

/// GraphQL's `ContextInput`: what the caller knows better.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct ContextInput {
    device: Option<String>,
    country: Option<String>,
    market: Option<String>,
    channel: Option<String>,
}

/// The parts of the context that are known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Situation(BTreeMap<ContextKey, String>);

impl Situation {
    /// The situation of a request at `now`.
    pub(crate) fn new(
        said: ContextInput,
        request: &HttpRequest,
        serving: &Serving,
        now: Timestamp,
    ) -> Result<Self, RequestError> {
        let mut known = BTreeMap::new();
        known.extend(device(request).map(|device| (ContextKey::Device, device.to_owned())));
        known.extend(country(request).map(|country| (ContextKey::Country, country)));
        known.extend(times(serving, now));
        for (key, value) in [
            (ContextKey::Device, said.device),
            (ContextKey::Country, said.country),
            (ContextKey::Market, said.market),
            (ContextKey::Channel, said.channel),
        ] {
            if let Some(value) = value {
                known.insert(key, sound(key, value)?);
            }
        }
        Ok(Self(known))
    }

    /// What is known of `key`.
    pub(crate) fn get(&self, key: ContextKey) -> Option<&str> {
        self.0.get(&key).map(String::as_str)
    }

    /// All that is known, by name.
    pub(crate) fn names(&self) -> BTreeMap<&'static str, &str> {
        let known = self.0.iter();
        known
            .map(|(key, value)| (key.name(), value.as_str()))
            .collect()
    }

    /// Whether it is one of those in `when`: of each part named, one of the values.
    pub(crate) fn is(&self, when: &BTreeMap<ContextKey, Vec<String>>) -> bool {
        when.iter().all(|(key, values)| {
            let known = self.get(*key);
            known.is_some_and(|known| values.iter().any(|value| value == known))
        })
    }
}

#[cfg(test)]
impl<const N: usize> From<[(ContextKey, &str); N]> for Situation {
    fn from(known: [(ContextKey, &str); N]) -> Self {
        Self(known.map(|(key, value)| (key, value.to_owned())).into())
    }
}

fn sound(key: ContextKey, value: String) -> Result<String, RequestError> {
    let characters = value.chars().count();
    if !(1..=MAX_CHARACTERS).contains(&characters) || value.contains(['"', '\\']) {
        return Err(RequestError::Context(key.name()));
    }
    Ok(value)
}

/// What CloudFront found out, else the little that is sure from the browser's own words.
fn device(request: &HttpRequest) -> Option<&'static str> {
    let is = |kind| request.header(kind) == Some("true");
    // A tablet is a mobile too.
    let viewers = [
        ("cloudfront-is-tablet-viewer", "tablet"),
        ("cloudfront-is-smarttv-viewer", "tv"),
        ("cloudfront-is-mobile-viewer", "mobile"),
        ("cloudfront-is-desktop-viewer", "desktop"),
    ];
    if let Some((_, device)) = viewers.into_iter().find(|(header, _)| is(header)) {
        return Some(device);
    }
    let agent = request.header("user-agent")?;
    let browser = agent.starts_with("Mozilla/");
    match agent {
        _ if !browser => None,
        _ if agent.contains("iPad") || agent.contains("Tablet") => Some("tablet"),
        _ if agent.contains("Mobi") => Some("mobile"),
        // Android's own rule: a browser on a tablet leaves `Mobile` out.
        _ if agent.contains("Android") => Some("tablet"),
        _ => Some("desktop"),
    }
}

fn country(request: &HttpRequest) -> Option<String> {
    let code = request.header("cloudfront-viewer-country")?;
    let letters = code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_alphabetic());
    letters.then(|| code.to_ascii_uppercase())
}

fn times(serving: &Serving, now: Timestamp) -> [(ContextKey, String); 3] {
    // The configuration was found sound, time zone and all.
    let zone = TimeZone::get(&serving.time_zone).unwrap_or(TimeZone::UTC);
    let now = now.to_zoned(zone);
    [
        (ContextKey::Hour, now.hour().to_string()),
        (ContextKey::Weekday, weekday(&now).to_owned()),
        (
            ContextKey::Season,
            season(&now, serving.hemisphere).to_owned(),
        ),
    ]
}

fn weekday(now: &Zoned) -> &'static str {
    match now.weekday() {
        Weekday::Monday => "monday",
        Weekday::Tuesday => "tuesday",
        Weekday::Wednesday => "wednesday",
        Weekday::Thursday => "thursday",
        Weekday::Friday => "friday",
        Weekday::Saturday => "saturday",
        Weekday::Sunday => "sunday",
    }
}

/// The meteorological season: three whole months each.
fn season(now: &Zoned, hemisphere: Hemisphere) -> &'static str {
    const SEASONS: [&str; 4] = ["winter", "spring", "summer", "autumn"];
    let quarter = usize::from(now.month().unsigned_abs()) % 12 / 3;
    match hemisphere {
        Hemisphere::Northern => SEASONS[quarter],
        Hemisphere::Southern => SEASONS[(quarter + 2) % 4],
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::event::Event;

    fn request(headers: &Value) -> HttpRequest {
        let event: Event =
            serde_json::from_value(json!({"request": {"headers": headers}})).unwrap();
        event.request
    }

    fn situation(said: Value, headers: &Value, serving: &Serving, now: &str) -> Situation {
        let said = serde_json::from_value(said).unwrap();
        Situation::new(said, &request(headers), serving, now.parse().unwrap()).unwrap()
    }

    #[test]
    fn headers_and_the_shop_s_clock_say_what_the_caller_does_not() {
        let serving = Serving {
            time_zone: "Australia/Sydney".into(),
            hemisphere: Hemisphere::Southern,
            ..Serving::default()
        };
        let headers = json!({
            "cloudfront-viewer-country": "au", "cloudfront-is-mobile-viewer": "true",
            "cloudfront-is-tablet-viewer": "false",
        });
        let known = situation(
            json!({"channel": "app"}),
            &headers,
            &serving,
            "2026-12-31T14:00:00Z",
        );
        assert_eq!(
            known.names(),
            BTreeMap::from([
                ("channel", "app"),
                ("country", "AU"),
                ("device", "mobile"),
                ("hour", "1"),
                ("season", "summer"),
                ("weekday", "friday"),
            ])
        );
    }

    #[test]
    fn what_the_caller_says_comes_first() {
        let headers = json!({"cloudfront-viewer-country": "AU"});
        let known = situation(
            json!({"country": "NZ"}),
            &headers,
            &Serving::default(),
            "2026-03-01T00:00:00Z",
        );
        assert_eq!(known.get(ContextKey::Country), Some("NZ"));
        assert_eq!(known.get(ContextKey::Season), Some("spring"));
        assert_eq!(known.get(ContextKey::Market), None);
    }

    #[test]
    fn browsers_say_what_they_run_on_and_others_nothing() {
        let device = |agent: &str| device(&request(&json!({ "user-agent": agent })));
        assert_eq!(device("Mozilla/5.0 (X11; Linux x86_64)"), Some("desktop"));
        assert_eq!(device("Mozilla/5.0 (iPhone) Mobile/1"), Some("mobile"));
        assert_eq!(device("Mozilla/5.0 (Linux; Android 14)"), Some("tablet"));
        assert_eq!(device("okhttp/4.9"), None);
    }

    #[test]
    fn a_value_that_could_end_a_string_is_refused() {
        for country in ["", "a\"b", &"x".repeat(65)] {
            let said = serde_json::from_value(json!({ "country": country })).unwrap();
            let refused = Situation::new(
                said,
                &HttpRequest::default(),
                &Serving::default(),
                Timestamp::UNIX_EPOCH,
            );
            assert_eq!(refused, Err(RequestError::Context("country")));
        }
    }

    #[test]
    fn a_situation_is_one_of_those_named() {
        let known = Situation::from([(ContextKey::Device, "mobile"), (ContextKey::Country, "DE")]);
        let when = |parts: &[(ContextKey, &[&str])]| {
            let values = |values: &[&str]| values.iter().map(|v| (*v).to_owned()).collect();
            known.is(&parts.iter().map(|(key, all)| (*key, values(all))).collect())
        };
        assert!(when(&[]));
        assert!(when(&[(ContextKey::Country, &["FR", "DE"])]));
        assert!(!when(&[
            (ContextKey::Country, &["DE"]),
            (ContextKey::Device, &["tv"])
        ]));
        assert!(!when(&[(ContextKey::Market, &["eu"])]));
    }
}
