//! Datasets of a group.

use serde_json::{Value, json};
use uuid::Uuid;

use super::{Call, begin, end, page, refuse_if, unfinished};
use crate::{
    app::App,
    data::schema::{DatasetType, Schema},
    estate::Estate,
    fault::Fault,
    lifecycle::{Outcome, Work},
    resources::{Dataset, DatasetGroup, DatasetImportJob, DatasetSchema, Life, SolutionVersion},
    scope::name_of,
};

impl Work for Dataset {
    async fn work(app: std::sync::Arc<App>, arn: String) -> Outcome {
        let (group, dataset_type, schema) = app.read(|estate| {
            let dataset = estate.get::<Self>(&arn).map_err(|fault| fault.message)?;
            let schema = estate.get::<DatasetSchema>(&dataset.schema_arn);
            let schema = Schema::parse(&schema.map_err(|fault| fault.message)?.schema)?;
            let dataset_type = DatasetType::parse(&dataset.dataset_type)
                .ok_or_else(|| format!("{} is no type of dataset", dataset.dataset_type))?;
            Ok::<_, String>((dataset.dataset_group_arn.clone(), dataset_type, schema))
        })?;
        let data = app.group(&group).map_err(|fault| fault.message)?;
        data.write().set_schema(dataset_type, schema);
        Ok(Box::new(|_| {}))
    }

    fn gone(self, app: &App, estate: &mut Estate) {
        let arn = &self.dataset_arn;
        estate.imports.remove(arn);
        estate
            .dataset_import_jobs
            .retain(|_, job| job.dataset_arn != *arn);
        let data = app.groups.get(&self.dataset_group_arn);
        if let (Some(data), Some(dataset_type)) = (data, DatasetType::parse(&self.dataset_type)) {
            data.write().forget(dataset_type);
        }
        if let Some(state) = &app.state {
            state.remove(arn);
        }
    }
}

/// `CreateDataset`
pub(super) fn create(call: &Call<'_>) -> Result<Value, Fault> {
    let name = call.input.name("name")?;
    let schema_arn = call.input.arn("schemaArn")?;
    let group_arn = call.input.arn("datasetGroupArn")?;
    let dataset_type =
        DatasetType::parse(call.input.required("datasetType")?).ok_or_else(|| {
            call.input.wrong(
                "datasetType",
                "must be INTERACTIONS, ITEMS, USERS, ACTIONS or ACTION_INTERACTIONS",
            )
        })?;
    call.app.read(|estate| {
        estate.active::<DatasetGroup>(group_arn)?;
        let schema = estate.get::<DatasetSchema>(schema_arn)?;
        let parsed = Schema::parse(&schema.schema).map_err(Fault::internal)?;
        let fits = parsed.check(dataset_type);
        fits.map_err(|problem| call.input.wrong("schemaArn", problem))
    })?;
    let resource = format!("dataset/{}/{}", name_of(group_arn), dataset_type.name());
    let dataset_arn = call.scope.arn(&resource);
    begin(
        call,
        Dataset {
            name,
            dataset_arn: dataset_arn.clone(),
            dataset_group_arn: group_arn.to_owned(),
            dataset_type: dataset_type.name().to_owned(),
            schema_arn: schema_arn.to_owned(),
            tracking_id: (dataset_type == DatasetType::ActionInteractions)
                .then(|| Uuid::new_v4().to_string()),
            life: Life::begin(),
        },
    )?;
    Ok(json!({ "datasetArn": dataset_arn }))
}

/// `ListDatasets`
pub(super) fn list(call: &Call<'_>) -> Result<Value, Fault> {
    let group = call.input.optional_arn("datasetGroupArn")?;
    page::list::<Dataset>(call, "datasets", |one| {
        group.is_none_or(|group| one.dataset_group_arn == group)
    })
}

/// `DeleteDataset`
pub(super) fn delete(call: &Call<'_>) -> Result<Value, Fault> {
    let arn = call.input.arn("datasetArn")?;
    call.app.read(|estate| {
        let group = &estate.get::<Dataset>(arn)?.dataset_group_arn;
        let importing =
            estate.any::<DatasetImportJob>(|one| one.dataset_arn == arn && unfinished(one));
        refuse_if(importing, arn, "an import job that is under way")?;
        let training =
            estate.any::<SolutionVersion>(|one| one.dataset_group_arn == *group && unfinished(one));
        refuse_if(training, arn, "a solution version that is being trained")
    })?;
    end::<Dataset>(call, arn)
}
