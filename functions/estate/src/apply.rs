//! One call of `apply`: looks, plans, creates, stores what it saw, and says so. Called again, it goes
//! on from what it finds; nothing it did is needed from the call before.

use aws_sdk_personalize::Client;
use serde::Serialize;
use shared::{
    arn::Kind,
    aws::AwsError,
    estate::Estate,
    fault::{Fault, FaultKind},
    metrics::{self, Unit},
    operations::{OperationsError, ResourceState},
};

use crate::{
    create::{Created, create},
    declared::resources,
    error::EstateError,
    observe::observe,
    plan::plan,
    resource::{Declared, Found},
};

/// The answer to `{"action":"apply"}`.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Applied {
    /// Everything declared is active.
    settled: bool,
    created: Vec<Named>,
    pending: Vec<Named>,
    failed: Vec<Failed>,
}

#[derive(Debug, Serialize)]
struct Named {
    kind: Kind,
    name: String,
    arn: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<String>,
}

#[derive(Debug, Serialize)]
struct Failed {
    kind: Kind,
    name: String,
    reason: String,
}

/// Creates what is missing and can be created now.
pub(crate) async fn apply(client: &Client, estate: &Estate) -> Result<Applied, EstateError> {
    let declared = resources(&estate.config);
    let found = observe(client, &declared).await?;
    let plan = plan(&declared, &found);
    let mut applied = Applied::default();
    for (resource, found) in &plan.known {
        store(
            estate,
            resource,
            &found.arn,
            &found.status,
            found.tracking_id.clone(),
        )
        .await?;
    }
    for (resource, found) in plan.pending() {
        applied.pending.push(coming(resource, found));
    }
    for (resource, reason) in &plan.failed {
        applied.fail(resource, reason.clone());
    }
    let mut taken = Vec::new();
    for resource in &plan.create {
        match create(client, resource, &found).await {
            Ok(created) => applied.created.push(made(estate, resource, created).await?),
            Err(error) if error.already_exists() => taken.push(*resource),
            Err(error) if is_refused(&error) => applied.fail(resource, error.to_string()),
            Err(error) => return Err(error.into()),
        }
    }
    applied.adopt(client, &declared, &taken).await?;
    applied.settled =
        plan.create.is_empty() && applied.pending.is_empty() && applied.failed.is_empty();
    count(&applied);
    Ok(applied)
}

impl Applied {
    fn fail(&mut self, resource: &Declared, reason: String) {
        let kind = resource.content.kind();
        self.failed.push(Failed {
            kind,
            name: resource.name.clone(),
            reason,
        });
    }

    /// A name that was free a moment ago is ours when another call of `apply` was quicker,
    /// and not when the name is taken outside our dataset group.
    async fn adopt(
        &mut self,
        client: &Client,
        declared: &[Declared],
        taken: &[&Declared],
    ) -> Result<(), AwsError> {
        if taken.is_empty() {
            return Ok(());
        }
        let found = observe(client, declared).await?;
        for resource in taken {
            match found.iter().find(|found| found.stands_for(resource)) {
                Some(found) => self.pending.push(coming(resource, found)),
                None => self.fail(
                    resource,
                    format!(
                        "a {} of this name exists outside this dataset group: declare yours under a new name",
                        resource.content.kind()
                    ),
                ),
            }
        }
        Ok(())
    }
}

/// Whether Personalize understood and said no. A quota counts: creating resources does not wait for
/// one to be raised.
fn is_refused(error: &AwsError) -> bool {
    error.kind() == FaultKind::InvalidInput || error.code() == "LimitExceededException"
}

fn coming(resource: &Declared, found: &Found) -> Named {
    Named {
        kind: resource.content.kind(),
        name: resource.name.clone(),
        arn: found.arn.clone(),
        status: Some(found.status.clone()),
    }
}

async fn made(
    estate: &Estate,
    resource: &Declared,
    created: Created,
) -> Result<Named, OperationsError> {
    let kind = resource.content.kind();
    let status = if kind == Kind::Schema {
        "ACTIVE"
    } else {
        "CREATE PENDING"
    };
    store(estate, resource, &created.arn, status, created.tracking_id).await?;
    Ok(Named {
        kind,
        name: resource.name.clone(),
        arn: created.arn,
        status: None,
    })
}

async fn store(
    estate: &Estate,
    resource: &Declared,
    arn: &str,
    status: &str,
    tracking_id: Option<String>,
) -> Result<(), OperationsError> {
    let state = ResourceState {
        kind: resource.content.kind(),
        name: resource.name.clone(),
        arn: arn.to_owned(),
        status: status.to_owned(),
        updated_at: jiff::Timestamp::now().as_second(),
        tracking_id,
    };
    estate.operations.put_resource(&state).await
}

fn count(applied: &Applied) {
    let data = [
        ("ResourcesCreated", applied.created.len()),
        ("ResourcesFailed", applied.failed.len()),
    ];
    for (name, number) in data {
        if number > 0 {
            metrics::emit("estate", &[], &[(name, Unit::Count, number as f64)]);
        }
    }
}
