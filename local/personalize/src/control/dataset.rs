//! Datasets of a group.

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{Call, begin, end, page, refuse_if, unfinished};
use crate::{
    app::App,
    data::schema::{DatasetType, Schema},
    domain::Domain,
    estate::Estate,
    fault::Fault,
    import::copies,
    lifecycle::{Outcome, Work},
    resources::{
        Dataset, DatasetGroup, DatasetImportJob, DatasetSchema, Life, SolutionVersion, Update,
    },
    scope::name_of,
    update::{self, Updated},
};

impl Updated for Dataset {
    fn latest(&mut self) -> &mut Option<Update> {
        &mut self.latest_dataset_update
    }

    fn apply(&mut self, members: &Map<String, Value>) {
        if let Some(arn) = members.get("schemaArn").and_then(Value::as_str) {
            arn.clone_into(&mut self.schema_arn);
        }
    }

    fn in_force(&self, app: &App, estate: &Estate) {
        let schema = estate.schemas.get(&self.schema_arn);
        let schema = schema.and_then(|schema| Schema::parse(&schema.schema).ok());
        let dataset_type = DatasetType::parse(&self.dataset_type);
        let data = app.groups.get(&self.dataset_group_arn);
        let (Some(schema), Some(dataset_type), Some(data)) = (schema, dataset_type, data) else {
            return;
        };
        let jobs = estate.imports.get(&self.dataset_arn).into_iter().flatten();
        for (state, job) in app
            .state
            .iter()
            .flat_map(|state| jobs.clone().map(move |job| (state, job)))
        {
            let path = state.import_file(&self.dataset_arn, job);
            if let Err(error) = copies::conform(&path, &schema) {
                tracing::error!(%error, "rows keep the columns of the old schema");
            }
        }
        data.write().set_schema(dataset_type, schema);
    }
}

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
        estate
            .dataset_export_jobs
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
        let group = estate.active::<DatasetGroup>(group_arn)?;
        check_schema(call, estate, schema_arn, dataset_type, group.domain)
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
            latest_dataset_update: None,
            life: Life::begin(),
        },
    )?;
    Ok(json!({ "datasetArn": dataset_arn }))
}

/// Whether a schema can be that of a dataset of this type in a group of this domain.
fn check_schema(
    call: &Call<'_>,
    estate: &Estate,
    schema_arn: &str,
    dataset_type: DatasetType,
    domain: Option<Domain>,
) -> Result<(), Fault> {
    let schema = estate.get::<DatasetSchema>(schema_arn)?;
    if schema.domain != domain {
        let problem = match domain {
            Some(domain) => format!("must be a schema of the domain {}", domain.name()),
            None => "is a schema of a domain, which the dataset group has not".to_owned(),
        };
        return Err(call.input.wrong("schemaArn", problem));
    }
    let parsed = Schema::parse(&schema.schema).map_err(Fault::internal)?;
    let of_domain = |()| domain.map_or(Ok(()), |domain| domain.check(&parsed, dataset_type));
    let fits = parsed.check(dataset_type).and_then(of_domain);
    fits.map_err(|problem| call.input.wrong("schemaArn", problem))
}

/// Whether a schema has all fields of another, and of its own only such as may be empty: rows that
/// are there must fit it.
fn check_extends(call: &Call<'_>, estate: &Estate, old: &str, new: &str) -> Result<(), Fault> {
    let parsed = |arn: &str| {
        let schema = estate.get::<DatasetSchema>(arn)?;
        Schema::parse(&schema.schema).map_err(Fault::internal)
    };
    let (old, new) = (parsed(old)?, parsed(new)?);
    let gone = old
        .fields
        .iter()
        .find(|one| new.field(&one.name) != Some(*one));
    let added = new
        .fields
        .iter()
        .find(|one| old.field(&one.name).is_none() && !one.nullable);
    let problem = match (gone, added) {
        (Some(gone), _) => format!("must have the field {} as it is", gone.name),
        (None, Some(added)) => format!("the new field {} must be nullable", added.name),
        (None, None) => return Ok(()),
    };
    Err(call.input.wrong("schemaArn", problem))
}

/// `UpdateDataset`: a schema with more fields. Those that both have keep their values.
pub(super) fn update(call: &Call<'_>) -> Result<Value, Fault> {
    let arn = call.input.arn("datasetArn")?;
    let schema_arn = call.input.arn("schemaArn")?;
    update::begin::<Dataset>(call.app, arn, |estate, dataset| {
        let dataset_type = DatasetType::parse(&dataset.dataset_type)
            .ok_or_else(|| Fault::internal("no such type of dataset"))?;
        let group = estate.get::<DatasetGroup>(&dataset.dataset_group_arn)?;
        check_schema(call, estate, schema_arn, dataset_type, group.domain)?;
        check_extends(call, estate, &dataset.schema_arn, schema_arn)?;
        let importing =
            estate.any::<DatasetImportJob>(|one| one.dataset_arn == arn && unfinished(one));
        refuse_if(importing, arn, "an import job that is under way")?;
        Ok(Map::from_iter([(
            "schemaArn".to_owned(),
            schema_arn.into(),
        )]))
    })?;
    Ok(json!({ "datasetArn": arn }))
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
