//! The operations of the control plane, one file per resource, and what they share.
//! `operations` finds one by name.

mod batch_job;
pub(crate) mod campaign;
mod dataset;
mod dataset_group;
mod deletion_job;
mod event_tracker;
mod export_job;
mod filter;
mod import_job;
mod metric_attribution;
pub(crate) mod operations;
mod page;
pub(crate) mod recipe;
mod recipe_operations;
pub(crate) mod recommender;
pub(crate) mod schedule;
mod schema;
mod solution;
pub(crate) mod solution_version;
mod tags;
pub(crate) mod target;

use std::sync::Arc;

use serde_json::{Value, json};

use crate::{
    app::App,
    estate::{Estate, Living, Resource},
    fault::Fault,
    import::s3::Location,
    input::Input,
    lifecycle::{self, Work},
    resources::Status,
    scope::Scope,
};

/// A request on its way through an operation.
#[derive(Debug)]
pub(crate) struct Call<'a> {
    /// The server.
    pub(crate) app: &'a Arc<App>,
    /// Whose request it is.
    pub(crate) scope: Scope,
    /// Its members.
    pub(crate) input: Input,
}

/// An operation: from a request to the members of the answer.
pub(crate) type Operation = fn(&Call<'_>) -> Result<Value, Fault>;

/// `Describe*`: the resource named by one member, under another in the answer.
fn describe<T: Resource>(call: &Call<'_>, arn: &str, answer: &str) -> Result<Value, Fault> {
    let arn = call.input.arn(arn)?;
    call.app
        .read(|estate| Ok(json!({ answer: estate.get::<T>(arn)? })))
}

/// Keeps a new resource with its tags, and brings it to life.
fn begin<T: Work>(call: &Call<'_>, resource: T) -> Result<(), Fault> {
    begin_with(call, resource, |_| {})
}

/// The same together with a change that belongs to it.
fn begin_with<T: Work>(
    call: &Call<'_>,
    resource: T,
    also: impl FnOnce(&mut Estate),
) -> Result<(), Fault> {
    let tags = tags::given(&call.input)?;
    let arn = resource.arn().to_owned();
    call.app.change(|estate| {
        estate.add(resource)?;
        also(estate);
        if !tags.is_empty() {
            estate.tags.insert(arn.clone(), tags);
        }
        Ok(())
    })?;
    lifecycle::create::<T>(call.app, arn);
    Ok(())
}

/// Marks a resource for deletion and lets it go.
fn end<T: Work>(call: &Call<'_>, arn: &str) -> Result<Value, Fault> {
    call.app.change(|estate| {
        let resource = estate.get_mut::<T>(arn)?;
        let life = resource.life_mut();
        let status = life.status;
        if status.is_creating() || status.is_deleting() || status.is_turning() {
            return Err(Fault::in_use(format!(
                "The {} {arn} is {status}; wait until that is over",
                T::KIND
            )));
        }
        life.become_status(Status::DeletePending);
        Ok(())
    })?;
    lifecycle::delete::<T>(call.app, arn.to_owned());
    Ok(Value::Null)
}

/// Refuses to delete something that others need.
fn refuse_if(used: bool, arn: &str, by: &str) -> Result<(), Fault> {
    if used {
        return Err(Fault::in_use(format!(
            "{arn} is in use by {by}; delete that first"
        )));
    }
    Ok(())
}

/// The `dataSource.dataLocation` that a job reads.
fn data_location(input: &Input) -> Result<String, Fault> {
    let source = input
        .object("dataSource")?
        .ok_or_else(|| input.wrong("dataSource", "this member is required"))?;
    let location = source.required("dataLocation")?;
    if Location::parse(location).is_none() {
        return Err(source.wrong("dataLocation", "must be s3://<bucket>/<folder or file>"));
    }
    Ok(location.to_owned())
}

/// Whether a resource is still being made.
fn unfinished<T: Living>(resource: &T) -> bool {
    resource.life().status.is_creating()
}
