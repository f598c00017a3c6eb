//! One check: describe, publish what is new, then store. In this order a crash in between publishes
//! twice at worst; the other way round it would lose the event.

use aws_sdk_personalize::Client;
use serde::Deserialize;
use shared::{
    arn::Kind,
    estate::Estate,
    metrics::{self, Unit},
    operations::ResourceState,
    resource::describe,
};

use crate::{
    error::CheckError,
    status::{Status, change, status},
};

/// The event of the step. Other members, which a workflow carries along, are left alone.
#[derive(Debug, Deserialize)]
pub(crate) struct Request {
    /// Any resource of kind [`shared::arn::Kind`].
    arn: String,
    /// The lock of the workflow that waits, which is renewed: a training may outlast it.
    lock: Option<HeldLock>,
}

/// A lock and who holds it.
#[derive(Debug, Deserialize)]
struct HeldLock {
    workflow: String,
    owner: String,
}

/// Describes the resource and makes its change known.
pub(crate) async fn check(
    personalize: &Client,
    bus: &aws_sdk_eventbridge::Client,
    estate: &Estate,
    request: &Request,
) -> Result<Status, CheckError> {
    if let Some(lock) = &request.lock {
        renew(estate, lock).await?;
    }
    let description = describe(personalize, &request.arn).await?;
    let now = status(&estate.config, &request.arn, description);
    let last = estate.operations.resource(now.kind, &now.name).await?;
    if let Some(change) = change(&estate.config.estate, &now, last.as_ref()) {
        change.publish(bus).await?;
        if !is_another_generation(&now, last.as_ref()) {
            estate.operations.put_resource(&state(&now, last)).await?;
        }
        count(&now);
    }
    Ok(now)
}

/// A filter's plain name is also the stable one, under which requests find the generation in service:
/// looking at one that is not must not put it there.
fn is_another_generation(now: &Status, last: Option<&ResourceState>) -> bool {
    now.kind == Kind::Filter && last.is_some_and(|last| last.arn != now.arn)
}

async fn renew(estate: &Estate, lock: &HeldLock) -> Result<(), CheckError> {
    let now = jiff::Timestamp::now().as_second();
    let operations = &estate.operations;
    let held = operations
        .take_lock(&lock.workflow, &lock.owner, now)
        .await?;
    match held {
        None => Ok(()),
        Some(other) => Err(CheckError::LockLost {
            workflow: lock.workflow.clone(),
            owner: other.owner,
        }),
    }
}

fn state(now: &Status, last: Option<ResourceState>) -> ResourceState {
    ResourceState {
        kind: now.kind,
        name: now.name.clone(),
        arn: now.arn.clone(),
        status: now.status.clone(),
        updated_at: jiff::Timestamp::now().as_second(),
        tracking_id: last
            .filter(|last| last.arn == now.arn)
            .and_then(|last| last.tracking_id),
    }
}

fn count(now: &Status) {
    if now.done {
        let name = if now.ok {
            "ResourceActive"
        } else {
            "ResourceFailed"
        };
        let kind = [("kind", now.kind.name())];
        metrics::emit("check-status", &kind, &[(name, Unit::Count, 1.0)]);
    }
}
