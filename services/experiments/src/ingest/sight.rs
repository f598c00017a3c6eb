//! What an event tells of the arm that was seen. `recommend` told the shop, and the event brings it along: a
//! sight counts when that is the arm that the ids are hashed into. Alone neither would do. The shop, or
//! whoever has its key, may tell anything; and the hash says what should have been shown, not what was: for
//! a minute `recommend` serves the definitions before, and it may have been asked with other ids, or not at
//! all.

use experiment::{
    assign::{Choice, Visitor, assign},
    definition::{Definitions, Experiment},
};

use super::line::Event;

/// What an event tells of an experiment's arms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sight {
    /// Nothing: the visitor is in none that is counted, or saw no recommendations there.
    Nothing,
    /// What was told and the hash are not the same.
    Unclear,
    /// The arm with this index was seen; 0 when lists are blended.
    Arm(usize),
}

impl Sight {
    /// What `event` tells of `experiment`, by the definitions in force. Who was asked for is who the event
    /// says: whose session it is may have been unknown then.
    pub(super) fn of(experiment: &Experiment, definitions: &Definitions, event: &Event) -> Self {
        let Some(placement) = event.shown_at(&experiment.placements) else {
            return Self::Nothing;
        };
        let visitor = Visitor {
            user: event.user.as_deref(),
            session: Some(&event.session),
        };
        let assignment = assign(definitions, placement, visitor, event.received_at);
        let mut applied = assignment.applied.into_iter();
        let applied = applied.find(|applied| applied.experiment.id == experiment.id);
        let mut told = event.experiments.iter();
        let told = told.find(|one| one.experiment == experiment.id);
        match (told, applied) {
            (None, None) => Self::Nothing,
            (None, Some(applied)) if !applied.exposed => Self::Nothing,
            (Some(told), Some(applied)) => match (applied.choice, &told.arm) {
                (Choice::Arm(arm), Some(name)) if arm.name == *name => {
                    let mut arms = experiment.arms.iter();
                    let index = arms.position(|one| one.name == *name);
                    let counted = index.filter(|_| applied.exposed);
                    counted.map_or(Self::Nothing, Self::Arm)
                }
                (Choice::Interleaved(_), None) => Self::Arm(0),
                _ => Self::Unclear,
            },
            (Some(_), None) | (None, Some(_)) => Self::Unclear,
        }
    }

    /// The index of the arm that was seen.
    pub(super) fn arm(self) -> Option<usize> {
        match self {
            Self::Arm(index) => Some(index),
            Self::Nothing | Self::Unclear => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use experiment::definition::{Method, Status};

    use super::*;
    use crate::ingest::{
        ledger::tests::{event, running},
        line::Participation,
    };

    /// A view at home that tells of the experiment `a` that `arm` was seen.
    fn tells(arm: Option<&str>) -> Event {
        let arm = arm.map(str::to_owned);
        Event {
            experiments: vec![Participation {
                experiment: "a".to_owned(),
                arm,
            }],
            ..event("1", "view", "u")
        }
    }

    fn sight(definitions: &Definitions, event: &Event) -> Sight {
        Sight::of(&definitions.experiments[0], definitions, event)
    }

    /// The arm of the user of [`event`], and the other one.
    fn arms(definitions: &Definitions) -> (usize, &str, &str) {
        let names = [0, 1].map(|index: usize| definitions.experiments[0].arms[index].name.as_str());
        let own = experiment::hash::bucket("a:arm", "u") / 5_000;
        let own = usize::try_from(own).unwrap();
        (own, names[own], names[1 - own])
    }

    #[test]
    fn the_arm_that_was_told_is_seen_if_the_hash_says_so_too() {
        let definitions = running();
        let (index, own, other) = arms(&definitions);
        assert_eq!(sight(&definitions, &tells(Some(own))), Sight::Arm(index));
        for wrong in [Some(other), Some("invented"), None] {
            assert_eq!(
                sight(&definitions, &tells(wrong)),
                Sight::Unclear,
                "{wrong:?}"
            );
        }
        let silent = Event {
            experiments: Vec::new(),
            ..tells(None)
        };
        assert_eq!(sight(&definitions, &silent), Sight::Unclear);
    }

    #[test]
    fn without_a_placement_of_the_experiment_nothing_is_seen() {
        let definitions = running();
        let (_, own, _) = arms(&definitions);
        for placement in [None, Some("cart".to_owned())] {
            let event = Event {
                recommendation: Some("RID-1".to_owned()),
                placement,
                ..tells(Some(own))
            };
            assert_eq!(sight(&definitions, &event), Sight::Nothing);
        }
        let nothing_shown = Event {
            has_impression: false,
            ..tells(Some(own))
        };
        assert_eq!(sight(&definitions, &nothing_shown), Sight::Nothing);
    }

    #[test]
    fn who_is_not_in_it_and_was_told_so_is_no_matter() {
        let mut definitions = running();
        definitions.experiments[0].ramp = 0;
        let silent = Event {
            experiments: Vec::new(),
            ..tells(None)
        };
        assert_eq!(sight(&definitions, &silent), Sight::Nothing);
        // `recommend` still served what was before the ramp went down.
        assert_eq!(sight(&definitions, &tells(Some("now"))), Sight::Unclear);
    }

    #[test]
    fn the_control_in_the_place_of_a_stopped_arm_is_not_counted() {
        let mut definitions = running();
        definitions.experiments[0].arms[1].stopped = true;
        let user = (0..).map(|number| format!("u{number}"));
        let user = user
            .into_iter()
            .find(|user| experiment::hash::bucket("a:arm", user) >= 5_000);
        let of = |arm: &str| Event {
            user: user.clone(),
            ..tells(Some(arm))
        };
        assert_eq!(sight(&definitions, &of("now")), Sight::Nothing);
        assert_eq!(
            sight(&definitions, &of("new")),
            Sight::Unclear,
            "served before it was stopped"
        );
    }

    #[test]
    fn blended_lists_have_no_arm() {
        let mut definitions = running();
        definitions.experiments[0].method = Method::Interleaving;
        assert_eq!(sight(&definitions, &tells(None)), Sight::Arm(0));
        assert_eq!(sight(&definitions, &tells(Some("now"))), Sight::Unclear);
        definitions.experiments[0].status = Status::Paused;
        assert_eq!(sight(&definitions, &tells(None)), Sight::Unclear);
    }
}
