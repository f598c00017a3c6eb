//! The arms of an experiment and, once decided, its winner.

use super::{Experiment, Problems};
use crate::definition::Status;

const ARMS: std::ops::RangeInclusive<usize> = 2..=10;

impl Problems {
    pub(super) fn arms(&mut self, at: &str, experiment: &Experiment) {
        let place = format!("{at}.arms");
        let arms = &experiment.arms;
        if !ARMS.contains(&arms.len()) {
            return self.add(
                &place,
                format!("are {}: {} to {}", arms.len(), ARMS.start(), ARMS.end()),
            );
        }
        for (index, arm) in arms.iter().enumerate() {
            self.name(&format!("{place}[{index}].name"), &arm.name);
            if !arm.control && arm.change.settings().next().is_none() {
                self.add(
                    &format!("{place}[{index}].change"),
                    "is empty: name a campaign, a filter or a strategy",
                );
            }
        }
        if let Some(index) = arms.iter().position(|arm| arm.control && arm.stopped) {
            self.add(
                &format!("{place}[{index}].stopped"),
                "is of the control, which is shown instead of arms that are: pause the experiment",
            );
        }
        self.unique(&place, arms.iter().map(|arm| arm.name.as_str()));
        if arms.iter().all(|arm| arm.weight == 0) {
            self.add(
                &place,
                "all have weight 0: give the same weight to share evenly",
            );
        }
        let controls = arms.iter().filter(|arm| arm.control).count();
        if controls != 1 {
            self.add(
                &place,
                format!("have {controls} controls: mark the one that others are compared with"),
            );
        }
        if let Status::Decided { winner } = &experiment.status
            && !arms.iter().any(|arm| arm.name == *winner)
        {
            self.add(
                &format!("{at}.status.decided.winner"),
                format!("is {winner:?}, which is not an arm: name one"),
            );
        }
    }
}
