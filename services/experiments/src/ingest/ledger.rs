//! All that was counted, and how an event is: once, as an exposure when it is a unit's first, then as an
//! outcome. Users' events are remembered last, so that no exposure counts what came with it.

use std::collections::{BTreeMap, HashMap};

use experiment::{
    assign::{Choice, Visitor, assign},
    definition::{Definitions, Experiment, Method, Status, UnitKind},
};
use serde::{Deserialize, Serialize};

use super::{DAY, hash, line::Event, past::Past, seen::Seen, tally};
use crate::{ingest::tally::Tally, store::drafts::Draft};

/// What was counted.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Ledger {
    /// By experiment.
    pub(crate) tallies: BTreeMap<String, Tally>,
    past: Past,
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
        if !self.seen.is_new(hash(&["event", &event.id])) {
            return;
        }
        let experiments = definitions.iter().flat_map(|known| &known.experiments);
        for experiment in experiments.filter(|one| one.status == Status::Running) {
            let Some(unit) = unit(experiment, event) else {
                continue;
            };
            let key = hash(&["unit", unit]);
            if let Some(definitions) = definitions {
                self.expose(definitions, experiment, key, event);
            }
            match experiment.method {
                Method::Interleaving => self.credit(experiment, key, event, drafts),
                Method::Fixed | Method::Thompson => {
                    let of = (event.kind.as_str(), event.value, event.sent_at);
                    if let Some(tally) = self.tallies.get_mut(&experiment.id) {
                        tally.outcome(experiment, key, of);
                    }
                }
            }
        }
        if let Some(user) = &event.user {
            let user = hash(&["unit", user]);
            self.past
                .add(user, &event.kind, day(event.sent_at), event.value);
        }
    }

    fn expose(
        &mut self,
        definitions: &Definitions,
        experiment: &Experiment,
        unit: u64,
        event: &Event,
    ) {
        let tally = self.tallies.entry(experiment.id.clone()).or_default();
        if tally.is_settled(unit) || !event.shows(&experiment.placements) {
            return;
        }
        let Some(arm) = arm(definitions, experiment, event) else {
            return;
        };
        let covariates = match (experiment.method, experiment.unit) {
            (Method::Interleaving, _) => Box::default(),
            // What a session did before is another session's.
            (_, UnitKind::Session) => vec![0.0; tally::metrics(experiment).count()].into(),
            (_, UnitKind::User) => {
                let today = day(event.sent_at);
                let metrics = tally::metrics(experiment);
                let before = metrics
                    .map(|metric| self.past.metric(unit, &metric.event, metric.measure, today));
                before.collect()
            }
        };
        tally.expose(experiment, unit, (arm, event.sent_at), covariates);
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
            && self.seen.is_new(hash(&["point", answer, item]))
        {
            tally.point(unit, arm);
        }
    }
}

fn unit<'a>(experiment: &Experiment, event: &'a Event) -> Option<&'a str> {
    match experiment.unit {
        UnitKind::User => event.user.as_deref(),
        UnitKind::Session => Some(&event.session),
    }
}

/// The index of the arm that was seen; none when the unit was in none.
fn arm(definitions: &Definitions, experiment: &Experiment, event: &Event) -> Option<usize> {
    let visitor = Visitor {
        user: event.user.as_deref(),
        session: Some(&event.session),
    };
    let placement = event.placement.as_ref().or(experiment.placements.first())?;
    let assignment = assign(definitions, placement, visitor, event.received_at);
    let applied = assignment
        .applied
        .into_iter()
        .find(|applied| applied.exposed && applied.experiment.id == experiment.id)?;
    match applied.choice {
        Choice::Arm(arm) => experiment.arms.iter().position(|one| one.name == arm.name),
        Choice::Interleaved(_) => Some(0),
    }
}

