//! What is measured, and how sure one wants to be.

use super::{Experiment, Problems};
use crate::definition::{Method, Metric, Status, UnitKind};

impl Problems {
    pub(super) fn metrics(&mut self, at: &str, experiment: &Experiment) {
        self.metric(&format!("{at}.primary"), &experiment.primary);
        for (index, guardrail) in experiment.guardrails.iter().enumerate() {
            let place = format!("{at}.guardrails[{index}]");
            self.metric(&format!("{place}.metric"), &guardrail.metric);
            let loss = guardrail.tolerated_loss;
            if !(0.0..1.0).contains(&loss) {
                self.add(
                    &format!("{place}.toleratedLoss"),
                    format!("is {loss}: from 0 to below 1, such as 0.02 for two per cent"),
                );
            }
        }
        self.method(at, experiment);
        let guardrails = experiment
            .guardrails
            .iter()
            .map(|guardrail| &guardrail.metric);
        self.unique(
            &format!("{at}.guardrails"),
            guardrails.map(|metric| metric.name.as_str()),
        );
        self.plan(at, experiment);
    }

    /// What the method cannot go together with. An experiment that has ended can be corrected no more.
    fn method(&mut self, at: &str, experiment: &Experiment) {
        if matches!(experiment.status, Status::Stopped | Status::Decided { .. }) {
            return;
        }
        if experiment.method == Method::Interleaving && !experiment.guardrails.is_empty() {
            self.add(
                &format!("{at}.guardrails"),
                "cannot be held against blended lists, of which each unit sees all arms: leave them out, \
                 or use the method \"fixed\"",
            );
        }
        if experiment.method == Method::Thompson && experiment.unit == UnitKind::User {
            self.add(
                &format!("{at}.unit"),
                "is \"user\", and the method \"thompson\" moves units between arms every hour, so that a \
                 user would see several: use the unit \"session\", or the method \"fixed\"",
            );
        }
    }

    fn metric(&mut self, place: &str, metric: &Metric) {
        self.name(&format!("{place}.name"), &metric.name);
        self.name(&format!("{place}.event"), &metric.event);
    }

    fn plan(&mut self, at: &str, experiment: &Experiment) {
        let alpha = experiment.alpha;
        if !(alpha > 0.0 && alpha < 0.5) {
            self.add(
                &format!("{at}.alpha"),
                format!("is {alpha}: above 0 and below 0.5, such as 0.05"),
            );
        }
        let effect = experiment.plan.minimum_effect;
        if !(effect > 0.0 && effect.is_finite()) {
            self.add(
                &format!("{at}.plan.minimumEffect"),
                format!("is {effect}: above 0, such as 0.05 for five per cent"),
            );
        }
        for (field, number) in [
            ("units", experiment.plan.units),
            ("days", experiment.plan.days.into()),
        ] {
            if number == 0 {
                self.add(
                    &format!("{at}.plan.{field}"),
                    "is 0: compute it with statistics::power",
                );
            }
        }
    }
}
