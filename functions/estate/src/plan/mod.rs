//! The plan: what is to be made, changed, replaced and deleted so that the world is as declared, what
//! stands against it, what it takes of the quotas, and what it costs. It is data: it can be shown,
//! stored, and compared with a later one.

mod cost;
mod generations;
mod judge;
mod make;
mod order;
mod quotas;
mod schema_change;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use shared::arn::Kind;

use crate::compare::Difference;

pub(crate) use cost::{Cost, Prices, PricesError};
pub(crate) use generations::Generations;
pub(crate) use judge::{Context, Known, version_to_serve};
pub(crate) use make::{Mode, plan};
pub(crate) use order::{is_ready_to_delete, needs};
pub(crate) use quotas::{Quotas, QuotasError, Used};

/// Twelve hexadecimal digits that tell texts apart.
fn mark(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    let bytes = digest.iter().take(6);
    bytes.map(|byte| format!("{byte:02x}")).collect()
}

/// What is done with a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Action {
    /// It is made.
    Create,
    /// It is there, and becomes the estate's.
    Adopt,
    /// It is changed in place.
    Update,
    /// Another takes its place.
    Replace,
    /// It goes.
    Delete,
}

/// One line of the plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Change {
    pub(crate) action: Action,
    pub(crate) kind: Kind,
    /// The stable name.
    pub(crate) name: String,
    pub(crate) differences: Vec<Difference>,
    /// Somebody changed it by hand since it was applied.
    pub(crate) by_hand: bool,
    /// Why, where the differences do not say it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
    /// What it adds to the costs of a month.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) monthly: Option<f64>,
}

impl Change {
    /// A change without differences.
    pub(crate) fn new(action: Action, kind: Kind, name: &str) -> Self {
        Self {
            action,
            kind,
            name: name.to_owned(),
            differences: Vec::new(),
            by_hand: false,
            reason: None,
            monthly: None,
        }
    }

    /// The same change with a reason.
    pub(crate) fn because(mut self, reason: impl Into<String>) -> Self {
        self.reason = Some(reason.into());
        self
    }

    /// Whether `later` is this change or what is left of it: what failed is deleted and then made.
    fn covers(&self, later: &Self) -> bool {
        let same = self.kind == later.kind && self.name == later.name;
        let left_of_it = match self.action {
            Action::Replace => matches!(later.action, Action::Create | Action::Replace),
            // It was made, and the call that made it did not live to say so.
            Action::Create => later.action == Action::Adopt,
            _ => false,
        };
        same && (left_of_it
            || self.action == later.action
                && later
                    .differences
                    .iter()
                    .all(|difference| self.differences.contains(difference)))
    }

    /// Whether nobody has to look at it before it is done: nothing goes, and nothing that was made
    /// by hand is undone.
    fn is_safe(&self) -> bool {
        let keeps = match self.action {
            Action::Create | Action::Adopt | Action::Update => true,
            // A new generation takes over; what failed, or only can go first, waits for a person.
            Action::Replace => self.reason.is_none(),
            Action::Delete => false,
        };
        keeps && !self.by_hand
    }
}

/// A resource that is not done and that nothing can be done for now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Waiting {
    pub(crate) kind: Kind,
    pub(crate) name: String,
    /// For what.
    pub(crate) because: String,
}

/// Something that stands against the plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Problem {
    pub(crate) kind: Kind,
    pub(crate) name: String,
    /// What is wrong, and the remedy.
    pub(crate) text: String,
}

/// The changes of a later look, by what a plan that was shown says of them.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Allowed<'a> {
    pub(crate) approved: Vec<&'a Change>,
    pub(crate) held: Vec<&'a Change>,
    pub(crate) unseen: Vec<&'a Change>,
}

/// Everything between the world and the declaration.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Plan {
    pub(crate) estate: String,
    /// Names what was declared: the same for the same declaration.
    #[serde(default)]
    pub(crate) declaration: String,
    pub(crate) changes: Vec<Change>,
    /// Changes that wait for somebody to look at them.
    #[serde(default)]
    pub(crate) held: Vec<Change>,
    /// What Personalize works at now.
    pub(crate) coming: Vec<Waiting>,
    /// What comes later, by another workflow.
    pub(crate) waiting: Vec<Waiting>,
    /// What is in the dataset group, and neither declared nor ours.
    pub(crate) strangers: Vec<Waiting>,
    pub(crate) problems: Vec<Problem>,
    pub(crate) quotas: Vec<Used>,
    pub(crate) cost: Cost,
}