fn day(at: i64) -> u16 {
    u16::try_from(at / DAY).unwrap_or(0)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::definition::define::tests::{body, define};

    const NOW: i64 = 1_800_000_000;

    /// A running experiment on `home`: buyers of the arms `now` and `new`.
    pub(crate) fn running() -> Definitions {
        let mut definitions = Definitions::default();
        define(body("a"), &mut definitions);
        definitions.experiments[0].status = Status::Running;
        definitions
    }

    pub(crate) fn event(id: &str, kind: &str, user: &str) -> Event {
        Event {
            id: id.to_owned(),
            kind: kind.to_owned(),
            session: format!("s-{user}"),
            user: Some(user.to_owned()),
            item: Some("i1".to_owned()),
            value: 10.0,
            recommendation: None,
            has_impression: kind == "view",
            placement: (kind == "view").then(|| "home".to_owned()),
            sent_at: NOW,
            received_at: NOW,
        }
    }

    fn take(ledger: &mut Ledger, events: &[Event], definitions: &Definitions) {
        for event in events {
            ledger.take(event, Some(definitions), &Drafted::new());
        }
    }

    fn only_unit(ledger: &Ledger) -> &tally::Unit {
        ledger.tallies["a"].units.values().next().unwrap()
    }

    #[test]
    fn outcomes_count_after_the_exposure_and_once() {
        let definitions = running();
        let mut ledger = Ledger::default();
        let before = event("1", "purchase", "u");
        take(&mut ledger, &[before], &definitions);
        assert!(ledger.tallies["a"].units.is_empty(), "not exposed yet");
        let late = Event {
            sent_at: NOW - 60,
            ..event("3", "purchase", "u")
        };
        take(&mut ledger, &[event("2", "view", "u"), late], &definitions);
        assert_eq!(*only_unit(&ledger).outcomes, [0.0]);
        assert_eq!(*only_unit(&ledger).covariates, [1.0], "bought before");
        let bought = event("4", "purchase", "u");
        take(&mut ledger, &[bought.clone(), bought], &definitions);
        assert_eq!(*only_unit(&ledger).outcomes, [1.0]);
        assert_eq!(
            ledger.tallies["a"].periods()[0].units.iter().sum::<u64>(),
            1
        );
    }

    #[test]
    fn a_repeated_event_counts_once() {
        let mut definitions = running();
        definitions.experiments[0].primary.measure = experiment::definition::Measure::Value;
        let mut ledger = Ledger::default();
        let bought = event("2", "purchase", "u");
        let events = [event("1", "view", "u"), bought.clone(), bought];
        take(&mut ledger, &events, &definitions);
        assert_eq!(*only_unit(&ledger).outcomes, [10.0]);
    }

    #[test]
    fn nobody_is_exposed_elsewhere_or_while_it_pauses() {
        let mut definitions = running();
        let mut ledger = Ledger::default();
        let elsewhere = Event {
            placement: Some("cart".to_owned()),
            ..event("1", "view", "u")
        };
        take(&mut ledger, &[elsewhere], &definitions);
        definitions.experiments[0].status = Status::Paused;
        take(&mut ledger, &[event("2", "view", "u")], &definitions);
        assert!(ledger.tallies.values().all(|tally| tally.units.is_empty()));
    }

    #[test]
    fn a_click_on_a_blended_list_is_a_point_for_who_placed_it() {
        let mut definitions = running();
        definitions.experiments[0].method = Method::Interleaving;
        let draft = serde_json::json!({
            "listKey": "draft#LST-1", "experiment": "a", "arms": {"i1": "new"},
        });
        let drafts = Drafted::from([("LST-1".to_owned(), serde_json::from_value(draft).unwrap())]);
        let clicked = |id: &str| Event {
            recommendation: Some("LST-1".to_owned()),
            ..event(id, "purchase", "u")
        };
        let mut ledger = Ledger::default();
        for event in [clicked("1"), clicked("2")] {
            ledger.take(&event, Some(&definitions), &drafts);
        }
        assert_eq!(*only_unit(&ledger).outcomes, [0.0, 1.0]);
    }
}
