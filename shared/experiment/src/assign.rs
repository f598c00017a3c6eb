//! Who is in which arm: a pure function of the definitions, the placement, the ids and the time.
//!
//! Three hashes decide. The hold-out's takes a unit out of everything. The layer's gives the unit a
//! bucket and with it at most one experiment. The experiment's gives one bucket under `<salt>:ramp`,
//! which is in when below the ramp, and one under `<salt>:arm`, which picks the arm: the ramp and the
//! range never touch the latter, so who is in keeps the arm. Who is in the buckets of an arm that was
//! stopped sees the control, and everybody else what they saw before.
//!
//! Several layers can apply to one placement. They are independent, and the answer lists them in the
//! order of the layers; where two change the same setting the earlier one's stays.

use crate::definition::{Arm, Change, Definitions, Experiment, Method, Status, UnitKind};
use crate::hash::{bucket, bucket_of};

/// Whose request it is; ids as they are logged with events.
#[derive(Debug, Clone, Copy, Default)]
pub struct Visitor<'a> {
    /// The user, if known.
    pub user: Option<&'a str>,
    /// The session, if known.
    pub session: Option<&'a str>,
}

/// What a request gets.
#[derive(Debug, Clone, PartialEq)]
pub struct Assignment<'a> {
    /// Whether the unit is in the global hold-out, and therefore in nothing else.
    pub held_out: bool,
    /// At most one per layer, in the order of the layers.
    pub applied: Vec<Applied<'a>>,
}

/// An experiment that applies to a request.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Applied<'a> {
    /// The experiment.
    pub experiment: &'a Experiment,
    /// The id that was hashed, and that the exposure is logged for.
    pub unit: &'a str,
    /// What the unit sees.
    pub choice: Choice<'a>,
    /// Whether this counts as an exposure; it does not once the experiment is decided, nor in the place
    /// of an arm that was stopped.
    pub exposed: bool,
}

/// What a unit sees of an experiment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Choice<'a> {
    /// One arm.
    Arm(&'a Arm),
    /// The lists of all arms blended, by [`interleave`](crate::interleave::interleave).
    Interleaved(&'a [Arm]),
}

/// The experiments of a placement for a visitor at a time in epoch seconds.
///
/// The hold-out hashes the user or, of a visitor who is not known, the session. An experiment on users
/// does not apply to a visitor without a user.
#[must_use]
pub fn assign<'a>(
    definitions: &'a Definitions,
    placement: &str,
    visitor: Visitor<'a>,
    now: i64,
) -> Assignment<'a> {
    let held_out = match (&definitions.hold_out, visitor.user.or(visitor.session)) {
        (Some(hold_out), Some(unit)) => hold_out.holds(unit),
        _ => false,
    };
    let applied = if held_out {
        Vec::new()
    } else {
        definitions
            .layers
            .iter()
            .filter_map(|layer| {
                definitions
                    .in_layer(layer)
                    .filter(|experiment| experiment.placements.iter().any(|name| name == placement))
                    .filter(|experiment| experiment.is_served(now))
                    .find_map(|experiment| apply(experiment, &layer.salt, visitor))
            })
            .collect()
    };
    Assignment { held_out, applied }
}

fn apply<'a>(
    experiment: &'a Experiment,
    layer_salt: &str,
    visitor: Visitor<'a>,
) -> Option<Applied<'a>> {
    let unit = match experiment.unit {
        UnitKind::User => visitor.user,
        UnitKind::Session => visitor.session,
    }?;
    if !experiment.range.contains(bucket(layer_salt, unit)) {
        return None;
    }
    let runs = experiment.status == Status::Running;
    if runs && bucket_of(&[&experiment.salt, "ramp", unit]) >= experiment.ramp {
        return None;
    }
    let (choice, exposed) = match (&experiment.status, experiment.method) {
        (Status::Decided { winner }, _) => {
            let winner = experiment.arms.iter().find(|arm| arm.name == *winner)?;
            (Choice::Arm(winner), false)
        }
        (_, Method::Interleaving) => (Choice::Interleaved(&experiment.arms), runs),
        (_, Method::Fixed | Method::Thompson) => {
            let own = arm_of(experiment, unit)?;
            let seen = if own.stopped {
                &experiment.arms[experiment.control()?]
            } else {
                own
            };
            (Choice::Arm(seen), runs && !own.stopped)
        }
    };
    Some(Applied {
        experiment,
        unit,
        choice,
        exposed,
    })
}

/// The arm that owns a unit's bucket, whether or not range and ramp let the unit in.
fn arm_of<'a>(experiment: &'a Experiment, unit: &str) -> Option<&'a Arm> {
    let bucket = bucket_of(&[&experiment.salt, "arm", unit]);
    experiment
        .arms
        .iter()
        .zip(experiment.arm_ends())
        .find_map(|(arm, end)| (bucket < end).then_some(arm))
}

impl<'a> Assignment<'a> {
    /// What all arms together change; the earlier layer's change of a setting stays.
    #[must_use]
    pub fn change(&self) -> Change {
        self.applied
            .iter()
            .fold(Change::default(), |change, applied| match applied.choice {
                Choice::Arm(arm) => change.or(&arm.change),
                Choice::Interleaved(_) => change,
            })
    }

    /// The first experiment whose arms are to be blended; an answer can only be blended once.
    #[must_use]
    pub fn interleaved(&self) -> Option<(&Applied<'a>, &'a [Arm])> {
        self.applied
            .iter()
            .find_map(|applied| match applied.choice {
                Choice::Interleaved(arms) => Some((applied, arms)),
                Choice::Arm(_) => None,
            })
    }
}
