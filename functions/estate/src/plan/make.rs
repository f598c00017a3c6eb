//! Makes the plan: judges everything that is declared, then everything that is there and is not.

use serde::{Deserialize, Serialize};
use shared::{arn::Kind, experiments, generation};

use super::{
    Action, Change, Plan, Prices, Quotas, Waiting,
    judge::{self, Context},
    mark,
    order::order,
};
use crate::{
    declared::is_part_of,
    resource::{Found, TAG, has_generations},
};

/// What the plan is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Mode {
    /// The world becomes as declared.
    Apply,
    /// Everything of the estate goes.
    Teardown,
}

/// The plan for `mode`.
pub(crate) fn plan(context: &Context<'_>, mode: Mode, prices: &Prices, quotas: &Quotas) -> Plan {
    let mut plan = Plan {
        estate: context.config.estate.clone(),
        declaration: declaration(context),
        ..Plan::default()
    };
    if mode == Mode::Apply {
        judge::group(context, &mut plan);
        for declared in context.declared {
            if has_generations(declared.kind) {
                judge::generations(context, declared, &mut plan);
            } else {
                judge::plain(context, declared, &mut plan);
            }
        }
    }
    let mut deletions = undeclared(context, mode, &mut plan);
    deletions.sort_by_key(|change| order(change.kind));
    plan.changes.extend(deletions);
    quotas.judge(context, &mut plan);
    prices.judge(context, &mut plan);
    plan
}

fn declaration(context: &Context<'_>) -> String {
    let all = context.declared.iter();
    let all: Vec<_> = all.map(|one| (one.kind, &one.name, &one.fields)).collect();
    mark(&serde_json::json!(all).to_string())
}

/// What is there and not declared: it goes when it is ours, and is only named when it is not.
fn undeclared(context: &Context<'_>, mode: Mode, plan: &mut Plan) -> Vec<Change> {
    let mut deletions: Vec<Change> = Vec::new();
    for found in &context.world.found {
        let declared = context.declared.iter().find(|one| is_part_of(found, one));
        if declared.is_some() && mode == Mode::Apply {
            continue;
        }
        let known = known_name(context, found);
        let stable = declared
            .map(|declared| declared.name.clone())
            .or(known.clone());
        let in_our_group = mode == Mode::Teardown && found.kind != Kind::Schema;
        // Schedules have a group of their own, in which nobody else has any business.
        let goes = stable.is_some() || in_our_group || found.kind == Kind::Schedule;
        let name = stable.unwrap_or_else(|| found.name.clone());
        if found.is_leaving() {
            plan.coming.push(waiting(found, &found.status));
        } else if goes {
            let is_new = |one: &&Change| one.kind == found.kind && one.name == name;
            if !deletions.iter().any(|one| is_new(&one)) {
                let change = Change::new(Action::Delete, found.kind, &name);
                deletions.push(match mode {
                    Mode::Apply => change.because("it has left the file"),
                    Mode::Teardown if declared.is_none() && known.is_none() => {
                        change.because("it was made by hand, and the dataset group goes")
                    }
                    Mode::Teardown => change,
                });
            }
        } else if let Some(experiment) = experiment_of(found) {
            let because = format!(
                "made for the experiment {experiment}, whose end deletes it; declare it to keep it"
            );
            plan.waiting.push(waiting(found, &because));
        } else {
            plan.strangers.push(waiting(
                found,
                "made by hand: declare it to make it the estate's, or delete it",
            ));
        }
    }
    deletions
}

/// The stable name under which `found` was applied, or was made by `rotate-filters`, which leaves no
/// record and an alias.
fn known_name(context: &Context<'_>, found: &Found) -> Option<String> {
    let aliases = context.known.states.keys();
    let aliases = aliases.filter(|(kind, _)| has_generations(*kind));
    let names = context.known.records.keys().chain(aliases);
    let names = names.filter(|(kind, name)| {
        *kind == found.kind
            && if has_generations(*kind) {
                generation::belongs(&found.name, name)
            } else {
                found.name == *name
            }
    });
    // A generation is known by its own name, too.
    let stable = names.min_by_key(|(_, name)| name.len());
    stable.map(|(_, name)| name.clone())
}

/// The experiment that a campaign was made for: the experiments service tags those of its arms.
fn experiment_of(found: &Found) -> Option<&str> {
    let tag = found.fields.get(&format!("{TAG}{}", experiments::TAG))?;
    tag.as_str().filter(|_| found.kind == Kind::Campaign)
}

fn waiting(found: &Found, because: &str) -> Waiting {
    Waiting {
        kind: found.kind,
        name: found.name.clone(),
        because: because.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{observe::World, plan::Known};

    #[test]
    fn a_campaign_of_an_experiment_is_left_alone_and_no_stranger() {
        let text = include_str!("../../../../config/personalization.yaml");
        let config = shared::config::parse("config", text).unwrap();
        let found = |name: &str, tag: Option<&str>| {
            let mut found = Found::new(Kind::Campaign, name.to_owned(), format!("arn:{name}"));
            let tag = tag.map(|tag| (format!("{TAG}{}", experiments::TAG), json!(tag)));
            found.fields.extend(tag);
            found
        };
        let world = World {
            found: vec![found("taste-1-new", Some("taste-1")), found("other", None)],
            ..World::default()
        };
        let context = Context {
            config: &config,
            declared: &[],
            world: &world,
            known: &Known::default(),
            now: 0,
        };
        let mut plan = Plan::default();
        assert_eq!(undeclared(&context, Mode::Apply, &mut plan), []);
        assert_eq!(plan.waiting[0].name, "taste-1-new");
        assert_eq!(plan.strangers.len(), 1);
        let gone = undeclared(&context, Mode::Teardown, &mut Plan::default());
        assert_eq!(gone.len(), 2, "a teardown leaves nothing");
    }
}
