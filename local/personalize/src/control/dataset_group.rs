//! Dataset groups.

use serde_json::{Value, json};

use super::{Call, begin, end, page, refuse_if};
use crate::{
    app::App,
    domain::Domain,
    estate::{Estate, Resource},
    fault::Fault,
    lifecycle::Work,
    quotas,
    resources::{
        Dataset, DatasetGroup, EventTracker, Filter, Life, MetricAttribution, Recommender, Solution,
    },
};

impl Work for DatasetGroup {
    fn gone(self, app: &App, estate: &mut Estate) {
        app.groups.remove(&self.dataset_group_arn);
        let of_this = |arn: &String| *arn == self.dataset_group_arn;
        let jobs = &mut estate.data_deletion_jobs;
        jobs.retain(|_, job| !of_this(&job.dataset_group_arn));
        if let Some(state) = &app.state {
            state.remove(&self.dataset_group_arn);
        }
    }
}

/// `CreateDatasetGroup`
pub(super) fn create(call: &Call<'_>) -> Result<Value, Fault> {
    let name = call.input.name("name")?;
    let arn = call.scope.arn(&format!("dataset-group/{name}"));
    call.app.read(|estate| {
        // A name that is taken is the better complaint when both are true.
        if DatasetGroup::table(estate).contains_key(&arn) {
            return Ok(());
        }
        let count = estate.count::<DatasetGroup>(|one| call.scope.owns(one.arn()));
        quotas::check(
            count,
            call.app.quotas.counts.dataset_groups_in_region,
            "dataset groups in this region",
        )
    })?;
    begin(
        call,
        DatasetGroup {
            name,
            dataset_group_arn: arn.clone(),
            domain: call.input.text("domain")?.and_then(Domain::parse),
            role_arn: call.input.text("roleArn")?.map(str::to_owned),
            kms_key_arn: call.input.text("kmsKeyArn")?.map(str::to_owned),
            life: Life::begin(),
        },
    )?;
    Ok(json!({ "datasetGroupArn": arn }))
}

/// `ListDatasetGroups`
pub(super) fn list(call: &Call<'_>) -> Result<Value, Fault> {
    page::list::<DatasetGroup>(call, "datasetGroups", |_| true)
}

/// `DeleteDatasetGroup`
pub(super) fn delete(call: &Call<'_>) -> Result<Value, Fault> {
    let arn = call.input.arn("datasetGroupArn")?;
    call.app.read(|estate| {
        estate.get::<DatasetGroup>(arn)?;
        refuse_if(
            estate.any::<Dataset>(|one| one.dataset_group_arn == arn),
            arn,
            "a dataset",
        )?;
        refuse_if(
            estate.any::<Solution>(|one| one.dataset_group_arn == arn),
            arn,
            "a solution",
        )?;
        refuse_if(
            estate.any::<Recommender>(|one| one.dataset_group_arn == arn),
            arn,
            "a recommender",
        )?;
        refuse_if(
            estate.any::<MetricAttribution>(|one| one.dataset_group_arn == arn),
            arn,
            "a metric attribution",
        )?;
        refuse_if(
            estate.any::<Filter>(|one| one.dataset_group_arn == arn),
            arn,
            "a filter",
        )?;
        let tracked = estate.any::<EventTracker>(|one| one.dataset_group_arn == arn);
        refuse_if(tracked, arn, "an event tracker")
    })?;
    end::<DatasetGroup>(call, arn)
}
