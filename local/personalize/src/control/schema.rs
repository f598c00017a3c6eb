//! Schemas. They have no life cycle: there at once, gone at once.

use serde_json::{Value, json};

use super::{Call, page, refuse_if};
use crate::{
    clock::epoch_seconds,
    data::schema::Schema,
    domain::Domain,
    estate::Resource,
    fault::Fault,
    quotas,
    resources::{Dataset, DatasetSchema},
};

/// `CreateSchema`
pub(super) fn create(call: &Call<'_>) -> Result<Value, Fault> {
    let name = call.input.name("name")?;
    let text = call.input.required("schema")?;
    if text.len() > 20_000 {
        return Err(call
            .input
            .wrong("schema", "must have at most 20000 characters"));
    }
    Schema::parse(text).map_err(|problem| call.input.wrong("schema", problem))?;
    let domain = call.input.text("domain")?.and_then(Domain::parse);
    let schema_arn = call.scope.arn(&format!("schema/{name}"));
    let now = epoch_seconds();
    call.app.change(|estate| {
        let count = estate.count::<DatasetSchema>(|one| call.scope.owns(one.arn()));
        let most = call.app.quotas.counts.schemas_in_region;
        quotas::check(count, most, "schemas in this region")?;
        estate.add(DatasetSchema {
            name,
            schema_arn: schema_arn.clone(),
            schema: text.to_owned(),
            domain,
            creation_date_time: now,
            last_updated_date_time: now,
        })
    })?;
    Ok(json!({ "schemaArn": schema_arn }))
}

/// `ListSchemas`
pub(super) fn list(call: &Call<'_>) -> Result<Value, Fault> {
    page::list::<DatasetSchema>(call, "schemas", |_| true)
}

/// `DeleteSchema`
pub(super) fn delete(call: &Call<'_>) -> Result<Value, Fault> {
    let arn = call.input.arn("schemaArn")?;
    call.app.change(|estate| {
        estate.get::<DatasetSchema>(arn)?;
        refuse_if(
            estate.any::<Dataset>(|one| one.schema_arn == arn),
            arn,
            "a dataset",
        )?;
        estate.schemas.remove(arn);
        Ok(Value::Null)
    })
}
