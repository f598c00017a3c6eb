//! How resources come to life and go: `CREATE PENDING`, `CREATE IN_PROGRESS`, `ACTIVE` or
//! `CREATE FAILED`; `DELETE PENDING`, `DELETE IN_PROGRESS`, gone. Each step is kept before the next,
//! so that a restart goes on where a kill stopped: `resume` begins unfinished work again.

use std::{future::Future, sync::Arc};

use tokio::time::sleep;

use crate::{
    app::App,
    control::campaign,
    estate::{Estate, Living},
    fault::Fault,
    resources::{
        Campaign, Dataset, DatasetGroup, DatasetImportJob, EventTracker, Filter, Life, Solution,
        SolutionVersion, Status,
    },
};

/// What finished work changes in the resources, together with becoming ACTIVE.
pub(crate) type Commit = Box<dyn FnOnce(&mut Estate) + Send>;

/// How work ends: a change, or the failure reason.
pub(crate) type Outcome = Result<Commit, String>;

/// What a type of resource does on its way.
pub(crate) trait Work: Living {
    /// The work of `CREATE IN_PROGRESS`. Most resources have none. It may begin again after a
    /// restart, so doing it twice must be as good as once.
    fn work(app: Arc<App>, arn: String) -> impl Future<Output = Outcome> + Send {
        let _ = (app, arn);
        async { Ok(Box::new(|_: &mut Estate| {}) as Commit) }
    }

    /// What goes with a deleted resource.
    fn gone(self, app: &App, estate: &mut Estate) {
        let _ = (app, estate);
    }
}

impl Work for EventTracker {}
impl Work for Filter {}
impl Work for Campaign {}

/// Brings a resource to life in the background.
pub(crate) fn create<T: Work>(app: &Arc<App>, arn: String) {
    let app = Arc::clone(app);
    tokio::spawn(async move {
        sleep(app.pace.step()).await;
        step::<T>(
            &app,
            &arn,
            |_| {},
            |life| life.become_status(Status::CreateInProgress),
        );
        let work = T::work(Arc::clone(&app), arn.clone());
        match tokio::join!(work, sleep(app.pace.step())).0 {
            Ok(commit) => {
                step::<T>(&app, &arn, commit, |life| {
                    life.become_status(Status::Active);
                });
            }
            Err(reason) => {
                tracing::warn!(%arn, %reason, "creation failed");
                step::<T>(&app, &arn, |_| {}, |life| life.fail(reason));
            }
        }
    });
}

/// Takes a resource away in the background; its status is already `DELETE PENDING`.
pub(crate) fn delete<T: Work>(app: &Arc<App>, arn: String) {
    let app = Arc::clone(app);
    tokio::spawn(async move {
        sleep(app.pace.step()).await;
        step::<T>(
            &app,
            &arn,
            |_| {},
            |life| life.become_status(Status::DeleteInProgress),
        );
        sleep(app.pace.step()).await;
        let removed = app.change(|estate| {
            if let Some(resource) = T::table_mut(estate).remove(&arn) {
                estate.tags.remove(&arn);
                resource.gone(&app, estate);
            }
            Ok(())
        });
        report(&arn, removed);
    });
}

/// Goes on with everything that was under way.
pub(crate) fn resume(app: &Arc<App>) {
    resume_table::<DatasetGroup>(app);
    resume_table::<Dataset>(app);
    resume_table::<DatasetImportJob>(app);
    resume_table::<EventTracker>(app);
    resume_table::<Filter>(app);
    resume_table::<Solution>(app);
    resume_table::<SolutionVersion>(app);
    resume_table::<Campaign>(app);
    campaign::resume_updates(app);
}

fn resume_table<T: Work>(app: &Arc<App>) {
    let unfinished = app.read(|estate| {
        let all = T::table(estate).iter();
        let statuses = all.map(|(arn, resource)| (arn.clone(), resource.life().status));
        statuses
            .filter(|(_, status)| status.is_creating() || status.is_deleting())
            .collect::<Vec<_>>()
    });
    for (arn, status) in unfinished {
        tracing::info!(%arn, %status, "going on after the restart");
        if status.is_creating() {
            create::<T>(app, arn);
        } else {
            delete::<T>(app, arn);
        }
    }
}

/// Changes a resource if it is still there, and what goes with the change.
fn step<T: Work>(
    app: &App,
    arn: &str,
    commit: impl FnOnce(&mut Estate),
    change: impl FnOnce(&mut Life),
) {
    let changed = app.change(|estate| {
        if T::table(estate).contains_key(arn) {
            commit(estate);
            let life = estate.get_mut::<T>(arn)?.life_mut();
            change(life);
            tracing::info!(%arn, status = %life.status, "status changed");
        }
        Ok(())
    });
    report(arn, changed);
}

/// Nobody waits for a background step, so its trouble goes to the log.
pub(crate) fn report(arn: &str, result: Result<(), Fault>) {
    if let Err(fault) = result {
        tracing::error!(%arn, %fault, "the state could not be kept");
    }
}
