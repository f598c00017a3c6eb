//! The function's process: built, started, looked at, ended.

use std::{
    ffi::OsString,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use serde::Serialize;

use crate::error::BenchError;

/// `/proc` counts processor time in hundredths of a second (`man 5 proc`, `sysconf(_SC_CLK_TCK)`; it is
/// 100 for programs on every architecture of Linux).
const TICK: Duration = Duration::from_millis(10);

/// What is started.
#[derive(Debug, Clone)]
pub struct Function {
    /// The name it knows itself by.
    pub name: String,
    /// The program.
    pub program: PathBuf,
    /// Its arguments.
    pub arguments: Vec<OsString>,
    /// Where it runs; where the benchmark does without.
    pub folder: Option<PathBuf>,
    /// What it finds in the environment besides what Lambda sets.
    pub variables: Vec<(String, String)>,
}

impl Function {
    /// One of this project's, whose binary is `program`.
    #[must_use]
    pub fn ours(name: &str, program: PathBuf) -> Self {
        let variables = [
            ("AWS_LAMBDA_LOG_LEVEL", "INFO"),
            ("DATA_BUCKET", "bench"),
            ("CONFIG_KEY", "config/personalization.yaml"),
            ("CATALOG_TABLE", "Catalog"),
            ("LISTS_TABLE", "Lists"),
            ("OPERATIONS_TABLE", "Operations"),
            ("EXPERIMENTS_TABLE", "Experiments"),
            (
                "TRACK_DEAD_LETTER_QUEUE_URL",
                "http://127.0.0.1/000000000000/dead-letters",
            ),
        ];
        Self {
            name: name.to_owned(),
            program,
            arguments: Vec::new(),
            folder: None,
            variables: variables
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into(),
        }
    }

    /// The function `name` of this project in `binaries`, or, without it, built as it is deployed.
    ///
    /// # Errors
    /// When the build fails.
    pub fn of_project(name: &'static str, binaries: Option<&Path>) -> Result<Self, BenchError> {
        let folder = match binaries {
            Some(folder) => folder.to_owned(),
            None => build(name)?,
        };
        Ok(Self::ours(name, folder.join(name)))
    }
}

/// Builds the binary as it is deployed; its folder.
fn build(name: &'static str) -> Result<PathBuf, BenchError> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo)
        .args(["build", "--release", "--package", name])
        .current_dir(&workspace)
        .status();
    if !status.is_ok_and(|status| status.success()) {
        return Err(BenchError::Build(name));
    }
    let target = std::env::var_os("CARGO_TARGET_DIR");
    let target = target.map_or_else(|| workspace.join("target"), PathBuf::from);
    Ok(target.join("release"))
}

/// A running function; ended when dropped.
#[derive(Debug)]
pub struct Process(Child);

/// Memory of a process, in KiB.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Memory {
    /// Resident now.
    pub resident_kib: u64,
    /// Resident at most.
    pub peak_kib: u64,
}

impl Process {
    /// Starts `function` as Lambda would, with its runtime API and its AWS at these addresses.
    ///
    /// # Errors
    /// When the system does not.
    pub fn start(
        function: &Function,
        runtime_api: SocketAddr,
        services: SocketAddr,
    ) -> Result<Self, BenchError> {
        let mut command = Command::new(&function.program);
        if let Some(folder) = &function.folder {
            command.current_dir(folder);
        }
        let child = command
            .args(&function.arguments)
            .env_clear()
            .env("AWS_LAMBDA_RUNTIME_API", runtime_api.to_string())
            .env("AWS_ENDPOINT_URL", format!("http://{services}"))
            .env("AWS_LAMBDA_FUNCTION_NAME", &function.name)
            .envs([
                ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "1024"),
                ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
                ("AWS_REGION", "us-east-1"),
                ("AWS_DEFAULT_REGION", "us-east-1"),
                ("AWS_ACCESS_KEY_ID", "bench"),
                ("AWS_SECRET_ACCESS_KEY", "bench"),
                ("AWS_EC2_METADATA_DISABLED", "true"),
            ])
            .envs(function.variables.iter().cloned())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn();
        child.map(Self).map_err(|source| BenchError::Start {
            program: function.program.clone(),
            source,
        })
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.0.id()
    }

    /// Its memory, where the system has `/proc`.
    #[must_use]
    pub fn memory(&self) -> Option<Memory> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.0.id())).ok()?;
        Some(Memory {
            resident_kib: kib(&status, "VmRSS:")?,
            peak_kib: kib(&status, "VmHWM:")?,
        })
    }

    /// The processor time all its threads took so far, those that ended too, where the system has
    /// `/proc`. It is counted in hundredths of a second: good for thousands of invocations.
    #[must_use]
    pub fn processor(&self) -> Option<Duration> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.0.id())).ok()?;
        ticks(&stat).map(|ticks| TICK * ticks)
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

/// `utime` and `stime`, the 14th and 15th field; the second is the program's name in brackets, which
/// may hold anything.
fn ticks(stat: &str) -> Option<u32> {
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_whitespace().skip(11).map(str::parse::<u32>);
    Some(fields.next()?.ok()? + fields.next()?.ok()?)
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

    #[test]
    fn processor_time_is_that_of_the_program_and_of_the_kernel_for_it() {
        let stat = "1 (a) b) S 1 1 1 0 -1 4194304 10 0 0 0 250 50 7 7 20 0 1 0 100 1 1";
        assert_eq!(ticks(stat), Some(300));
        assert_eq!(ticks(""), None);
    }
}
