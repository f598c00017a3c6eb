//! Amazon Athena as a service: our own `athena-local`, which reads and writes the emulator's S3 and
//! invokes connectors in the emulator's Lambda.

use std::path::Path;

use super::{ATHENA, Service, ports::Ports};
use crate::aws;
use crate::build;
use crate::error::Result;
use crate::layout::Layout;

/// `athena-local` of `ports`.
///
/// # Errors
/// [`Error::File`](crate::Error::File) when its state folder cannot be made.
pub fn service(layout: &Layout, binary: &Path, ports: Ports) -> Result<Service> {
    let state = layout.folder("athena")?;
    let emulator = format!("http://127.0.0.1:{}", ports.ministack);
    let arguments = [
        "--port",
        &ports.athena.to_string(),
        "--state",
        &state.display().to_string(),
        "--s3-endpoint",
        &emulator,
        "--lambda-endpoint",
        &emulator,
    ];
    let arguments = arguments.map(str::to_owned).to_vec();
    Ok(Service {
        name: ATHENA,
        program: binary.to_owned(),
        fingerprint: format!("{} {}", build::fingerprint(binary)?, arguments.join(" ")),
        arguments,
        environment: aws::isolated_environment(),
        health: format!("http://127.0.0.1:{}/health", ports.athena),
    })
}
