//! From what somebody writes to a definition: defaults, salts and a free range of the layer.

use experiment::definition::{
    Arm, Change, Definitions, Experiment, Guardrail, Layer, Method, Metric, Plan, Range, Status,
    UnitKind,
};
use serde::{Deserialize, Serialize};

use super::place;
use crate::error::ServiceError;

/// The layer of an experiment that names none.
const DEFAULT_LAYER: &str = "default";

/// `POST /v1/experiments`.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Request {
    /// Unique for ever: it is part of what units are hashed with.
    pub(crate) id: String,
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) description: String,
    pub(crate) placements: Vec<String>,
    #[serde(default = "default_layer")]
    pub(crate) layer: String,
    /// The buckets of the layer; without it a free range of `share` buckets is found.
    pub(crate) range: Option<Range>,
    /// How many of the layer's 10,000 buckets; without it the largest free range.
    pub(crate) share: Option<u32>,
    #[serde(default = "everybody")]
    pub(crate) ramp: u32,
    pub(crate) arms: Vec<ArmRequest>,
    #[serde(default = "fixed")]
    pub(crate) method: Method,
    pub(crate) primary: Metric,
    #[serde(default)]
    pub(crate) guardrails: Vec<Guardrail>,
    pub(crate) plan: Plan,
    #[serde(default = "five_per_cent")]
    pub(crate) alpha: f64,
    #[serde(default)]
    pub(crate) unit: UnitKind,
}

/// An arm as it is written.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ArmRequest {
    name: String,
    #[serde(default = "one")]
    weight: u32,
    #[serde(default)]
    control: bool,
    #[serde(default)]
    change: Change,
    /// A campaign to be made for the arm.
    model: Option<ModelRequest>,
}

/// A campaign that has to be made before the start.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ModelRequest {
    /// A solution of the estate.
    solution: String,
    /// Transactions a second that the campaign is paid for.
    #[serde(default = "one", rename = "minProvisionedTPS")]
    min_provisioned_tps: u32,
}

/// A model that an arm waits for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Wanted {
    /// The arm.
    pub(crate) arm: String,
    /// The solution that is trained.
    pub(crate) solution: String,
    /// The name of the solution version and of the campaign.
    pub(crate) campaign: String,
    /// Transactions a second that the campaign is paid for.
    #[serde(rename = "minProvisionedTPS")]
    pub(crate) min_provisioned_tps: u32,
}

fn default_layer() -> String {
    DEFAULT_LAYER.to_owned()
}

fn everybody() -> u32 {
    experiment::hash::BUCKETS
}

fn fixed() -> Method {
    Method::Fixed
}

fn five_per_cent() -> f64 {
    0.05
}

fn one() -> u32 {
    1
}

impl Request {
    /// Puts the experiment into `definitions` as a draft, in place of a draft of its id; the models
    /// that it waits for.
    ///
    /// # Errors
    /// When an experiment of the id is no draft any more, or the layer has no room.
    pub(crate) fn apply(self, definitions: &mut Definitions) -> Result<Vec<Wanted>, ServiceError> {
        let before = definitions
            .experiments
            .iter()
            .position(|one| one.id == self.id);
        if let Some(known) = before.map(|index| &definitions.experiments[index])
            && known.status != Status::Draft
        {
            return Err(ServiceError::NotNow(format!(
                "experiment {:?} was started before, and units were hashed with its id: take another id",
                self.id
            )));
        }
        if !definitions
            .layers
            .iter()
            .any(|layer| layer.name == self.layer)
        {
            definitions.layers.push(Layer {
                name: self.layer.clone(),
                salt: format!("layer-{}", self.layer),
            });
        }
        let range = match self.range {
            Some(range) => range,
            None => place::free(definitions, &self.layer, &self.id, self.share)?,
        };
        let (experiment, wanted) = self.experiment(range);
        match before {
            Some(index) => definitions.experiments[index] = experiment,
            None => definitions.experiments.push(experiment),
        }
        Ok(wanted)
    }

    fn experiment(self, range: Range) -> (Experiment, Vec<Wanted>) {
        let mut wanted = Vec::new();
        let arms = self.arms.into_iter().map(|arm| {
            let mut change = arm.change;
            if let Some(model) = arm.model {
                let campaign = shared::job::name(&self.id, &arm.name);
                change.campaign = Some(campaign.clone());
                wanted.push(Wanted {
                    arm: arm.name.clone(),
                    solution: model.solution,
                    campaign,
                    min_provisioned_tps: model.min_provisioned_tps,
                });
            }
            Arm {
                name: arm.name,
                weight: arm.weight,
                control: arm.control,
                stopped: false,
                change,
            }
        });
        let experiment = Experiment {
            arms: arms.collect(),
            salt: self.id.clone(),
            id: self.id,
            name: self.name,
            description: self.description,
            placements: self.placements,
            layer: self.layer,
            range,
            ramp: self.ramp,
            method: self.method,
            status: Status::Draft,
            primary: self.primary,
            guardrails: self.guardrails,
            plan: self.plan,
            alpha: self.alpha,
            unit: self.unit,
            start: None,
            end: None,
        };
        (experiment, wanted)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use serde_json::{Value, json};

    use super::*;

    pub(crate) fn body(id: &str) -> Value {
        json!({
            "id": id, "name": "Newer taste", "placements": ["home"],
            "arms": [
                {"name": "now", "control": true},
                {"name": "new", "change": {"campaign": "popularity"}}
            ],
            "primary": {"name": "buyers", "event": "purchase", "measure": "conversion"},
            "plan": {"units": 1000, "days": 7, "minimumEffect": 0.1}
        })
    }

    pub(crate) fn define(body: Value, definitions: &mut Definitions) -> Vec<Wanted> {
        let request: Request = serde_json::from_value(body).unwrap();
        request.apply(definitions).unwrap()
    }

    #[test]
    fn a_short_request_is_a_sound_definition() {
        let mut definitions = Definitions::default();
        define(body("taste-1"), &mut definitions);
        assert_eq!(experiment::validate::problems(&definitions), []);
        let made = &definitions.experiments[0];
        assert_eq!((made.range.start, made.range.end), (0, 10_000));
        assert_eq!(made.status, Status::Draft);
    }

    #[test]
    fn a_draft_may_be_written_again_and_nothing_else() {
        let mut definitions = Definitions::default();
        define(body("taste-1"), &mut definitions);
        define(body("taste-1"), &mut definitions);
        assert_eq!(definitions.experiments.len(), 1);
        definitions.experiments[0].status = Status::Stopped;
        let again: Request = serde_json::from_value(body("taste-1")).unwrap();
        let refused = again.apply(&mut definitions).unwrap_err().to_string();
        assert!(refused.contains("another id"), "{refused}");
    }

    #[test]
    fn a_model_names_the_campaign_that_will_be_made() {
        let mut body = body("taste-1");
        body["arms"][1]["model"] = json!({"solution": "user-personalization"});
        let mut definitions = Definitions::default();
        let wanted = define(body, &mut definitions);
        assert_eq!(wanted[0].campaign, "taste-1-new");
        let change = &definitions.experiments[0].arms[1].change;
        assert_eq!(change.campaign.as_deref(), Some("taste-1-new"));
    }
}
