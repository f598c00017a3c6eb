//! The sample shop as a service: our own `backend-local` over the database that seeding filled, with
//! its webhook at the deployed function.

use std::path::PathBuf;

use backend_local::Database;

use super::{BACKEND, Service, ports::Ports};
use crate::build::{self, Binaries};
use crate::deploy::secret;
use crate::deploy::stack::Outputs;
use crate::error::{Error, Result};
use crate::layout::Layout;

/// The shop's database.
///
/// # Errors
/// [`Error::File`] when its folder cannot be made.
pub fn database(layout: &Layout) -> Result<PathBuf> {
    Ok(layout.folder("backend")?.join("shop.db"))
}

/// The shop over the stack with these `outputs`; an empty one when nothing was seeded yet.
///
/// # Errors
/// [`Error::Unexpected`] when an output is missing, [`Error::File`], [`Error::Backend`].
pub fn service(
    layout: &Layout,
    binaries: &Binaries,
    ports: Ports,
    outputs: &Outputs,
) -> Result<Service> {
    let database = database(layout)?;
    if !database.exists() {
        let empty = Database::create(&database).map_err(Error::backend)?;
        empty.finish().map_err(Error::backend)?;
    }
    let webhook = webhook_url(outputs, ports)?;
    let arguments = [
        "serve",
        "--port",
        &ports.backend.to_string(),
        "--database",
        &database.display().to_string(),
        "--token",
        secret::TOKEN,
        "--webhook",
        &webhook,
        "--webhook-secret",
        secret::WEBHOOK_SECRET,
    ];
    let arguments = arguments.map(str::to_owned).to_vec();
    Ok(Service {
        name: BACKEND,
        program: binaries.backend.clone(),
        fingerprint: format!(
            "{} {}",
            build::fingerprint(&binaries.backend)?,
            arguments.join(" ")
        ),
        arguments,
        environment: Vec::new(),
        health: format!("{}/_backend/health", ports.backend_url()),
    })
}

/// `https://<id>.lambda-url.<region>.on.aws/` is on AWS only; the emulator takes the id in a path.
fn webhook_url(outputs: &Outputs, ports: Ports) -> Result<String> {
    let url = outputs.get("CatalogWebhookUrl").ok_or_else(|| {
        Error::Unexpected(
            "template.yaml has no output CatalogWebhookUrl; the sample shop calls it".into(),
        )
    })?;
    let id = url
        .strip_prefix("https://")
        .and_then(|rest| rest.split('.').next())
        .ok_or_else(|| {
            Error::Unexpected(format!("CatalogWebhookUrl is no function's URL: {url}"))
        })?;
    Ok(format!("{}/_aws/lambda-url/{id}/", ports.endpoint()))
}
