//! Keeps what was seen: ARNs and states for the functions that look them up, and the records by which
//! a change by hand is told from one in the file.

use shared::{
    arn::Kind,
    operations::{Applied, ResourceState},
};

use crate::{
    error::EstateError,
    plan::{Action, Change, Generations, Mode, Plan},
    records::has_state,
    resource::{Declared, Found, Record, has_generations},
    session::{Seen, Session},
};

/// Writes what is new in `seen`.
pub(super) async fn remember(
    session: &Session,
    seen: &Seen,
    plan: &Plan,
    mode: Mode,
) -> Result<(), EstateError> {
    forget_what_is_gone(session, seen, mode).await?;
    if mode == Mode::Teardown {
        return Ok(());
    }
    let context = session.context(seen);
    for declared in &seen.declared {
        let found = if has_generations(declared.kind) {
            Generations::of(&context, declared).in_service
        } else {
            context.find(declared)
        };
        let Some(found) = found.filter(|found| !found.is_leaving()) else {
            continue;
        };
        keep_state(session, seen, declared, found).await?;
        let as_declared = !plan.changes.iter().any(|change| {
            change.kind == declared.kind
                && change.name == declared.name
                && change.action != Action::Adopt
        });
        if as_declared && found.is_ready() {
            keep_record(session, seen, declared, found).await?;
        }
    }
    Ok(())
}

/// Keeps that the estate made a resource: it is not to be taken for one that was there before. What
/// it looks like is seen, and kept, by a later call.
pub(super) async fn made(
    session: &Session,
    seen: &Seen,
    change: &Change,
) -> Result<(), EstateError> {
    let same = |one: &&Declared| one.kind == change.kind && one.name == change.name;
    let declared = seen.declared.iter().find(same);
    let record = Record {
        declared: declared.map(|one| one.fields.clone()).unwrap_or_default(),
        ..Record::default()
    };
    let applied = Applied {
        kind: change.kind,
        name: change.name.clone(),
        content: serde_json::json!(record),
        applied_at: seen.now,
    };
    session.records.put_applied(&applied).await
}

/// What was applied, has left the file and is no longer there.
async fn forget_what_is_gone(
    session: &Session,
    seen: &Seen,
    mode: Mode,
) -> Result<(), EstateError> {
    for (kind, name) in seen.known.records.keys() {
        let is_declared = mode == Mode::Apply
            && (seen.declared.iter()).any(|one| one.kind == *kind && one.name == *name);
        let is_there = seen.world.of(*kind).any(|found| {
            found.name == *name
                || has_generations(*kind) && shared::generation::belongs(&found.name, name)
        });
        // Without a stack schedules are not looked at.
        let is_seen = *kind != Kind::Schedule || session.schedules.is_some();
        if !is_declared && !is_there && is_seen {
            session.records.forget(*kind, name).await?;
        }
    }
    Ok(())
}

async fn keep_state(
    session: &Session,
    seen: &Seen,
    declared: &Declared,
    found: &Found,
) -> Result<(), EstateError> {
    if !has_state(declared.kind) {
        return Ok(());
    }
    // A filter answers requests under this name: not before it can.
    if declared.kind == Kind::Filter && !found.is_ready() {
        return Ok(());
    }
    let state = ResourceState {
        kind: declared.kind,
        name: declared.name.clone(),
        arn: found.arn.clone(),
        status: found.status.clone(),
        updated_at: seen.now,
        tracking_id: found.tracking_id.clone(),
    };
    let known = seen
        .known
        .states
        .get(&(declared.kind, declared.name.clone()));
    let is_news = known.is_none_or(|known| {
        (&known.arn, &known.status, &known.tracking_id)
            != (&state.arn, &state.status, &state.tracking_id)
    });
    if is_news {
        session.records.put_state(&state).await?;
    }
    Ok(())
}

async fn keep_record(
    session: &Session,
    seen: &Seen,
    declared: &Declared,
    found: &Found,
) -> Result<(), EstateError> {
    let known = seen.known.record(declared.kind, &declared.name);
    let record = record(declared, found, known);
    if known == Some(&record) {
        return Ok(());
    }
    let applied = Applied {
        kind: declared.kind,
        name: declared.name.clone(),
        content: serde_json::json!(record),
        applied_at: seen.now,
    };
    session.records.put_applied(&applied).await
}

/// The record of a resource that is as declared. A field that the file is silent about keeps the
/// value of the first time, so that a later one is seen as a change by hand.
fn record(declared: &Declared, found: &Found, known: Option<&Record>) -> Record {
    let mut record = known.cloned().unwrap_or_default();
    let left_the_file = |field: &String| {
        record.declared.contains_key(field) && !declared.fields.contains_key(field)
    };
    let is_left_alone =
        |field: &String| field == "running" || declared.left_alone.contains(&field.as_str());
    let mut before = record.found.clone();
    before.retain(|field, _| !left_the_file(field) && !is_left_alone(field));
    record.found = before;
    record.seen = true;
    record.declared.clone_from(&declared.fields);
    for (field, value) in &found.fields {
        if declared.fields.contains_key(field) {
            record.found.insert(field.clone(), value.clone());
        } else if !is_left_alone(field) {
            record
                .found
                .entry(field.clone())
                .or_insert_with(|| value.clone());
        }
    }
    if declared.kind == Kind::Campaign {
        record.solution_version.clone_from(&found.solution_version);
    }
    record
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::resource::Fields;

    #[test]
    fn a_field_nobody_declared_is_remembered_as_it_was_first() {
        let field = |value: u32| Fields::from([("rate".to_owned(), json!(value))]);
        let declared = Declared {
            kind: Kind::Campaign,
            name: "home".to_owned(),
            fields: Fields::new(),
            left_alone: &[],
        };
        let found = |value: u32| Found {
            fields: field(value),
            ..Found::new(Kind::Campaign, "home".to_owned(), "arn".to_owned())
        };
        let first = record(&declared, &found(1), None);
        assert_eq!(first.found, field(1));
        assert_eq!(record(&declared, &found(2), Some(&first)).found, field(1));
        let now_declared = Declared {
            fields: field(2),
            ..declared
        };
        assert_eq!(
            record(&now_declared, &found(2), Some(&first)).found,
            field(2)
        );
    }
}
