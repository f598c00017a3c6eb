//! What experiments make of a request: which arms the visitor is in, what these change, and lists of
//! several arms blended into one.

use std::collections::HashMap;

use experiment::{
    assign::{Choice, Visitor as Unit, assign},
    definition::{Change, Definitions},
    interleave::{Draw, interleave},
};
use serde::{Deserialize, Serialize};
use shared::visitor::Visitor;

use crate::{candidate::Candidate, request::Request};

/// GraphQL's `Participation`: an experiment the visitor is in, and the arm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Participation {
    /// The experiment's id.
    pub(crate) experiment: String,
    /// The arm; none when the lists of all arms are blended.
    pub(crate) arm: Option<String>,
}

/// A request as experiments change it.
#[derive(Debug)]
pub(crate) struct Varied {
    /// One, or one for each arm that is blended.
    pub(crate) variants: Vec<Variant>,
    /// The experiments the visitor is in.
    pub(crate) participations: Vec<Participation>,
    /// How the variants are blended, when there are several.
    pub(crate) draft: Option<Drafted>,
}

/// What is asked for one arm.
#[derive(Debug)]
pub(crate) struct Variant {
    /// The request, changed.
    pub(crate) request: Request,
    /// The arm, when lists are blended.
    pub(crate) arm: String,
}

/// What a draft needs of its experiment.
#[derive(Debug)]
pub(crate) struct Drafted {
    experiment: String,
    salt: String,
    unit: String,
}

/// Whose item is whose in a blended answer; kept for the service that counts the points.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Draft {
    /// [`shared::lists::draft_key`] of the answer's id.
    pub(crate) list_key: String,
    /// The experiment.
    pub(crate) experiment: String,
    /// Arms by item.
    pub(crate) arms: HashMap<String, String>,
    /// Epoch seconds when DynamoDB may remove it.
    pub(crate) expires_at: i64,
}

/// What `definitions` make of `request` at `now` (epoch seconds).
pub(crate) fn vary(request: &Request, definitions: &Definitions, now: i64) -> Varied {
    let user = match &request.visitor {
        Visitor::User(user) => Some(user.as_str()),
        Visitor::Session(_) | Visitor::Nobody => None,
    };
    let unit = Unit {
        user,
        session: request.session.as_deref(),
    };
    let assignment = assign(definitions, &request.name, unit, now);
    let participation = |applied: &experiment::assign::Applied<'_>| Participation {
        experiment: applied.experiment.id.clone(),
        arm: match applied.choice {
            Choice::Arm(arm) => Some(arm.name.clone()),
            Choice::Interleaved(_) => None,
        },
    };
    let participations = assignment.applied.iter().map(participation).collect();
    let change = assignment.change();
    let Some((applied, arms)) = assignment.interleaved() else {
        let arm = String::new();
        let request = changed(request, &change);
        return Varied {
            variants: vec![Variant { request, arm }],
            participations,
            draft: None,
        };
    };
    let draft = Drafted {
        experiment: applied.experiment.id.clone(),
        salt: applied.experiment.salt.clone(),
        unit: applied.unit.to_owned(),
    };
    let variant = |arm: &experiment::definition::Arm| Variant {
        request: changed(request, &change.or(&arm.change)),
        arm: arm.name.clone(),
    };
    Varied {
        variants: arms.iter().map(variant).collect(),
        participations,
        draft: Some(draft),
    }
}

/// The request to the placement as `change` makes it. A strategy that only a later release knows leaves
/// it as it is declared.
fn changed(request: &Request, change: &Change) -> Request {
    let mut request = request.clone();
    match shared::experiments::changed(&request.placement, change) {
        Ok(placement) => request.placement = placement,
        Err(unknown) => tracing::warn!(%unknown, "an arm is not served"),
    }
    request
}

/// The lists of all arms as one, and whose each item is. `answer` is the answer's id.
pub(crate) fn blend(
    lists: &[(String, Vec<Candidate>)],
    draft: &Drafted,
    answer: &str,
) -> (Vec<Candidate>, HashMap<String, String>) {
    let ids: Vec<Vec<&str>> = lists
        .iter()
        .map(|(_, list)| list.iter().map(|one| one.id.as_str()).collect())
        .collect();
    let length = ids.iter().map(Vec::len).max().unwrap_or(0);
    let draw = Draw {
        salt: &draft.salt,
        unit: &draft.unit,
        request: answer,
    };
    let mut arms = HashMap::with_capacity(length);
    let mut blended = Vec::with_capacity(length);
    for pick in interleave(&ids, length, draw) {
        let (arm, list) = &lists[pick.team];
        arms.insert(pick.item.to_owned(), arm.clone());
        let candidate = list.iter().find(|one| one.id == pick.item);
        blended.extend(candidate.cloned());
    }
    (blended, arms)
}

impl Drafted {
    /// What is kept of the blended answer `id`, for `life` seconds from `now` on.
    pub(crate) fn kept(
        &self,
        id: &str,
        arms: HashMap<String, String>,
        (now, life): (i64, i64),
    ) -> Draft {
        Draft {
            list_key: shared::lists::draft_key(id),
            experiment: self.experiment.clone(),
            arms,
            expires_at: now + life,
        }
    }
}
