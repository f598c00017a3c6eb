//! What the template makes in Athena on AWS, made in the local one: CloudFormation is the emulator's,
//! which has no catalogs and whose workgroups are not those of `athena-local`.

use aws_sdk_athena::types::{DataCatalogType, ResultConfiguration, WorkGroupConfiguration};

use super::stack::Outputs;
use crate::aws::Clients;
use crate::error::{Error, Result};

/// The catalog's name, as the template has it.
const CATALOG: &str = "backend";

/// Registers the connector and makes the workgroup, as far as they are not there.
///
/// # Errors
/// [`Error::Unexpected`] when the template lacks an output, [`Error::Aws`].
pub async fn register(clients: &Clients, outputs: &Outputs) -> Result<()> {
    let output = |name: &str| {
        outputs.get(name).cloned().ok_or_else(|| {
            Error::Unexpected(format!(
                "template.yaml has no output {name}; Athena needs it"
            ))
        })
    };
    catalog(clients, output("BackendConnectorArn")?).await?;
    let results = format!("s3://{}/raw/athena/", output("DataBucketName")?);
    workgroup(clients, output("AthenaWorkGroupName")?, results).await
}

async fn catalog(clients: &Clients, connector: String) -> Result<()> {
    let found = clients.athena.get_data_catalog().name(CATALOG).send().await;
    if found.is_ok() {
        let updated = clients
            .athena
            .update_data_catalog()
            .name(CATALOG)
            .r#type(DataCatalogType::Lambda)
            .parameters("function", connector)
            .send()
            .await;
        return updated
            .map(|_| ())
            .map_err(Error::aws("athena:UpdateDataCatalog"));
    }
    let made = clients
        .athena
        .create_data_catalog()
        .name(CATALOG)
        .r#type(DataCatalogType::Lambda)
        .parameters("function", connector)
        .send()
        .await;
    made.map(|_| ())
        .map_err(Error::aws("athena:CreateDataCatalog"))
}

async fn workgroup(clients: &Clients, name: String, results: String) -> Result<()> {
    let found = clients
        .athena
        .get_work_group()
        .work_group(&name)
        .send()
        .await;
    if found.is_ok() {
        return Ok(());
    }
    let results = ResultConfiguration::builder()
        .output_location(results)
        .build();
    let configuration = WorkGroupConfiguration::builder()
        .result_configuration(results)
        .enforce_work_group_configuration(true)
        .build();
    let made = clients
        .athena
        .create_work_group()
        .name(name)
        .configuration(configuration)
        .send()
        .await;
    made.map(|_| ())
        .map_err(Error::aws("athena:CreateWorkGroup"))
}
