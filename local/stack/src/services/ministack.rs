//! The AWS emulator as a service: ministack from the virtual environment, shut in on 127.0.0.1,
//! with its state in our state directory.

use super::{MINISTACK, Service};
use crate::aws;
use crate::digest;
use crate::error::{Error, Result};
use crate::layout::Layout;

/// The emulator on `port`.
///
/// # Errors
/// [`Error::File`] when its folders cannot be made or its files not read.
pub fn service(layout: &Layout, port: u16) -> Result<Service> {
    let start = layout.emulator();
    let mut version = Vec::new();
    for file in [layout.requirements(), start.clone()] {
        version.extend(std::fs::read(&file).map_err(Error::file("reading", &file))?);
    }
    let state = layout.folder("ministack/state")?;
    let objects = layout.folder("ministack/s3")?;
    let temporary = layout.folder("ministack/tmp")?;
    let mut environment = aws::isolated_environment();
    environment.extend(
        [
            ("GATEWAY_PORT", port.to_string()),
            ("BIND_HOST", "127.0.0.1".into()),
            ("MINISTACK_HOST", "127.0.0.1".into()),
            ("MINISTACK_REGION", aws::REGION.into()),
            // Listeners that nobody here needs.
            ("IOT_MTLS_ENABLED", "0".into()),
            ("SFTP_ENABLED", "0".into()),
            // State that survives a restart.
            ("PERSIST_STATE", "1".into()),
            ("STATE_DIR", state.display().to_string()),
            ("S3_PERSIST", "1".into()),
            ("S3_DATA_DIR", objects.display().to_string()),
            ("TMPDIR", temporary.display().to_string()),
            // Function processes stay warm for as long as a person looks at the result.
            ("LAMBDA_WARM_TTL_SECONDS", "900".into()),
            ("LOG_LEVEL", "INFO".into()),
            ("PYTHONUNBUFFERED", "1".into()),
        ]
        .map(|(name, value)| (name.to_owned(), value)),
    );
    Ok(Service {
        name: MINISTACK,
        program: layout.venv().join("bin/python"),
        arguments: vec![start.display().to_string()],
        environment,
        health: format!("http://127.0.0.1:{port}/_ministack/health"),
        fingerprint: digest::of(&version),
    })
}
