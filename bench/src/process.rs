//! The function's process: built, started, looked at, ended.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use serde::Serialize;

use crate::error::BenchError;

/// Builds the binary as it is deployed.
pub(crate) fn build() -> Result<PathBuf, BenchError> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo)
        .args(["build", "--release", "--package", "recommend"])
        .current_dir(&workspace)
        .status();
    if !status.is_ok_and(|status| status.success()) {
        return Err(BenchError::Build);
    }
    let target = std::env::var_os("CARGO_TARGET_DIR");
    let target = target.map_or_else(|| workspace.join("target"), PathBuf::from);
    Ok(target.join("release").join("recommend"))
}

/// A running function; ended when dropped.
#[derive(Debug)]
pub(crate) struct Process(Child);

/// Memory of a process, in KiB.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Memory {
    /// Resident now.
    pub(crate) resident_kib: u64,
    /// Resident at most.
    pub(crate) peak_kib: u64,
}

impl Process {
    /// Starts `binary` as Lambda would, with its runtime API and its AWS at these addresses.
    pub(crate) fn start(
        binary: &Path,
        runtime_api: SocketAddr,
        services: SocketAddr,
    ) -> Result<Self, BenchError> {
        let child = Command::new(binary)
            .env_clear()
            .env("AWS_LAMBDA_RUNTIME_API", runtime_api.to_string())
            .env("AWS_ENDPOINT_URL", format!("http://{services}"))
            .envs([
                ("AWS_LAMBDA_FUNCTION_NAME", "recommend"),
                ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "1024"),
                ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
                ("AWS_LAMBDA_LOG_LEVEL", "INFO"),
                ("AWS_REGION", "us-east-1"),
                ("AWS_ACCESS_KEY_ID", "bench"),
                ("AWS_SECRET_ACCESS_KEY", "bench"),
                ("AWS_EC2_METADATA_DISABLED", "true"),
                ("DATA_BUCKET", "bench"),
                ("CONFIG_KEY", "config/personalization.yaml"),
                ("CATALOG_TABLE", "Catalog"),
                ("LISTS_TABLE", "Lists"),
                ("OPERATIONS_TABLE", "Operations"),
            ])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn();
        child.map(Self).map_err(|source| BenchError::Start {
            path: binary.to_owned(),
            source,
        })
    }

    /// Its id.
    pub(crate) fn id(&self) -> u32 {
        self.0.id()
    }

    /// Its memory, where the system has `/proc`.
    pub(crate) fn memory(&self) -> Option<Memory> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.0.id())).ok()?;
        Some(Memory {
            resident_kib: kib(&status, "VmRSS:")?,
            peak_kib: kib(&status, "VmHWM:")?,
        })
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn kib(status: &str, name: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_read_as_the_kernel_writes_it() {
        let status = "Name:\trecommend\nVmHWM:\t   12345 kB\nVmRSS:\t    9876 kB\n";
        assert_eq!(kib(status, "VmRSS:"), Some(9_876));
        assert_eq!(kib(status, "VmSwap:"), None);
    }
}
