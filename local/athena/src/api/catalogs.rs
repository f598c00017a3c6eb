//! Data catalogs.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::page::Page;
use crate::{
    app::App,
    fault::Fault,
    resources::{DataCatalog, Estate},
    sql::relations::DEFAULT_CATALOG,
};

/// Catalogs in a page.
const PAGE: usize = 50;
/// As Athena writes the catalog that is always there.
const DEFAULT_NAME: &str = "AwsDataCatalog";

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Write {
    name: String,
    r#type: String,
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    parameters: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct One {
    name: String,
}

impl Write {
    fn catalog(self) -> Result<DataCatalog, Fault> {
        let has = |name: &str| {
            self.parameters
                .get(name)
                .is_some_and(|value| !value.is_empty())
        };
        let complete = match self.r#type.as_str() {
            "LAMBDA" => has("function") || (has("metadata-function") && has("record-function")),
            "HIVE" => has("metadata-function"),
            "GLUE" => has("catalog-id"),
            other => {
                return Err(Fault::invalid(format!(
                    "Type must be LAMBDA, HIVE or GLUE, and is {other}"
                )));
            }
        };
        if !complete {
            return Err(Fault::invalid(format!(
                "Parameters of a catalog of type {} must have function, or metadata-function and record-function; of HIVE metadata-function, of GLUE catalog-id",
                self.r#type
            )));
        }
        Ok(DataCatalog {
            name: self.name,
            r#type: self.r#type,
            description: self.description,
            parameters: self.parameters,
        })
    }
}

pub(super) fn create(app: &App, request: Write) -> Result<Value, Fault> {
    let good = |sign: char| sign.is_ascii_alphanumeric() || "_@-".contains(sign);
    if request.name.is_empty() || request.name.len() > 127 || !request.name.chars().all(good) {
        return Err(Fault::invalid(
            "Name must have 1 to 127 letters, digits, '_', '@' and '-'",
        ));
    }
    let catalog = request.catalog()?;
    let key = catalog.name.to_lowercase();
    app.change(|estate| {
        if key == DEFAULT_CATALOG || estate.catalogs.contains_key(&key) {
            return Err(Fault::invalid(format!(
                "DataCatalog {} already exists",
                catalog.name
            )));
        }
        let answer = described(&catalog);
        estate.catalogs.insert(key, catalog);
        Ok(json!({ "DataCatalog": answer }))
    })
}

pub(super) fn get(app: &App, request: &One) -> Result<Value, Fault> {
    app.read(|estate| {
        let catalog = find(estate, &request.name)?;
        Ok(json!({ "DataCatalog": described(&catalog) }))
    })
}

pub(super) fn list(app: &App, request: &Page) -> Result<Value, Fault> {
    let catalogs = app.read(|estate| {
        let registered = estate.catalogs.values().cloned();
        std::iter::once(default()).chain(registered).collect()
    });
    let (page, next): (Vec<DataCatalog>, _) = request.of(catalogs, PAGE, |one| &one.name)?;
    let page = page.iter().map(|catalog| {
        json!({ "CatalogName": catalog.name, "Type": catalog.r#type, "Status": "CREATE_COMPLETE" })
    });
    let mut answer = json!({ "DataCatalogsSummary": page.collect::<Vec<_>>() });
    if let Some(next) = next {
        answer["NextToken"] = json!(next);
    }
    Ok(answer)
}

pub(super) fn update(app: &App, request: Write) -> Result<Value, Fault> {
    let catalog = request.catalog()?;
    app.change(|estate| {
        let key = catalog.name.to_lowercase();
        let Some(known) = estate.catalogs.get_mut(&key) else {
            return Err(missing(&catalog.name));
        };
        *known = catalog;
        Ok(json!({}))
    })
}

pub(super) fn delete(app: &App, request: &One) -> Result<Value, Fault> {
    app.change(|estate| {
        let removed = estate.catalogs.remove(&request.name.to_lowercase());
        let removed = removed.ok_or_else(|| missing(&request.name))?;
        Ok::<_, Fault>(json!({ "DataCatalog": described(&removed) }))
    })
}

fn described(catalog: &DataCatalog) -> Value {
    let mut answer = json!(catalog);
    answer["Status"] = json!("CREATE_COMPLETE");
    answer
}

fn default() -> DataCatalog {
    DataCatalog {
        name: DEFAULT_NAME.to_owned(),
        r#type: "GLUE".to_owned(),
        description: None,
        parameters: BTreeMap::from([("catalog-id".to_owned(), "000000000000".to_owned())]),
    }
}

fn find(estate: &Estate, name: &str) -> Result<DataCatalog, Fault> {
    if name.eq_ignore_ascii_case(DEFAULT_NAME) {
        return Ok(default());
    }
    let found = estate.catalogs.get(&name.to_lowercase()).cloned();
    found.ok_or_else(|| missing(name))
}

fn missing(name: &str) -> Fault {
    Fault::invalid(format!("DataCatalog {name} was not found"))
}
