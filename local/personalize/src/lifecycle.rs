//! How resources come to life and go: `CREATE PENDING`, `CREATE IN_PROGRESS`, `ACTIVE` or
//! `CREATE FAILED`; `DELETE PENDING`, `DELETE IN_PROGRESS`, gone. Each step is kept before the next,
//! so that a restart goes on where a kill stopped: `resume` begins unfinished work again.

use std::{future::Future, sync::Arc};

use tokio::time::sleep;

use crate::{
    app::App,
    control::{campaign, recommender, solution_version},
    estate::{Estate, Living},
    fault::Fault,
    resources::{
        BatchInferenceJob, BatchSegmentJob, Campaign, DataDeletionJob, Dataset, DatasetExportJob,
        DatasetGroup, DatasetImportJob, EventTracker, Filter, Life, MetricAttribution, Recommender,
        Solution, SolutionVersion, Status,
    },
    update,
};

/// What finished work changes in the resources, together with becoming ACTIVE.
pub(crate) type Commit = Box<dyn FnOnce(&mut Estate) + Send>;

/// How work ends: a change, or the failure reason.
pub(crate) type Outcome = Result<Commit, String>;

/// The statuses of a creation after its first.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stages {
    /// While the work is done.
    pub(crate) working: Status,
    /// When it is.
    pub(crate) done: Status,
    /// When it cannot be.
    pub(crate) failed: Status,
}

/// What a type of resource does on its way.
pub(crate) trait Work: Living {
    /// Its statuses.
    const STAGES: Stages = Stages {
        working: Status::CreateInProgress,
        done: Status::Active,
        failed: Status::CreateFailed,
    };

    /// The work of `CREATE IN_PROGRESS`. Most resources have none. It may begin again after a
    /// restart, so doing it twice must be as good as once.
    fn work(app: Arc<App>, arn: String) -> impl Future<Output = Outcome> + Send {
        let _ = (app, arn);
        async { Ok(Box::new(|_: &mut Estate| {}) as Commit) }
    }

    /// What follows when it has become ACTIVE or a change of it has.
    fn ready(app: &Arc<App>, arn: &str) {
        let _ = (app, arn);
    }

    /// What goes with a deleted resource.
    fn gone(self, app: &App, estate: &mut Estate) {
        let _ = (app, estate);
    }
}

impl Work for EventTracker {}
impl Work for Filter {}

/// Brings a resource to life in the background.
pub(crate) fn create<T: Work>(app: &Arc<App>, arn: String) {
    let app = Arc::clone(app);
    tokio::spawn(async move {
        sleep(app.pace.pending()).await;
        step::<T>(
            &app,
            &arn,
            |_| {},
            |life| life.become_status(T::STAGES.working),
        );
        let work = T::work(Arc::clone(&app), arn.clone());
        match tokio::join!(work, sleep(app.pace.working(T::KIND))).0 {
            Ok(commit) => {
                step::<T>(&app, &arn, commit, |life| {
                    life.become_status(T::STAGES.done);
                });
                T::ready(&app, &arn);
            }
            Err(reason) => {
                tracing::warn!(%arn, %reason, "creation failed");
                let fail = |life: &mut Life| life.fail(T::STAGES.failed, reason);
                step::<T>(&app, &arn, |_| {}, fail);
            }
        }
    });
}

/// Takes a resource away in the background; its status is already `DELETE PENDING`.
pub(crate) fn delete<T: Work>(app: &Arc<App>, arn: String) {
    let app = Arc::clone(app);
    tokio::spawn(async move {
        sleep(app.pace.pending()).await;
        turn::<T>(&app, &arn, Status::DeleteInProgress);
        sleep(app.pace.pending()).await;
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
    resume_table::<Recommender>(app);
    resume_table::<BatchInferenceJob>(app);
    resume_table::<BatchSegmentJob>(app);
    resume_table::<DatasetExportJob>(app);
    resume_table::<DataDeletionJob>(app);
    resume_table::<MetricAttribution>(app);
    recommender::resume_turns(app);
    solution_version::resume_stops(app);
    update::resume(app);
    campaign::resume(app);
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

/// Moves a resource on to a status, if it is still there.
pub(crate) fn turn<T: Work>(app: &App, arn: &str, status: Status) {
    let change = |estate: &mut Estate| {
        if let Ok(resource) = estate.get_mut::<T>(arn) {
            resource.life_mut().become_status(status);
            tracing::info!(%arn, %status, "status changed");
        }
        Ok(())
    };
    report(arn, app.change(change));
}

/// A step of a creation, and what goes with it; not for what is gone or was stopped meanwhile.
fn step<T: Work>(
    app: &App,
    arn: &str,
    commit: impl FnOnce(&mut Estate),
    change: impl FnOnce(&mut Life),
) {
    let changed = app.change(|estate| {
        let status = T::table(estate).get(arn).map(|one| one.life().status);
        if status.is_some_and(Status::is_creating) {
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
