//! Arms: the variants of an experiment and what each changes.

use serde::{Deserialize, Serialize};

/// A variant of an experiment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Arm {
    /// Unique in its experiment.
    pub name: String,
    /// Its share of the units, relative to the weights of the others.
    pub weight: u32,
    /// Whether the others are compared with it; exactly one arm is.
    #[serde(default)]
    pub control: bool,
    /// Whether it was stopped. Its buckets stay its own, so that no other unit moves; who is in them sees
    /// the control, and is not counted as new: with them the control would have more of the later days
    /// than the arms that it is compared with. The control is never stopped.
    #[serde(default)]
    pub stopped: bool,
    /// What it changes; the control may change nothing.
    #[serde(default)]
    pub change: Change,
}

/// What replaces a placement's settings.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Change {
    /// The campaign asked instead, by name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub campaign: Option<String>,
    /// The filter applied instead, by name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<String>,
    /// The strategy used instead, as a placement writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strategy: Option<String>,
}

impl Arm {
    /// Whether units are still given to it.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.weight > 0 && !self.stopped
    }
}

impl Change {
    /// This change, and for settings that it leaves alone the other's.
    #[must_use]
    pub fn or(&self, other: &Self) -> Self {
        Self {
            campaign: self.campaign.clone().or_else(|| other.campaign.clone()),
            filter: self.filter.clone().or_else(|| other.filter.clone()),
            strategy: self.strategy.clone().or_else(|| other.strategy.clone()),
        }
    }

    /// The names of the settings it changes.
    pub fn settings(&self) -> impl Iterator<Item = &'static str> {
        [
            self.campaign.as_ref().map(|_| "campaign"),
            self.filter.as_ref().map(|_| "filter"),
            self.strategy.as_ref().map(|_| "strategy"),
        ]
        .into_iter()
        .flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_change_of_a_setting_stays() {
        let first = Change {
            campaign: Some("a".to_owned()),
            ..Change::default()
        };
        let second = Change {
            campaign: Some("b".to_owned()),
            filter: Some("in-stock".to_owned()),
            ..Change::default()
        };
        let both = first.or(&second);
        assert_eq!(both.campaign.as_deref(), Some("a"));
        assert_eq!(both.settings().collect::<Vec<_>>(), ["campaign", "filter"]);
    }
}
