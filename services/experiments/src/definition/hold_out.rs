//! The hold-out as an experiment: who is held out against the others, by who bought and for how much.
//!
//! Of the others a part is counted, four times as many as are held out. That tells four fifths of what all
//! of them would, and of a shop with millions of visitors it need not remember them all.

use experiment::{
    definition::{
        Arm, Change, Definitions, Direction, Experiment, Guardrail, HoldOut, Measure, Method,
        Metric, Plan, Range, Status, UnitKind,
    },
    hash::{BUCKETS, bucket},
};

/// The index of those who are held out; they are what others are compared with.
pub(crate) const HELD_OUT: usize = 0;
/// The index of the others.
pub(crate) const OTHERS: usize = 1;

/// How many others are counted for each that is held out.
const OTHERS_EACH: u32 = 4;
/// The counted units at which the intervals are tightest. It is few, because a large shop loses less by
/// that than a small one would by many: with a hundred times as many they are a fifth wider than they
/// could be, with a twentieth by half.
const PLANNED: u64 = 20_000;
/// Before the keys of what is counted; no id of an experiment has the sign.
const PREFIX: &str = "hold-out#";

/// A hold-out, and the experiment that it amounts to.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Comparison<'a> {
    /// The hold-out.
    pub(crate) hold_out: &'a HoldOut,
    /// Its `id` is where it is counted: another salt, share or event begins anew.
    pub(crate) experiment: Experiment,
}

impl<'a> Comparison<'a> {
    /// Of the hold-out that there is; none when nobody is held out.
    pub(crate) fn of(definitions: &'a Definitions) -> Option<Self> {
        let hold_out = definitions.hold_out.as_ref();
        let hold_out = hold_out.filter(|hold_out| hold_out.share > 0)?;
        let experiment = experiment(hold_out);
        Some(Self {
            hold_out,
            experiment,
        })
    }

    /// The index of the group that the visitor with this id is in.
    pub(crate) fn group(&self, id: &str) -> usize {
        match self.hold_out.holds(id) {
            true => HELD_OUT,
            false => OTHERS,
        }
    }

    /// Whether the visitor with this id is counted.
    pub(crate) fn counts(&self, id: &str) -> bool {
        bucket(&self.hold_out.salt, id) < self.hold_out.share + others(self.hold_out)
    }
}

/// Whether something is counted for a hold-out under this key, be it one that is over.
pub(crate) fn is_key(key: &str) -> bool {
    key.starts_with(PREFIX)
}

/// How many of the 10,000 are counted as others.
fn others(hold_out: &HoldOut) -> u32 {
    let share = hold_out.share.min(BUCKETS);
    (OTHERS_EACH * share).min(BUCKETS - share)
}

fn experiment(hold_out: &HoldOut) -> Experiment {
    let HoldOut { salt, share, event } = hold_out;
    let arm = |name: &str, weight: u32, control: bool| Arm {
        name: name.to_owned(),
        weight,
        control,
        stopped: false,
        change: Change::default(),
    };
    let metric = |name: &str, measure: Measure| Metric {
        name: name.to_owned(),
        event: event.clone(),
        measure,
        direction: Direction::Increase,
    };
    Experiment {
        id: format!("{PREFIX}{salt}#{share}#{event}"),
        name: "The hold-out".to_owned(),
        description: String::new(),
        placements: Vec::new(),
        layer: String::new(),
        salt: salt.clone(),
        range: Range {
            start: 0,
            end: BUCKETS,
        },
        ramp: BUCKETS,
        arms: vec![
            arm("held out", *share, true),
            arm("others", others(hold_out), false),
        ],
        method: Method::Fixed,
        status: Status::Running,
        primary: metric("buyers", Measure::Conversion),
        // Nothing is stopped by it; beside the first metric these are what is counted.
        guardrails: vec![Guardrail {
            metric: metric("revenue", Measure::Value),
            tolerated_loss: 0.0,
        }],
        plan: Plan {
            units: PLANNED,
            days: 1,
            minimum_effect: 0.01,
        },
        alpha: 0.05,
        unit: UnitKind::User,
        start: None,
        end: None,
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Definitions that hold out a twentieth.
    pub(crate) fn holding_out() -> Definitions {
        let hold_out = HoldOut {
            salt: "quiet".to_owned(),
            share: 500,
            event: "purchase".to_owned(),
        };
        Definitions {
            hold_out: Some(hold_out),
            ..Definitions::default()
        }
    }

    #[test]
    fn four_others_are_counted_for_each_that_is_held_out() {
        let definitions = holding_out();
        let comparison = Comparison::of(&definitions).unwrap();
        let mut counted = [0, 0];
        for number in 0..20_000 {
            let id = format!("u{number}");
            if comparison.counts(&id) {
                counted[comparison.group(&id)] += 1;
            } else {
                assert_eq!(comparison.group(&id), OTHERS);
            }
        }
        assert!((900..1_100).contains(&counted[HELD_OUT]), "{counted:?}");
        assert!((3_700..4_300).contains(&counted[OTHERS]), "{counted:?}");
    }

    #[test]
    fn nobody_held_out_is_nothing_to_compare() {
        let mut definitions = holding_out();
        definitions.hold_out.as_mut().unwrap().share = 0;
        assert_eq!(Comparison::of(&definitions), None);
        definitions.hold_out.as_mut().unwrap().share = 9_000;
        let comparison = Comparison::of(&definitions).unwrap();
        let weights: Vec<u32> = comparison
            .experiment
            .arms
            .iter()
            .map(|arm| arm.weight)
            .collect();
        assert_eq!(weights, [9_000, 1_000], "no more than there are");
        assert!(is_key(&comparison.experiment.id));
    }
}
