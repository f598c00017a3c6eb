//! What the workflow hands in and gets back.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use shared::operations::{PullPart, PullPlan};

use crate::{
    adapter::Mode,
    part::Pulled,
    store::{folder, mode},
};

/// What the workflow asks for.
#[derive(Debug, Deserialize)]
#[serde(tag = "step", rename_all = "camelCase")]
pub(crate) enum Event {
    /// What there is to pull.
    Plan {
        /// Everything, or what changed.
        mode: Mode,
        /// The workflow's execution; a pull of its own without it.
        run: Option<String>,
    },
    /// Pulls one part, or goes on with it.
    Pull {
        /// The workflow's execution; the pull's name without it.
        run: Option<String>,
        /// The pull's name.
        pull: String,
        /// The part, as the plan has it.
        part: PartName,
    },
    /// Closes a pull whose parts are done.
    Finish {
        /// The workflow's execution; the pull's name without it.
        run: Option<String>,
        /// The pull's name.
        pull: String,
    },
    /// Pulls one product.
    One {
        /// Its id.
        id: String,
    },
}

/// A part of a plan, by its name. Its position is the plan's, not the event's.
#[derive(Debug, Deserialize)]
pub(crate) struct PartName {
    pub(crate) part: String,
}

/// What the workflow gets.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum Answer {
    /// Of `plan`.
    Planned(Planned),
    /// Of `pull`.
    Pulled(PulledPart),
    /// Of `finish`.
    Finished(Finished),
    /// Of `one`.
    One(One),
}

/// What there is to pull.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Planned {
    /// The pull's name; null when nothing is declared.
    pub(crate) pull: Option<String>,
    pub(crate) run: Option<String>,
    pub(crate) mode: Option<Mode>,
    pub(crate) prefix: Option<String>,
    pub(crate) since: Option<Timestamp>,
    pub(crate) parts: Vec<PullPart>,
}

/// How far a part is.
#[derive(Debug, Serialize)]
pub(crate) struct PulledPart {
    pub(crate) part: String,
    pub(crate) pages: u64,
    pub(crate) products: u64,
    pub(crate) rejected: u64,
    pub(crate) done: bool,
    /// Seconds to wait before it is called again.
    pub(crate) wait: u64,
}

/// What a pull brought.
#[derive(Debug, Serialize)]
pub(crate) struct Finished {
    pub(crate) prefix: String,
    pub(crate) mode: Mode,
    pub(crate) products: u64,
    pub(crate) rejected: u64,
}

/// What is known of one product.
#[derive(Debug, Serialize)]
pub(crate) struct One {
    pub(crate) id: String,
    /// The key of its line; null when it has none.
    pub(crate) page: Option<String>,
    pub(crate) withdrawn: bool,
    pub(crate) rejected: bool,
}

impl Planned {
    pub(crate) fn of(plan: PullPlan) -> Self {
        let mode = mode(&plan);
        Self {
            prefix: Some(folder(mode, &plan.pull)),
            mode: Some(mode),
            since: plan
                .since
                .and_then(|since| Timestamp::from_second(since).ok()),
            pull: Some(plan.pull),
            run: Some(plan.run),
            parts: plan.parts,
        }
    }
}

impl PulledPart {
    pub(crate) fn of(Pulled { progress, wait }: Pulled) -> Self {
        Self {
            part: progress.part,
            pages: progress.pages,
            products: progress.products,
            rejected: progress.rejected,
            done: progress.done,
            wait: wait.as_secs(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn event(event: Value) -> Result<Event, serde_json::Error> {
        serde_json::from_value(event)
    }

    #[test]
    fn the_workflow_s_events_are_understood() {
        let sample = include_str!("../../../events/catalog-pull.json");
        assert!(matches!(
            serde_json::from_str(sample).unwrap(),
            Event::Plan { .. }
        ));
        let part = json!({"part": "part-000", "position": {"page": {"number": 1}}});
        let pull = json!({"step": "pull", "run": "r", "pull": "p", "mode": "full", "part": part});
        assert!(matches!(event(pull).unwrap(), Event::Pull { .. }));
        let finish = json!({"step": "finish", "run": "r", "pull": "p", "mode": "full"});
        assert!(matches!(event(finish).unwrap(), Event::Finish { .. }));
        assert!(matches!(
            event(json!({"step": "one", "id": "7"})).unwrap(),
            Event::One { .. }
        ));
        let refused = event(json!({"step": "plan", "mode": "partial"})).unwrap_err();
        assert!(refused.to_string().contains("incremental"), "{refused}");
    }

    #[test]
    fn what_is_not_declared_is_an_empty_plan() {
        let answer = serde_json::to_value(Answer::Planned(Planned::default())).unwrap();
        assert_eq!(
            (&answer["pull"], &answer["parts"]),
            (&Value::Null, &json!([]))
        );
    }

    #[test]
    fn a_plan_answers_what_the_workflow_hands_on() {
        let plan = PullPlan {
            run: "r".to_owned(),
            pull: "20261129T233000Z".to_owned(),
            full: false,
            adapter: "feed".to_owned(),
            started_at: 1_795_995_000,
            since: Some(1_795_994_700),
            parts: vec![PullPart {
                part: "part-000".to_owned(),
                position: json!("start"),
            }],
        };
        let answer = serde_json::to_value(Planned::of(plan)).unwrap();
        let expected = json!({
            "pull": "20261129T233000Z", "run": "r", "mode": "incremental",
            "prefix": "raw/changes/20261129T233000Z/", "since": "2026-11-29T23:25:00Z",
            "parts": [{"part": "part-000", "position": "start"}],
        });
        assert_eq!(answer, expected);
    }
}
