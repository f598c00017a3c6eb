//! The three services that send.

use serde::{Deserialize, Serialize};

/// A service that sends, by its name in `/_messaging/faults`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Api {
    /// Emails: SES v2.
    Ses,
    /// Texts: SMS Voice v2.
    Sms,
    /// Push notifications: Pinpoint.
    Pinpoint,
}

impl Api {
    /// What its answers are; without one, those of the control API.
    pub(crate) fn content_type(api: Option<Self>) -> &'static str {
        match api {
            Some(Self::Sms) => "application/x-amz-json-1.0",
            _ => "application/json",
        }
    }
}
