//! What follows from results without a person: an arm that broke a guardrail gets no more traffic, and a
//! bandit's weights move. It is a change of the definition, and says why.

use experiment::{
    definition::{Experiment, Method, Status},
    report::{Advice, Report},
    statistics::moments::Moments,
};

use super::bandit;

/// A change that was decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Action {
    /// Arms get no more traffic.
    StopArms(Vec<String>),
    /// Nobody is assigned any more: the only other arms than the control broke a guardrail.
    Pause(Vec<String>),
    /// Weights of the arms in their order.
    Weigh(Vec<u32>),
}

/// What the guardrails of a running experiment ask for.
pub(crate) fn guard(experiment: &Experiment, report: &Report) -> Option<Action> {
    let Advice::StopArms { arms } = &report.advice else {
        return None;
    };
    let stays = |arm: &&experiment::Arm| !arm.control && arm.is_open() && !arms.contains(&arm.name);
    Some(match experiment.arms.iter().find(stays) {
        Some(_) => Action::StopArms(arms.clone()),
        None => Action::Pause(arms.clone()),
    })
}

/// The next weights of a bandit.
pub(crate) fn weigh(experiment: &Experiment, primary: &[Moments]) -> Option<Action> {
    let is_bandit = experiment.method == Method::Thompson;
    is_bandit
        .then(|| bandit::renewed(experiment, primary))
        .flatten()
        .map(Action::Weigh)
}

impl Action {
    /// Changes the experiment, unless it no longer runs.
    pub(crate) fn apply(&self, experiment: &mut Experiment) {
        if experiment.status != Status::Running {
            return;
        }
        match self {
            Self::Pause(_) => experiment.status = Status::Paused,
            Self::StopArms(stopped) => {
                let arms = experiment.arms.iter_mut();
                arms.filter(|arm| stopped.contains(&arm.name))
                    .for_each(|arm| arm.stopped = true);
            }
            Self::Weigh(weights) => {
                // What an arm that was stopped had is the others' from now on: a bandit moves units anyway.
                let arms = experiment.arms.iter_mut().zip(weights);
                arms.for_each(|(arm, weight)| arm.weight = if arm.stopped { 0 } else { *weight });
            }
        }
    }

    /// What is done and why, for a person.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::StopArms(arms) => format!(
                "{} broke a guardrail: its visitors see the control from now on",
                arms.join(", ")
            ),
            Self::Pause(arms) => format!(
                "{} broke a guardrail and nothing else is left to compare: paused",
                arms.join(", ")
            ),
            Self::Weigh(weights) => format!("the bandit moved the weights to {weights:?}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use experiment::statistics::mismatch;

    use super::*;
    use crate::ingest::ledger::tests::running;

    fn report(stopped: &[&str]) -> Report {
        Report {
            arms: Vec::new(),
            mismatch: mismatch::check(&[], mismatch::ALPHA),
            variance_reduction: 0.0,
            advice: Advice::StopArms {
                arms: stopped.iter().map(ToString::to_string).collect(),
            },
        }
    }

    #[test]
    fn the_only_other_arm_pauses_the_experiment() {
        let mut experiment = running().experiments.remove(0);
        let action = guard(&experiment, &report(&["new"])).unwrap();
        action.apply(&mut experiment);
        assert_eq!(experiment.status, Status::Paused);
    }

    #[test]
    fn one_of_several_arms_loses_its_traffic() {
        let mut experiment = running().experiments.remove(0);
        let mut third = experiment.arms[1].clone();
        third.name = "third".to_owned();
        experiment.arms.push(third);
        let action = guard(&experiment, &report(&["new"])).unwrap();
        action.apply(&mut experiment);
        let arms = |experiment: &Experiment| -> Vec<(u32, bool)> {
            let arms = experiment.arms.iter();
            arms.map(|arm| (arm.weight, arm.stopped)).collect()
        };
        assert_eq!(arms(&experiment), [(1, false), (1, true), (1, false)]);
        assert_eq!(experiment.status, Status::Running);
        let next = guard(&experiment, &report(&["third"])).unwrap();
        assert_eq!(next, Action::Pause(vec!["third".to_owned()]));
        Action::Weigh(vec![1, 2, 3]).apply(&mut experiment);
        assert_eq!(arms(&experiment), [(1, false), (0, true), (3, false)]);
    }
}
