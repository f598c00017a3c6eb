//! Who takes part: layers, ranges, ramps, times, and experiments that would meet.

use super::{BUCKETS, Definitions, Experiment, Problems};
use crate::definition::Range;

impl Problems {
    pub(super) fn hold_out(&mut self, definitions: &Definitions) {
        if let Some(hold_out) = &definitions.hold_out {
            self.name("holdOut.salt", &hold_out.salt);
            self.name("holdOut.event", &hold_out.event);
            if hold_out.share >= BUCKETS {
                self.add(
                    "holdOut.share",
                    format!(
                        "is {}: leave some of the {BUCKETS} to experiments",
                        hold_out.share
                    ),
                );
            }
        }
    }

    pub(super) fn layers(&mut self, definitions: &Definitions) {
        for (index, layer) in definitions.layers.iter().enumerate() {
            self.name(&format!("layers[{index}].name"), &layer.name);
            self.name(&format!("layers[{index}].salt"), &layer.salt);
        }
        let layers = &definitions.layers;
        self.unique("layers", layers.iter().map(|layer| layer.name.as_str()));
        // With one salt two layers would put the same units together.
        self.unique("layers", layers.iter().map(|layer| layer.salt.as_str()));
    }

    pub(super) fn traffic(&mut self, at: &str, definitions: &Definitions, of: &Experiment) {
        self.name(&format!("{at}.salt"), &of.salt);
        if of.placements.is_empty() {
            self.add(&format!("{at}.placements"), "is empty: name one at least");
        }
        if !definitions
            .layers
            .iter()
            .any(|layer| layer.name == of.layer)
        {
            self.add(
                &format!("{at}.layer"),
                format!(
                    "is {:?}, which layers does not have: add it or correct it",
                    of.layer
                ),
            );
        }
        let Range { start, end } = of.range;
        if start >= end || end > BUCKETS {
            self.add(
                &format!("{at}.range"),
                format!("is {start} to {end}: start below end, and end at most {BUCKETS}"),
            );
        }
        if of.ramp > BUCKETS {
            self.add(
                &format!("{at}.ramp"),
                format!(
                    "is {}: at most {BUCKETS}, which is everybody in the range",
                    of.ramp
                ),
            );
        }
        if let (Some(start), Some(end)) = (of.start, of.end)
            && end <= start
        {
            self.add(
                &format!("{at}.end"),
                "is not after start: correct one of them",
            );
        }
    }

    /// What two experiments do to each other.
    pub(super) fn between(&mut self, definitions: &Definitions) {
        let experiments = &definitions.experiments;
        self.unique("experiments", experiments.iter().map(|e| e.id.as_str()));
        for (index, later) in experiments.iter().enumerate() {
            for earlier in experiments.iter().take(index) {
                if later.status.occupies() && earlier.status.occupies() {
                    self.pair(&format!("experiments[{index}]"), earlier, later);
                }
            }
        }
    }

    fn pair(&mut self, at: &str, earlier: &Experiment, later: &Experiment) {
        if earlier.salt == later.salt {
            self.add(
                &format!("{at}.salt"),
                format!(
                    "is that of {:?}: their arms would not be independent, take another",
                    earlier.id
                ),
            );
        }
        if earlier.layer == later.layer {
            if earlier.range.overlaps(later.range) {
                self.add(
                    &format!("{at}.range"),
                    format!(
                        "overlaps that of {:?} in layer {:?}: move one, or use another layer",
                        earlier.id, later.layer
                    ),
                );
            }
            return;
        }
        for placement in later
            .placements
            .iter()
            .filter(|p| earlier.placements.contains(p))
        {
            for setting in settings(later).filter(|s| settings(earlier).any(|other| other == *s)) {
                self.add(
                    &format!("{at}.arms"),
                    format!(
                        "change the {setting} of placement {placement:?}, and so does {:?} of layer \
                         {:?}: put both into one layer",
                        earlier.id, earlier.layer
                    ),
                );
            }
        }
    }
}

/// What the arms change. Campaign and strategy have to suit each other, so they are one setting: each
/// layer's change would suit the placement as it is declared, and the two together might not.
fn settings(experiment: &Experiment) -> impl Iterator<Item = &'static str> {
    let changes = |name: &str| {
        let mut arms = experiment.arms.iter();
        arms.any(|arm| arm.change.settings().any(|changed| changed == name))
    };
    let filling = changes("campaign") || changes("strategy");
    [
        ("campaign or strategy", filling),
        ("filter", changes("filter")),
    ]
    .into_iter()
    .filter_map(|(setting, is_changed)| is_changed.then_some(setting))
}
