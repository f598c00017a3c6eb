//! Changes of resources that are ACTIVE: `CREATE PENDING`, `CREATE IN_PROGRESS`, `ACTIVE`. Until a
//! change is ACTIVE the resource is as it was. What may change is in `control/`.

use std::sync::Arc;

use serde_json::{Map, Value};
use tokio::time::sleep;

use crate::{
    app::App,
    estate::Estate,
    fault::Fault,
    lifecycle::{Work, report},
    resources::{Campaign, Dataset, Life, Recommender, Solution, Status, Update},
};

/// A type of resource that can change.
pub(crate) trait Updated: Work {
    /// The latest change, under way or done.
    fn latest(&mut self) -> &mut Option<Update>;

    /// Puts the members of a change in the place of the resource's own.
    fn apply(&mut self, members: &Map<String, Value>);

    /// What else changes when a change is in force.
    fn in_force(&self, app: &App, estate: &Estate) {
        let _ = (app, estate);
    }
}

/// Whether a change is under way.
#[must_use]
pub(crate) fn under_way(latest: Option<&Update>) -> bool {
    latest.is_some_and(|update| update.life.status.is_creating())
}

/// Begins to change a resource of which `check` says that it may, and with which members.
///
/// # Errors
/// Those of `check`; `ResourceInUseException` when the resource is not ACTIVE or being changed.
pub(crate) fn begin<T: Updated>(
    app: &Arc<App>,
    arn: &str,
    check: impl FnOnce(&Estate, &T) -> Result<Map<String, Value>, Fault>,
) -> Result<(), Fault> {
    app.change(|estate| {
        let mut resource = estate.get::<T>(arn)?.clone();
        let members = check(estate, &resource)?;
        let status = resource.life().status;
        if status != Status::Active {
            return Err(Fault::in_use(format!(
                "The {} {arn} is {status}; wait until it is ACTIVE",
                T::KIND
            )));
        }
        if under_way(resource.latest().as_ref()) {
            return Err(Fault::in_use(format!(
                "The {} {arn} is being updated; wait until its latest update is ACTIVE",
                T::KIND
            )));
        }
        *resource.latest() = Some(Update {
            life: Life::begin(),
            members,
        });
        T::table_mut(estate).insert(arn.to_owned(), resource);
        Ok(())
    })?;
    go_on::<T>(app, arn.to_owned());
    Ok(())
}

/// Goes on with the changes that a restart interrupted.
pub(crate) fn resume(app: &Arc<App>) {
    resume_table::<Campaign>(app);
    resume_table::<Dataset>(app);
    resume_table::<Recommender>(app);
    resume_table::<Solution>(app);
}

fn resume_table<T: Updated>(app: &Arc<App>) {
    let all: Vec<T> = app.read(|estate| T::table(estate).values().cloned().collect());
    for mut resource in all {
        if under_way(resource.latest().as_ref()) {
            go_on::<T>(app, resource.arn().to_owned());
        }
    }
}

fn go_on<T: Updated>(app: &Arc<App>, arn: String) {
    let app = Arc::clone(app);
    tokio::spawn(async move {
        sleep(app.pace.pending()).await;
        step::<T>(&app, &arn, |_, update| {
            update.life.become_status(Status::CreateInProgress);
        });
        sleep(app.pace.updating()).await;
        step::<T>(&app, &arn, |resource, update| {
            update.life.become_status(Status::Active);
            resource.apply(&update.members);
            resource.life_mut().become_status(Status::Active);
        });
        T::ready(&app, &arn);
    });
}

fn step<T: Updated>(app: &App, arn: &str, change: impl FnOnce(&mut T, &mut Update)) {
    let changed = app.change(|estate| {
        // Gone in the meantime, or about to go: nothing is left to change.
        let Some(mut resource) = T::table(estate).get(arn).cloned() else {
            return Ok(());
        };
        if resource.life().status.is_deleting() {
            return Ok(());
        }
        if let Some(mut update) = resource.latest().take() {
            change(&mut resource, &mut update);
            let status = update.life.status;
            tracing::info!(%arn, %status, "status of the update changed");
            *resource.latest() = Some(update);
            if status == Status::Active {
                resource.in_force(app, estate);
            }
            T::table_mut(estate).insert(arn.to_owned(), resource);
        }
        Ok(())
    });
    report(arn, changed);
}
