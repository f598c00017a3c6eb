//! `PutItems`, `PutUsers` and `PutActions`.

use serde_json::Value;

use crate::{
    clock::epoch_seconds,
    control::Call,
    data::{
        record::{Record, RowRecord},
        schema::DatasetType,
    },
    fault::Fault,
    import::csv::ID_LENGTH,
    resources::Dataset,
};

/// Takes up to ten items.
///
/// # Errors
/// As the service has them, with the place in `items`.
pub(crate) fn put_items(call: &Call<'_>) -> Result<Value, Fault> {
    put(call, DatasetType::Items, "items", "itemId", 32_000)
}

/// Takes up to ten users.
///
/// # Errors
/// As the service has them, with the place in `users`.
pub(crate) fn put_users(call: &Call<'_>) -> Result<Value, Fault> {
    put(call, DatasetType::Users, "users", "userId", 24_000)
}

/// Takes up to ten actions.
///
/// # Errors
/// As the service has them, with the place in `actions`.
pub(crate) fn put_actions(call: &Call<'_>) -> Result<Value, Fault> {
    put(call, DatasetType::Actions, "actions", "actionId", 32_000)
}

fn put(
    call: &Call<'_>,
    dataset_type: DatasetType,
    list: &str,
    id: &str,
    longest: usize,
) -> Result<Value, Fault> {
    let arn = call.input.arn("datasetArn")?;
    let group = call.app.read(|estate| {
        let dataset = estate.active::<Dataset>(arn)?;
        if dataset.dataset_type == dataset_type.name() {
            return Ok(dataset.dataset_group_arn.clone());
        }
        let problem = format!("must be the ARN of an {} dataset", dataset_type.name());
        Err(call.input.wrong("datasetArn", problem))
    })?;
    let data = call.app.group(&group)?;
    let received = epoch_seconds();
    let mut records = Vec::new();
    for row in call.input.objects(list, 1..=10)? {
        row.required(id)?;
        let id = row.short(id, ID_LENGTH)?.unwrap_or_default();
        let properties = row.short("properties", longest)?;
        data.read()
            .cells(dataset_type, id, properties)
            .map_err(|problem| row.wrong("properties", problem))?;
        records.push(Record::Row(RowRecord {
            dataset_type: dataset_type.name().to_owned(),
            id: id.to_owned(),
            properties: properties.map(str::to_owned),
            received,
        }));
    }
    data.stream(records)?;
    Ok(Value::Null)
}
