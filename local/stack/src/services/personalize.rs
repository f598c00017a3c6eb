//! Amazon Personalize as a service: our own `personalize-local`, reading its datasets from the
//! emulator's S3.

use std::path::Path;

use super::{PERSONALIZE, Service};
use crate::aws;
use crate::build;
use crate::error::Result;
use crate::layout::Layout;

/// `personalize-local` on `port`, over the emulator on `ministack_port`.
///
/// # Errors
/// [`Error::File`](crate::Error::File) when its state folder cannot be made.
pub fn service(layout: &Layout, binary: &Path, port: u16, ministack_port: u16) -> Result<Service> {
    let state = layout.folder("personalize")?;
    Ok(Service {
        name: PERSONALIZE,
        program: binary.to_owned(),
        arguments: vec![
            "--port".into(),
            port.to_string(),
            "--state".into(),
            state.display().to_string(),
            "--s3-endpoint".into(),
            format!("http://127.0.0.1:{ministack_port}"),
            // States pass quickly: nobody learns from waiting here.
            "--pace".into(),
            "fast".into(),
        ],
        environment: aws::isolated_environment(),
        health: format!("http://127.0.0.1:{port}/"),
        fingerprint: build::fingerprint(binary)?,
    })
}
