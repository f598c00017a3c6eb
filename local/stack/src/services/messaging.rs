//! Amazon SES, End User Messaging and Pinpoint as a service: our own `messaging-local`, which keeps what is sent and
//! shows it.

use std::path::Path;

use super::{MESSAGING, Service, ports::Ports};
use crate::aws;
use crate::build;
use crate::error::Result;
use crate::layout::Layout;

/// `messaging-local` of `ports`.
///
/// # Errors
/// [`Error::File`](crate::Error::File) when its state folder cannot be made.
pub fn service(layout: &Layout, binary: &Path, ports: Ports) -> Result<Service> {
    let state = layout.folder("messaging")?;
    let arguments = [
        "--port",
        &ports.messaging.to_string(),
        "--state",
        &state.display().to_string(),
    ];
    let arguments = arguments.map(str::to_owned).to_vec();
    Ok(Service {
        name: MESSAGING,
        program: binary.to_owned(),
        fingerprint: format!("{} {}", build::fingerprint(binary)?, arguments.join(" ")),
        arguments,
        environment: aws::isolated_environment(),
        health: format!("{}/health", ports.messaging_url()),
    })
}