impl Plan {
    /// Names these changes of this estate: the same for the same plan, at whatever time and prices.
    pub(crate) fn id(&self) -> String {
        let unpriced = |change: &Change| Change {
            monthly: None,
            ..change.clone()
        };
        let changes: Vec<Change> = self.changes.iter().map(unpriced).collect();
        let held: Vec<Change> = self.held.iter().map(unpriced).collect();
        let parts = [self.estate.as_str(), &self.declaration];
        mark(&serde_json::json!([parts, changes, held]).to_string())
    }

    /// Whether nothing is to be done.
    pub(crate) fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.held.is_empty()
    }

    /// Sets aside everything.
    pub(crate) fn hold_all(&mut self) {
        self.held.append(&mut self.changes);
    }

    /// Sets aside what an unattended run must not do.
    pub(crate) fn hold_unsafe(&mut self) {
        let (safe, held) = std::mem::take(&mut self.changes)
            .into_iter()
            .partition(Change::is_safe);
        self.changes = safe;
        self.held.extend::<Vec<Change>>(held);
    }

    /// What of `now` this plan, which was shown, allows; what it set aside; and what was never shown.
    pub(crate) fn allowed<'a>(&self, now: &'a Self) -> Allowed<'a> {
        let mut allowed = Allowed::default();
        for change in &now.changes {
            if self.changes.iter().any(|shown| shown.covers(change)) {
                allowed.approved.push(change);
            } else if self.held.iter().any(|held| held.covers(change)) {
                allowed.held.push(change);
            } else {
                allowed.unseen.push(change);
            }
        }
        allowed
    }

    /// Whether this plan makes, or changes, the resource of `change`.
    pub(crate) fn touches(&self, change: &Change) -> bool {
        let mut all = self.changes.iter();
        all.any(|one| one.kind == change.kind && one.name == change.name)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn update(by_hand: bool, to: u32) -> Change {
        Change {
            differences: vec![Difference {
                field: "minProvisionedTPS".to_owned(),
                from: json!(1),
                to: json!(to),
                by_hand,
            }],
            by_hand,
            ..Change::new(Action::Update, Kind::Campaign, "home")
        }
    }

    fn plan(changes: Vec<Change>) -> Plan {
        Plan {
            changes,
            ..Plan::default()
        }
    }

    #[test]
    fn only_what_was_shown_is_approved() {
        let shown = plan(vec![
            update(false, 2),
            Change::new(Action::Create, Kind::Filter, "f"),
        ]);
        let less = plan(vec![update(false, 2)]);
        assert_eq!(shown.allowed(&less).approved.len(), 1);
        let other = plan(vec![update(false, 3)]);
        assert_eq!(shown.allowed(&other).unseen, [&update(false, 3)]);
        assert_ne!(shown.id(), less.id());
    }

    #[test]
    fn what_is_left_of_a_replacement_is_approved() {
        let shown = plan(vec![Change::new(Action::Replace, Kind::Filter, "f")]);
        let left = plan(vec![Change::new(Action::Create, Kind::Filter, "f")]);
        assert!(shown.allowed(&left).unseen.is_empty());
        assert!(!left.allowed(&shown).unseen.is_empty());
        let adopted = plan(vec![Change::new(Action::Adopt, Kind::Filter, "f")]);
        assert!(left.allowed(&adopted).unseen.is_empty());
    }

    #[test]
    fn an_unattended_run_undoes_nothing_and_deletes_nothing() {
        let mut unattended = plan(vec![
            update(true, 2),
            update(false, 2),
            Change::new(Action::Delete, Kind::Filter, "f"),
            Change::new(Action::Replace, Kind::Filter, "g").because("it failed"),
            Change::new(Action::Replace, Kind::Filter, "h"),
        ]);
        unattended.hold_unsafe();
        assert_eq!((unattended.changes.len(), unattended.held.len()), (2, 3));
        let everything = plan([unattended.changes.clone(), unattended.held.clone()].concat());
        let allowed = unattended.allowed(&everything);
        assert_eq!((allowed.approved.len(), allowed.held.len()), (2, 3));
    }
}
