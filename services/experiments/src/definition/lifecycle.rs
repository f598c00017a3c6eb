//! The steps of an experiment's life, and from where each may be taken. A step that was taken already
//! changes nothing, so that a call may be repeated.

use experiment::{
    definition::{Experiment, Status},
    hash::BUCKETS,
};

use crate::error::ServiceError;

/// A step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    /// To running, or first to creating when models are missing.
    Start {
        /// Whether every model of its arms answers.
        ready: bool,
    },
    /// To paused: nobody is assigned for now.
    Pause,
    /// From paused back to running.
    Resume,
    /// Another part of its range.
    Ramp(u32),
    /// Ends it without a winner; gives up a draft.
    Stop,
    /// Ends it with one.
    Decide(String),
}

/// Takes `step` at `now` (epoch seconds).
///
/// # Errors
/// When it cannot be taken from where the experiment is.
pub(crate) fn take(experiment: &mut Experiment, step: &Step, now: i64) -> Result<(), ServiceError> {
    use Status::{Creating, Decided, Draft, Paused, Running, Stopped};
    let status = match (step, &experiment.status) {
        (Step::Start { ready: false }, Draft | Creating) => Creating,
        (Step::Start { ready: true }, Draft | Creating) => {
            experiment.start = Some(now);
            Running
        }
        (Step::Start { .. } | Step::Resume, Running) => Running,
        (Step::Resume, Paused) => Running,
        (Step::Pause, Running | Paused) => Paused,
        (Step::Ramp(ramp), Draft | Creating | Running | Paused) if *ramp <= BUCKETS => {
            experiment.ramp = *ramp;
            return Ok(());
        }
        (Step::Ramp(ramp), Draft | Creating | Running | Paused) => {
            return Err(ServiceError::Unsound(vec![format!(
                "ramp is {ramp}: at most {BUCKETS}, which is everybody in the range"
            )]));
        }
        (Step::Stop, Stopped) => return Ok(()),
        (Step::Stop, Draft | Creating | Running | Paused) => {
            experiment.end = Some(end(experiment, now));
            Stopped
        }
        (Step::Decide(winner), Decided { winner: before }) if winner == before => return Ok(()),
        (Step::Decide(winner), Running | Paused) => {
            experiment.end = Some(end(experiment, now));
            Decided {
                winner: winner.clone(),
            }
        }
        (step, status) => {
            return Err(ServiceError::NotNow(format!(
                "experiment {:?} is {}: it cannot {}",
                experiment.id,
                name(status),
                step.verb()
            )));
        }
    };
    experiment.status = status;
    Ok(())
}

/// When an experiment that ends at `now` served nobody any more: not before it served anybody, be it
/// ended in the second of its start.
fn end(experiment: &Experiment, now: i64) -> i64 {
    experiment.start.map_or(now, |start| now.max(start + 1))
}

/// What a person calls a status.
pub(crate) fn name(status: &Status) -> &'static str {
    match status {
        Status::Draft => "draft",
        Status::Creating => "creating",
        Status::Running => "running",
        Status::Paused => "paused",
        Status::Stopped => "stopped",
        Status::Decided { .. } => "decided",
    }
}

impl Step {
    fn verb(&self) -> &'static str {
        match self {
            Self::Start { .. } => "start",
            Self::Pause => "pause",
            Self::Resume => "resume",
            Self::Ramp(_) => "ramp",
            Self::Stop => "stop",
            Self::Decide(_) => "be decided",
        }
    }
}

#[cfg(test)]
mod tests {
    use experiment::definition::Definitions;

    use super::super::define::tests::{body, define};
    use super::*;

    fn draft() -> Experiment {
        let mut definitions = Definitions::default();
        define(body("a"), &mut definitions);
        definitions.experiments.remove(0)
    }

    #[test]
    fn a_life_from_draft_to_winner() {
        let mut one = draft();
        for step in [
            Step::Start { ready: false },
            Step::Start { ready: true },
            Step::Start { ready: true },
            Step::Pause,
            Step::Resume,
            Step::Ramp(500),
            Step::Decide("new".to_owned()),
            Step::Decide("new".to_owned()),
        ] {
            take(&mut one, &step, 7).unwrap();
        }
        // Ended in the second of its start, it served for that second.
        assert_eq!((one.start, one.end, one.ramp), (Some(7), Some(8), 500));
    }

    #[test]
    fn what_ended_stays_ended() {
        let mut one = draft();
        assert!(take(&mut one, &Step::Pause, 7).is_err());
        take(&mut one, &Step::Start { ready: true }, 7).unwrap();
        take(&mut one, &Step::Stop, 8).unwrap();
        for step in [Step::Start { ready: true }, Step::Resume, Step::Ramp(1)] {
            let refused = take(&mut one, &step, 9).unwrap_err().to_string();
            assert!(refused.contains("is stopped"), "{refused}");
        }
    }
}
