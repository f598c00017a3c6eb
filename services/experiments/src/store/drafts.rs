//! Whose item is whose in blended answers, as `recommend` keeps it in the `Lists` table.

use std::collections::HashMap;

use serde::Deserialize;
use shared::{
    batch::{self, MAX_KEYS, Patience, Read},
    direct::DynamoDb,
    lists::draft_key,
};

use crate::error::ServiceError;

/// A blended answer.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Draft {
    list_key: String,
    /// The experiment that it was blended for.
    pub(crate) experiment: String,
    /// Arms by item.
    pub(crate) arms: HashMap<String, String>,
}

/// The table.
#[derive(Debug, Clone)]
pub(crate) struct Drafts {
    pub(crate) dynamodb: DynamoDb,
    pub(crate) table: String,
}

impl Drafts {
    /// The drafts of the answers `ids`, by id; those that expired are left out.
    pub(crate) async fn get(&self, ids: &[String]) -> Result<HashMap<String, Draft>, ServiceError> {
        let mut found = HashMap::new();
        for some in ids.chunks(MAX_KEYS) {
            let keys: Vec<String> = some.iter().map(|id| draft_key(id)).collect();
            let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
            let read = Read {
                table: &self.table,
                key: "listKey",
                attributes: &["listKey", "experiment", "arms"],
                consistent: false,
            };
            let items = batch::get(&self.dynamodb, read, &keys, Patience::WORKFLOW).await?;
            for item in items {
                let draft: Result<Draft, serde_dynamo::Error> = serde_dynamo::from_item(item);
                let draft = draft.map_err(|error| ServiceError::Shape {
                    place: format!("a draft in table {}", self.table),
                    message: error.to_string(),
                })?;
                let id = some.iter().find(|id| draft_key(id) == draft.list_key);
                found.extend(id.map(|id| (id.clone(), draft)));
            }
        }
        Ok(found)
    }
}
