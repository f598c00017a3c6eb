//! Workgroups: where results go, and how much queries may read.

use serde::Deserialize;
use serde_json::{Value, json};

use super::page::Page;
use crate::{
    app::{App, PRIMARY},
    executions::now,
    fault::Fault,
    resources::{Estate, ResultConfiguration, WorkGroup, WorkGroupConfiguration},
};

/// Groups in a page.
const PAGE: usize = 50;
/// The smallest cutoff that Athena takes, in bytes.
const SMALLEST_CUTOFF: u64 = 10_000_000;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Create {
    name: String,
    #[serde(default)]
    configuration: WorkGroupConfiguration,
    #[serde(default)]
    description: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Update {
    work_group: String,
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    state: Option<String>,
    #[serde(default)]
    configuration_updates: ConfigurationUpdates,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct ConfigurationUpdates {
    enforce_work_group_configuration: Option<bool>,
    result_configuration_updates: ResultUpdates,
    publish_cloud_watch_metrics_enabled: Option<bool>,
    bytes_scanned_cutoff_per_query: Option<u64>,
    remove_bytes_scanned_cutoff_per_query: bool,
    requester_pays_enabled: Option<bool>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct ResultUpdates {
    output_location: Option<String>,
    remove_output_location: bool,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct One {
    work_group: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Delete {
    work_group: String,
    #[serde(default)]
    recursive_delete_option: bool,
}

pub(super) fn create(app: &App, request: Create) -> Result<Value, Fault> {
    let good = |sign: char| sign.is_ascii_alphanumeric() || "._-".contains(sign);
    if request.name.is_empty() || request.name.len() > 128 || !request.name.chars().all(good) {
        return Err(Fault::invalid(
            "Name must have 1 to 128 letters, digits, '.', '_' and '-'",
        ));
    }
    check(&request.configuration)?;
    app.change(|estate| {
        if estate.work_groups.contains_key(&request.name) {
            return Err(Fault::invalid("WorkGroup is already created"));
        }
        let group = WorkGroup {
            name: request.name.clone(),
            state: "ENABLED".to_owned(),
            configuration: request.configuration,
            description: request.description,
            creation_time: now(),
        };
        estate.work_groups.insert(request.name, group);
        Ok(json!({}))
    })
}

/// The cutoff may be any number here, so that tests need not read 10 MB; smaller ones are only noted.
fn check(configuration: &WorkGroupConfiguration) -> Result<(), Fault> {
    match configuration.bytes_scanned_cutoff_per_query {
        Some(0) => Err(Fault::invalid(
            "BytesScannedCutoffPerQuery must be more than 0",
        )),
        Some(cutoff) if cutoff < SMALLEST_CUTOFF => {
            tracing::warn!(cutoff, "Athena takes no cutoff below 10 MB");
            Ok(())
        }
        _ => Ok(()),
    }
}

pub(super) fn get(app: &App, request: &One) -> Result<Value, Fault> {
    app.read(|estate| {
        let group = known(estate, &request.work_group)?;
        Ok(json!({ "WorkGroup": group }))
    })
}

pub(super) fn list(app: &App, request: &Page) -> Result<Value, Fault> {
    let groups = app.read(|estate| estate.work_groups.values().cloned().collect());
    let (page, next): (Vec<WorkGroup>, _) = request.of(groups, PAGE, |group| &group.name)?;
    let page = page.iter().map(|group| {
        let mut summary = json!({
            "Name": group.name,
            "State": group.state,
            "CreationTime": group.creation_time,
            "EngineVersion": group.configuration.engine_version,
        });
        if let Some(description) = &group.description {
            summary["Description"] = json!(description);
        }
        summary
    });
    let mut answer = json!({ "WorkGroups": page.collect::<Vec<_>>() });
    if let Some(next) = next {
        answer["NextToken"] = json!(next);
    }
    Ok(answer)
}

pub(super) fn update(app: &App, request: Update) -> Result<Value, Fault> {
    app.change(|estate| {
        known(estate, &request.work_group)?;
        let Some(group) = estate.work_groups.get_mut(&request.work_group) else {
            return Err(missing(&request.work_group));
        };
        match request.state.as_deref() {
            None => {}
            Some(state @ ("ENABLED" | "DISABLED")) => group.state = state.to_owned(),
            Some(other) => {
                return Err(Fault::invalid(format!(
                    "State must be ENABLED or DISABLED, and is {other}"
                )));
            }
        }
        if request.description.is_some() {
            group.description = request.description;
        }
        apply(request.configuration_updates, &mut group.configuration);
        check(&group.configuration)?;
        Ok(json!({}))
    })
}

fn apply(updates: ConfigurationUpdates, configuration: &mut WorkGroupConfiguration) {
    let ResultConfiguration { output_location } = &mut configuration.result_configuration;
    let results = updates.result_configuration_updates;
    if results.remove_output_location {
        *output_location = None;
    }
    if results.output_location.is_some() {
        *output_location = results.output_location;
    }
    if updates.remove_bytes_scanned_cutoff_per_query {
        configuration.bytes_scanned_cutoff_per_query = None;
    }
    if updates.bytes_scanned_cutoff_per_query.is_some() {
        configuration.bytes_scanned_cutoff_per_query = updates.bytes_scanned_cutoff_per_query;
    }
    if let Some(enforce) = updates.enforce_work_group_configuration {
        configuration.enforce_work_group_configuration = enforce;
    }
    if let Some(publish) = updates.publish_cloud_watch_metrics_enabled {
        configuration.publish_cloud_watch_metrics_enabled = publish;
    }
    if let Some(pays) = updates.requester_pays_enabled {
        configuration.requester_pays_enabled = pays;
    }
}

pub(super) fn delete(app: &App, request: &Delete) -> Result<Value, Fault> {
    let name = &request.work_group;
    if name == PRIMARY {
        return Err(Fault::invalid("The primary workgroup cannot be deleted"));
    }
    let has_executions = !app.executions.ids(name).is_empty();
    app.change(|estate| {
        known(estate, name)?;
        let has_queries = estate
            .named_queries
            .values()
            .any(|query| query.work_group == *name);
        let has_statements = estate
            .prepared_statements
            .get(name)
            .is_some_and(|all| !all.is_empty());
        let in_use = has_executions || has_queries || has_statements;
        if in_use && !request.recursive_delete_option {
            return Err(Fault::invalid(format!(
                "WorkGroup {name} is not empty; RecursiveDeleteOption deletes what is in it"
            )));
        }
        estate.work_groups.remove(name);
        estate.prepared_statements.remove(name);
        estate
            .named_queries
            .retain(|_, query| query.work_group != *name);
        Ok(json!({}))
    })
}

/// A workgroup.
///
/// # Errors
/// When there is none of the name.
pub(super) fn known<'a>(estate: &'a Estate, name: &str) -> Result<&'a WorkGroup, Fault> {
    estate.work_groups.get(name).ok_or_else(|| missing(name))
}

fn missing(name: &str) -> Fault {
    Fault::invalid(format!("WorkGroup {name} is not found."))
}
