//! One campaign.

use jiff::SignedDuration;
use serde::Deserialize;

use super::{Audience, Channel, MessageCap, QuietHours};

/// A message with recommendations to many people.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MessageCampaign {
    /// Its name: 1 to 40 of `a` to `z`, digits and hyphens.
    pub name: String,
    /// Whom it is for.
    pub audience: Audience,
    /// When it is sent: `cron(...)`, `rate(...)`, or once with `at(2026-12-24T09:00:00)`, as EventBridge
    /// Scheduler takes them. Without one it is started by hand.
    pub schedule: Option<String>,
    /// The time zone of the schedule (IANA name); UTC without one.
    pub schedule_time_zone: Option<String>,
    /// The placement that fills it: its strategy, campaign, filter and experiments.
    pub placement: String,
    /// Where its recommendations come from.
    #[serde(default)]
    pub recommendations: Fill,
    /// Products in a message: 1 to 20.
    #[serde(default = "four")]
    pub items: usize,
    /// With fewer than this many it is not sent.
    #[serde(default = "one")]
    pub min_items: usize,
    /// The channels, the preferred one first: a person gets the message by the first that they have, agreed
    /// to and are not suppressed on.
    pub channels: Vec<Channel>,
    /// The folder under `config/templates/` in the data bucket; the campaign's name without one.
    pub template: Option<String>,
    /// When it sends nothing, in place of those of all messages.
    pub quiet_hours: Option<QuietHours>,
    /// A cap of its own, beside that of all messages.
    pub cap: Option<MessageCap>,
    /// Per cent of the audience who get nothing, so that what the campaign brings can be counted: 0 to 50.
    #[serde(default)]
    pub hold_out: u32,
    /// Hours after which a person whose quiet hours or cap kept the message back does not get it any more:
    /// 1 to 72.
    #[serde(default = "day")]
    pub valid_hours: u32,
}

impl MessageCampaign {
    /// The time between two runs, when its schedule is a `rate`.
    #[must_use]
    pub fn rate(&self) -> Option<SignedDuration> {
        let schedule = self.schedule.as_deref()?;
        let (number, unit) = schedule
            .strip_prefix("rate(")?
            .strip_suffix(')')?
            .split_once(' ')?;
        let seconds = match unit.trim().strip_suffix('s').unwrap_or(unit.trim()) {
            "minute" => 60,
            "hour" => 3_600,
            "day" => 86_400,
            _ => return None,
        };
        let number: i64 = number.trim().parse().ok()?;
        number.checked_mul(seconds).map(SignedDuration::from_secs)
    }

    /// The folder of its template.
    #[must_use]
    pub fn template(&self) -> &str {
        self.template.as_deref().unwrap_or(&self.name)
    }
}

/// Where recommendations come from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fill {
    /// Personalize is asked for each person when the message is made.
    #[default]
    Live,
    /// The ready-made lists that a batch job of kind `recommendations` left for each user.
    Batch,
}

fn four() -> usize {
    4
}

fn one() -> usize {
    1
}

fn day() -> u32 {
    24
}
