//! What was decided about each resource, and why: for the answer, the log and the metrics.

use serde::Serialize;
use shared::{
    arn::Kind,
    metrics::{self, Unit},
};

/// What became of a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Decision {
    /// Its rate is going up.
    Raised,
    /// Its rate is going down.
    Lowered,
    /// Its rate stays.
    Kept,
    /// It is stopped or deleted.
    ShutDown,
    /// It is not there, not ACTIVE, or being changed.
    LeftAlone,
}

/// One resource of the answer.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Adjusted {
    pub(crate) kind: Kind,
    pub(crate) name: String,
    pub(crate) decision: Decision,
    /// Requests a second that are paid for, before a change.
    pub(crate) rate: Option<u32>,
    /// What the traffic and the calendar ask for.
    pub(crate) target: Option<u32>,
    /// How long nobody has asked, once that is `idle.after` or longer.
    pub(crate) idle_hours: Option<f64>,
    /// For a person.
    pub(crate) reason: String,
}

impl Adjusted {
    /// One that nothing is known of.
    pub(crate) fn left_alone(kind: Kind, name: &str, reason: String) -> Self {
        Self {
            kind,
            name: name.to_owned(),
            decision: Decision::LeftAlone,
            rate: None,
            target: None,
            idle_hours: None,
            reason,
        }
    }

    /// Writes the log line and the metrics.
    pub(crate) fn tell(&self) {
        let resource = format!("{}/{}", self.kind, self.name);
        tracing::info!(resource, decision = ?self.decision, reason = self.reason, "capacity");
        let event = match self.decision {
            Decision::Raised => Some("Raised"),
            Decision::Lowered => Some("Lowered"),
            Decision::ShutDown => Some("ShutDown"),
            Decision::Kept | Decision::LeftAlone => None,
        };
        let target = self.target.map(f64::from);
        let data: Vec<_> = [
            target.map(|target| ("TargetTps", Unit::None, target)),
            self.idle_hours
                .map(|hours| ("IdleHours", Unit::None, hours)),
            event.map(|event| (event, Unit::Count, 1.0)),
        ]
        .into_iter()
        .flatten()
        .collect();
        if !data.is_empty() {
            metrics::emit("capacity", &[("resource", &resource)], &data);
        }
    }
}
