//! What is tested, as it is stored and as `recommend` caches it.

mod arm;
mod experiment;
mod metric;

pub use arm::{Arm, Change};
pub use experiment::{Experiment, Method, Plan, Range, Status, UnitKind};
pub use metric::{Direction, Guardrail, Measure, Metric};

use serde::{Deserialize, Serialize};

/// Everything that an assignment depends on.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Definitions {
    /// Who sees no experiment at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hold_out: Option<HoldOut>,
    /// The layers, in the order in which their experiments may change an answer.
    #[serde(default)]
    pub layers: Vec<Layer>,
    /// The experiments of all layers.
    #[serde(default)]
    pub experiments: Vec<Experiment>,
}

/// The units without experiments and without the winners of past ones: the baseline of all of them
/// together. Who sends messages holds out the same units with the same salt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct HoldOut {
    /// What units are hashed with; another one holds out others.
    pub salt: String,
    /// How many units of 10,000.
    pub share: u32,
    /// The type of the events that the units are compared by.
    #[serde(default = "default_event")]
    pub event: String,
}

fn default_event() -> String {
    "purchase".to_owned()
}

/// Experiments that exclude each other, because each owns a range of the layer's buckets.
///
/// Layers are independent of each other, because each hashes with its own salt (Tang, Agarwal, O'Brien
/// and Meyer 2010, "Overlapping experiment infrastructure").
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Layer {
    /// How experiments name it.
    pub name: String,
    /// What units are hashed with for their bucket in the layer.
    pub salt: String,
}

impl HoldOut {
    /// Whether a unit is held out.
    #[must_use]
    pub fn holds(&self, unit: &str) -> bool {
        crate::hash::bucket(&self.salt, unit) < self.share
    }
}

impl Definitions {
    /// The experiments of a layer, in the order of the definitions.
    pub fn in_layer<'a>(&'a self, layer: &'a Layer) -> impl Iterator<Item = &'a Experiment> {
        self.experiments
            .iter()
            .filter(|experiment| experiment.layer == layer.name)
    }
}
