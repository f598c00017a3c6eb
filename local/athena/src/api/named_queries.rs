//! Saved queries.

use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::page::Page;
use crate::{
    app::{App, PRIMARY},
    fault::Fault,
    resources::NamedQuery,
};

/// Ids in a batch, and in a page.
const BATCH: usize = 50;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Create {
    name: String,
    #[serde(default)]
    description: Option<String>,
    database: String,
    query_string: String,
    #[serde(default)]
    work_group: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Update {
    named_query_id: String,
    name: String,
    #[serde(default)]
    description: Option<String>,
    query_string: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct One {
    named_query_id: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Several {
    named_query_ids: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct List {
    #[serde(default)]
    work_group: Option<String>,
    #[serde(flatten)]
    page: Page,
}

pub(super) fn create(app: &App, request: Create) -> Result<Value, Fault> {
    let id = Uuid::now_v7().to_string();
    let query = NamedQuery {
        named_query_id: id.clone(),
        name: request.name,
        description: request.description,
        database: request.database,
        query_string: request.query_string,
        work_group: request.work_group.unwrap_or_else(|| PRIMARY.to_owned()),
    };
    app.change(|estate| {
        super::work_groups::known(estate, &query.work_group)?;
        estate.named_queries.insert(id.clone(), query);
        Ok::<_, Fault>(())
    })?;
    Ok(json!({ "NamedQueryId": id }))
}

pub(super) fn get(app: &App, request: &One) -> Result<Value, Fault> {
    let found = app.read(|estate| estate.named_queries.get(&request.named_query_id).cloned());
    let query = found.ok_or_else(|| missing(&request.named_query_id))?;
    Ok(json!({ "NamedQuery": query }))
}

pub(super) fn batch_get(app: &App, request: Several) -> Result<Value, Fault> {
    let ids = request.named_query_ids;
    if ids.is_empty() || ids.len() > BATCH {
        return Err(Fault::invalid(format!(
            "NamedQueryIds must have between 1 and {BATCH} members"
        )));
    }
    let (mut found, mut unknown) = (Vec::new(), Vec::new());
    app.read(|estate| {
        for id in ids {
            match estate.named_queries.get(&id) {
                Some(query) => found.push(json!(query)),
                None => unknown.push(json!({
                    "NamedQueryId": id,
                    "ErrorCode": "INVALID_INPUT",
                    "ErrorMessage": missing(&id).message,
                })),
            }
        }
    });
    Ok(json!({ "NamedQueries": found, "UnprocessedNamedQueryIds": unknown }))
}

pub(super) fn list(app: &App, request: &List) -> Result<Value, Fault> {
    let work_group = request.work_group.as_deref().unwrap_or(PRIMARY);
    let ids = app.read(|estate| {
        let queries = estate.named_queries.values();
        let queries = queries.filter(|query| query.work_group == work_group);
        queries.map(|query| query.named_query_id.clone()).collect()
    });
    let (ids, next): (Vec<String>, _) = request.page.of(ids, BATCH, |id| id)?;
    let mut answer = json!({ "NamedQueryIds": ids });
    if let Some(next) = next {
        answer["NextToken"] = json!(next);
    }
    Ok(answer)
}

pub(super) fn update(app: &App, request: Update) -> Result<Value, Fault> {
    app.change(|estate| {
        let query = estate.named_queries.get_mut(&request.named_query_id);
        let query = query.ok_or_else(|| missing(&request.named_query_id))?;
        query.name = request.name;
        query.query_string = request.query_string;
        if request.description.is_some() {
            query.description = request.description;
        }
        Ok::<_, Fault>(json!({}))
    })
}

pub(super) fn delete(app: &App, request: &One) -> Result<Value, Fault> {
    app.change(|estate| {
        let removed = estate.named_queries.remove(&request.named_query_id);
        removed.ok_or_else(|| missing(&request.named_query_id))?;
        Ok::<_, Fault>(json!({}))
    })
}

fn missing(id: &str) -> Fault {
    Fault::invalid(format!("NamedQuery {id} was not found"))
}
