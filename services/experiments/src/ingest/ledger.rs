//! All that was counted, and how an event is: once, as an exposure when it is a unit's first, then as an
//! outcome. Users' events are remembered last, so that no exposure counts what came with it.
//!
//! Once it is known whose a session is, by an identification or an event of both, it is that user: what it
//! saw and did counts for the user, and so does what it does later, and what other sessions of the user do.

use std::collections::{BTreeMap, HashMap};

use experiment::definition::{Definitions, Experiment, Method, Status, UnitKind};
use serde::{Deserialize, Serialize};

use super::{
    DAY, hash,
    line::{Event, Identified},
    past::Past,
    people::{Deed, People},
    seen::Seen,
    sight::Sight,
    tally::Tally,
    unit::metrics,
};
use crate::{definition::hold_out::Comparison, store::drafts::Draft};

/// What was counted.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Ledger {
    /// By experiment, and that of the hold-out.
    pub(crate) tallies: BTreeMap<String, Tally>,
    past: Past,
    people: People,
    seen: Seen,
}

/// Blended answers by id.
pub(crate) type Drafted = HashMap<String, Draft>;

impl Ledger {
    /// Counts `event` by the definitions in force when it was received; without any it is only remembered.
    pub(crate) fn take(
        &mut self,
        event: &Event,
        definitions: Option<&Definitions>,
        drafts: &Drafted,
    ) {
        let nothing = Definitions::default();
        let definitions = definitions.unwrap_or(&nothing);
        let may_be_outcome = is_counted(definitions, &event.kind);
        if !self
            .seen
            .is_new(hash(&["event", &event.id]), may_be_outcome)
        {
            return;
        }
        let session = hash(&["session", &event.session]);
        let user = event.user.as_ref().map(|user| hash(&["user", user]));
        if let Some(user) = user {
            self.join(session, user, definitions);
        }
        let user = user.or_else(|| self.people.user(session));
        for experiment in running(definitions) {
            let unit = match experiment.unit {
                UnitKind::User => user,
                UnitKind::Session => Some(user.unwrap_or(session)),
            };
            let sight = Sight::of(experiment, definitions, event);
            if sight == Sight::Unclear {
                let tally = self.tallies.entry(experiment.id.clone()).or_default();
                tally.could_not_assign(unit);
            }
            if let Some(unit) = unit {
                self.count(experiment, (unit, sight.arm()), event, drafts);
            }
        }
        if let Some(comparison) = Comparison::of(definitions) {
            self.compare(&comparison, user.unwrap_or(session), event, drafts);
        }
        match user {
            Some(user) => self.remember(user, &Deed::from(event)),
            None if may_be_outcome => self.people.wait(session, event.into()),
            None => {}
        }
    }

    /// Counts that a session is a user, by the definitions in force when that was heard.
    pub(crate) fn identify(&mut self, known: &Identified, definitions: Option<&Definitions>) {
        let session = hash(&["session", &known.session]);
        let user = hash(&["user", &known.user]);
        let nothing = Definitions::default();
        self.join(session, user, definitions.unwrap_or(&nothing));
    }

    /// What the session saw and did is the user's, unless that was known.
    fn join(&mut self, session: u64, user: u64, definitions: &Definitions) {
        let Some(deeds) = self.people.identify(session, user) else {
            return;
        };
        let hold_out = Comparison::of(definitions).map(|comparison| comparison.experiment);
        for experiment in definitions.experiments.iter().chain(&hold_out) {
            let Some(tally) = self.tallies.get_mut(&experiment.id) else {
                continue;
            };
            // What came later the session's own unit has already.
            let exposed_at = tally.exposed_at(session).unwrap_or(i64::MAX);
            let earlier = deeds.iter().filter(|deed| deed.at < exposed_at);
            if experiment.method != Method::Interleaving {
                earlier.for_each(|deed| tally.outcome(experiment, user, deed));
            }
            tally.join(experiment, session, user);
        }
        deeds.iter().for_each(|deed| self.remember(user, deed));
    }

    fn remember(&mut self, user: u64, deed: &Deed) {
        self.past.add(user, &deed.kind, day(deed.at), deed.value);
    }

    /// Counts an event of a visitor who is held out, or one of the others.
    fn compare(&mut self, comparison: &Comparison<'_>, unit: u64, event: &Event, drafts: &Drafted) {
        // Like `recommend`, which knows no more than the request.
        let id = event.user.as_ref().unwrap_or(&event.session);
        let tally = self.tallies.get(&comparison.experiment.id);
        let is_known = tally.is_some_and(|tally| tally.exposed_at(unit).is_some());
        if is_known || comparison.counts(id) {
            let shown = event.shows_recommendations();
            let shown = shown.then(|| comparison.group(id));
            self.count(&comparison.experiment, (unit, shown), event, drafts);
        }
    }

    /// Counts an event of a unit, to which it has `shown` the arm with that index.
    fn count(
        &mut self,
        experiment: &Experiment,
        (unit, shown): (u64, Option<usize>),
        event: &Event,
        drafts: &Drafted,
    ) {
        let tally = self.tallies.entry(experiment.id.clone()).or_default();
        if let Some(arm) = shown {
            let before = || covariates(&self.past, experiment, unit, event.sent_at);
            tally.expose(experiment, unit, (arm, event.sent_at), before);
        }
        match experiment.method {
            Method::Interleaving => self.credit(experiment, unit, event, drafts),
            Method::Fixed | Method::Thompson => tally.outcome(experiment, unit, &event.into()),
        }
    }

    /// A point for the arm that placed the item; an item of an answer once.
    fn credit(&mut self, experiment: &Experiment, unit: u64, event: &Event, drafts: &Drafted) {
        let (Some(answer), Some(item)) = (&event.recommendation, &event.item) else {
            return;
        };
        let draft = drafts
            .get(answer)
            .filter(|draft| draft.experiment == experiment.id);
        let arm = draft.and_then(|draft| draft.arms.get(item));
        let arm = arm.and_then(|arm| experiment.arms.iter().position(|one| one.name == *arm));
        if event.kind == experiment.primary.event
            && let Some(arm) = arm
            && let Some(tally) = self.tallies.get_mut(&experiment.id)
            && self.seen.is_new(hash(&["point", answer, item]), true)
        {
            tally.point(unit, arm);
        }
    }
}

fn running(definitions: &Definitions) -> impl Iterator<Item = &Experiment> {
    let experiments = definitions.experiments.iter();
    experiments.filter(|one| one.status == Status::Running)
}

/// Whether events of this type are counted by what runs.
fn is_counted(definitions: &Definitions, kind: &str) -> bool {
    let hold_out = definitions.hold_out.as_ref();
    hold_out.is_some_and(|hold_out| hold_out.share > 0 && hold_out.event == kind)
        || running(definitions).any(|one| metrics(one).any(|metric| metric.event == kind))
}

/// What a unit did before; nothing of lists that are blended, whose clicks have no such thing.
fn covariates(past: &Past, experiment: &Experiment, unit: u64, at: i64) -> Box<[f64]> {
    let before = metrics(experiment).map(|metric| match experiment.unit {
        // What a session did before is another session's.
        UnitKind::Session => 0.0,
        UnitKind::User => past.metric(unit, &metric.event, metric.measure, day(at)),
    });
    match experiment.method {
        Method::Interleaving => Box::default(),
        Method::Fixed | Method::Thompson => before.collect(),
    }
}

fn day(at: i64) -> u16 {
    u16::try_from(at / DAY).unwrap_or(0)
}

#[cfg(test)]
pub(crate) mod tests;
