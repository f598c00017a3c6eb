//! Filters. Their language is in `filter/`.

use filter_expression::parse::parse;
use serde_json::{Value, json};

use super::{Call, begin, end, page};
use crate::{
    data::schema::{DatasetType, Schema},
    estate::Estate,
    fault::Fault,
    filter::check::{FIELDS_IN_GROUP, Schemas, check, fields},
    quotas,
    resources::{Dataset, DatasetGroup, DatasetSchema, Filter, Life},
};

/// `CreateFilter`
pub(super) fn create(call: &Call<'_>) -> Result<Value, Fault> {
    let name = call.input.name("name")?;
    let group_arn = call.input.arn("datasetGroupArn")?;
    let expression = call.input.required("filterExpression")?;
    call.input.short("filterExpression", 2500)?;
    let wrong = |problem| call.input.wrong("filterExpression", problem);
    let parsed = parse(expression).map_err(wrong)?;
    call.app.read(|estate| {
        estate.active::<DatasetGroup>(group_arn)?;
        let schema = |one| Some((one, schema(estate, group_arn, one)?));
        let schemas: Schemas = DatasetType::ALL.into_iter().filter_map(schema).collect();
        check(&parsed, &schemas).map_err(wrong)?;
        check_fields(estate, group_arn, &parsed)?;
        let count = estate.count::<Filter>(|one| one.dataset_group_arn == group_arn);
        let most = call.app.quotas.counts.filters_in_group;
        quotas::check(count, most, "filters in the dataset group")
    })?;
    let filter_arn = call.scope.arn(&format!("filter/{name}"));
    begin(
        call,
        Filter {
            name,
            filter_arn: filter_arn.clone(),
            dataset_group_arn: group_arn.to_owned(),
            filter_expression: expression.to_owned(),
            life: Life::begin(),
        },
    )?;
    Ok(json!({ "filterArn": filter_arn }))
}

/// Whether the filters of a group read few enough fields together.
fn check_fields(
    estate: &Estate,
    group_arn: &str,
    filter: &filter_expression::syntax::Filter,
) -> Result<(), Fault> {
    let mut read = fields(filter);
    let mut others = estate.filters.values();
    while let Some(other) = others.find(|one| one.dataset_group_arn == group_arn) {
        read.extend(parse(&other.filter_expression).iter().flat_map(fields));
    }
    if read.len() <= FIELDS_IN_GROUP {
        return Ok(());
    }
    Err(Fault::limit(format!(
        "The filters of the dataset group would read {} fields and at most {} are allowed",
        read.len(),
        FIELDS_IN_GROUP
    )))
}

fn schema(estate: &Estate, group_arn: &str, dataset_type: DatasetType) -> Option<Schema> {
    let mut datasets = estate.datasets.values();
    let dataset: &Dataset = datasets.find(|one| {
        one.dataset_group_arn == group_arn && one.dataset_type == dataset_type.name()
    })?;
    let schema = estate.get::<DatasetSchema>(&dataset.schema_arn).ok()?;
    Schema::parse(&schema.schema).ok()
}

/// `ListFilters`; its answer is the only one with a capital letter.
pub(super) fn list(call: &Call<'_>) -> Result<Value, Fault> {
    let group = call.input.optional_arn("datasetGroupArn")?;
    page::list::<Filter>(call, "Filters", |one| {
        group.is_none_or(|group| one.dataset_group_arn == group)
    })
}

/// `DeleteFilter`
pub(super) fn delete(call: &Call<'_>) -> Result<Value, Fault> {
    end::<Filter>(call, call.input.arn("filterArn")?)
}
