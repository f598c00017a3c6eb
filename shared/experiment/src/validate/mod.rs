//! What is wrong with definitions, before they are stored: all of it at once.

mod arms;
mod metrics;
#[cfg(test)]
mod tests;
mod traffic;

use crate::definition::{Definitions, Experiment};
use crate::hash::BUCKETS;

/// Something wrong in definitions; the text says what it is and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place} {problem}")]
pub struct Problem {
    /// Where, such as `experiments[2].arms`.
    pub place: String,
    /// What, and the remedy.
    pub problem: String,
}

const NAME_MAX: usize = 64;

/// The problems of definitions, in their order; none if they may be stored.
#[must_use]
pub fn problems(definitions: &Definitions) -> Vec<Problem> {
    let mut problems = Problems::default();
    problems.hold_out(definitions);
    problems.layers(definitions);
    for (index, experiment) in definitions.experiments.iter().enumerate() {
        problems.experiment(&format!("experiments[{index}]"), definitions, experiment);
    }
    problems.between(definitions);
    problems.0
}

#[derive(Default)]
struct Problems(Vec<Problem>);

impl Problems {
    fn experiment(&mut self, at: &str, definitions: &Definitions, experiment: &Experiment) {
        self.name(&format!("{at}.id"), &experiment.id);
        if experiment.name.trim().is_empty() {
            self.add(&format!("{at}.name"), "is empty: say what is tested");
        }
        self.traffic(at, definitions, experiment);
        self.arms(at, experiment);
        self.metrics(at, experiment);
    }

    /// Names and salts are part of what is hashed and logged.
    fn name(&mut self, place: &str, name: &str) {
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        if name.is_empty() || name.len() > NAME_MAX || !name.chars().all(plain) {
            self.add(
                place,
                format!("is {name:?}: use 1 to {NAME_MAX} letters, digits, '-', '_' and '.'"),
            );
        }
    }

    fn unique<'a>(&mut self, place: &str, names: impl Iterator<Item = &'a str>) {
        let mut seen = std::collections::HashSet::new();
        for name in names.filter(|name| !seen.insert(*name)) {
            self.add(place, format!("has {name:?} twice: rename one"));
        }
    }

    fn add(&mut self, place: &str, problem: impl Into<String>) {
        self.0.push(Problem {
            place: place.to_owned(),
            problem: problem.into(),
        });
    }
}
