//! What to create now, what to wait for and what cannot be: pure, from what is declared and found.

use std::collections::HashMap;

use shared::arn::Kind;

use crate::resource::{Content, Declared, Found};

/// What one call of `apply` does and says.
#[derive(Debug, Default)]
pub(crate) struct Plan<'a> {
    /// Missing, and everything they need is active.
    pub(crate) create: Vec<&'a Declared>,
    /// As declared, in whatever state.
    pub(crate) known: Vec<(&'a Declared, &'a Found)>,
    /// What waiting does not help, with the reason and the remedy.
    pub(crate) failed: Vec<(&'a Declared, String)>,
}

impl<'a> Plan<'a> {
    /// As declared and on their way.
    pub(crate) fn pending(&self) -> impl Iterator<Item = &(&'a Declared, &'a Found)> {
        self.known
            .iter()
            .filter(|(_, found)| !found.is_active() && !found.is_failed())
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Ready,
    Coming,
    Failed,
}

/// Plans one call. `declared` has what a resource needs before the resource.
pub(crate) fn plan<'a>(declared: &'a [Declared], found: &'a [Found]) -> Plan<'a> {
    let mut plan = Plan::default();
    let mut states: HashMap<(Kind, &str), State> = HashMap::new();
    for resource in declared {
        let state = match found.iter().find(|found| found.stands_for(resource)) {
            Some(found) => judge(resource, found, &mut plan),
            None => missing(resource, declared, &states, &mut plan),
        };
        states.insert((resource.content.kind(), &resource.name), state);
    }
    plan
}

fn judge<'a>(resource: &'a Declared, found: &'a Found, plan: &mut Plan<'a>) -> State {
    if let Some(difference) = found.difference(resource) {
        plan.failed.push((resource, difference));
        return State::Failed;
    }
    plan.known.push((resource, found));
    if found.is_active() {
        State::Ready
    } else if found.is_failed() {
        let reason = found
            .failure_reason
            .as_deref()
            .unwrap_or("Personalize gives no reason");
        plan.failed.push((
            resource,
            format!(
                "{}: {reason}; delete it and apply again, or declare it under a new name",
                found.status
            ),
        ));
        State::Failed
    } else {
        State::Coming
    }
}

fn missing<'a>(
    resource: &'a Declared,
    declared: &'a [Declared],
    states: &HashMap<(Kind, &str), State>,
    plan: &mut Plan<'a>,
) -> State {
    let mut all_ready = true;
    for needed in declared.iter().filter(|other| needs(resource, other)) {
        match states.get(&(needed.content.kind(), needed.name.as_str())) {
            Some(State::Ready) => {}
            Some(State::Failed) => {
                let reason = format!(
                    "needs the {} `{}`, which failed",
                    needed.content.kind(),
                    needed.name
                );
                plan.failed.push((resource, reason));
                return State::Failed;
            }
            Some(State::Coming) | None => all_ready = false,
        }
    }
    if all_ready {
        plan.create.push(resource);
    }
    State::Coming
}

/// Whether `other` must be active before `resource` is created. Schemas belong to no group.
/// Filters and solutions read columns of every dataset, and so wait for all of them.
fn needs(resource: &Declared, other: &Declared) -> bool {
    match (&resource.content, &other.content) {
        (Content::DatasetGroup { .. } | Content::Schema { .. }, _) => false,
        (_, Content::DatasetGroup { .. }) => true,
        (Content::Dataset { schema, .. }, Content::Schema { .. }) => *schema == other.name,
        (
            Content::EventTracker | Content::Filter { .. } | Content::Solution { .. },
            Content::Dataset { .. },
        ) => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::declared::resources;

    fn shop() -> Vec<Declared> {
        let text = include_str!("../../../config/personalization.yaml");
        resources(&shared::config::parse("test.yaml", text).unwrap())
    }

    fn made(declared: &Declared, status: &str) -> Found {
        Found {
            name: declared.name.clone(),
            arn: format!("arn/{}", declared.name),
            status: status.to_owned(),
            failure_reason: None,
            tracking_id: None,
            content: declared.content.clone(),
        }
    }

    fn names<'a>(list: &[&'a Declared]) -> Vec<&'a str> {
        list.iter().map(|declared| declared.name.as_str()).collect()
    }

    #[test]
    fn called_again_and_again_it_makes_everything_once_and_in_order() {
        let declared = shop();
        let mut world: Vec<Found> = Vec::new();
        let mut rounds = Vec::new();
        while rounds.len() < 10 {
            let new: Vec<Found> = {
                let plan = plan(&declared, &world);
                assert!(plan.failed.is_empty(), "{:?}", plan.failed);
                plan.create
                    .iter()
                    .map(|declared| made(declared, "ACTIVE"))
                    .collect()
            };
            if new.is_empty() {
                break;
            }
            rounds.push(new.len());
            world.extend(new);
        }
        // Group and three schemas, three datasets, then tracker, filter and three solutions.
        assert_eq!(rounds, [4, 3, 5]);
        assert_eq!(world.len(), declared.len());
    }

    #[test]
    fn nothing_is_made_in_a_group_that_is_still_coming() {
        let declared = shop();
        let world = [made(&declared[0], "CREATE IN_PROGRESS")];
        let plan = plan(&declared, &world);
        assert_eq!(
            names(&plan.create),
            ["shop-interactions", "shop-items", "shop-users"]
        );
        assert_eq!(plan.pending().count(), 1);
    }

    #[test]
    fn what_needs_a_failed_resource_fails_in_words_and_the_rest_goes_on() {
        let declared = shop();
        let mut world: Vec<Found> = declared[..4]
            .iter()
            .map(|known| made(known, "ACTIVE"))
            .collect();
        let Content::Schema { avro } = &mut world[3].content else {
            panic!("a schema")
        };
        avro["name"] = "Other".into();
        let plan = plan(&declared, &world);
        assert_eq!(names(&plan.create), ["shop-items", "shop-interactions"]);
        let users = plan
            .failed
            .iter()
            .find(|(resource, _)| resource.content.kind() == Kind::Dataset);
        assert_eq!(
            users.unwrap().1,
            "needs the schema `shop-users`, which failed"
        );
        // Schema, dataset, and the five that wait for all datasets.
        assert_eq!(plan.failed.len(), 7);
    }

    #[test]
    fn a_resource_that_failed_gives_personalizes_reason() {
        let declared = shop();
        let mut failed = made(&declared[0], "CREATE FAILED");
        failed.failure_reason = Some("no quota left".to_owned());
        let world = [failed];
        let plan = plan(&declared, &world);
        assert!(
            plan.failed[0]
                .1
                .starts_with("CREATE FAILED: no quota left;"),
            "{:?}",
            plan.failed
        );
        assert_eq!(plan.pending().count(), 0);
    }
}
