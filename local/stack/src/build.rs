//! Compiles what runs locally: every function, the experiments service and the stand-ins, in one cargo invocation
//! whose own progress the person sees.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::UNIX_EPOCH;

use serde::Deserialize;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Command;

use crate::error::{Error, Result};
use crate::layout::Layout;

/// The package that stands in for Amazon Personalize.
const PERSONALIZE: &str = "personalize-local";
/// The package of the experiments service.
const EXPERIMENTS: &str = "experiments-service";
/// The package that stands in for Amazon Athena.
const ATHENA: &str = "athena-local";
/// The package that stands in for SES, End User Messaging and Pinpoint.
const MESSAGING: &str = "messaging-local";
/// The package of the sample shop.
const BACKEND: &str = "backend-local";

/// The compiled programs.
#[derive(Debug, Clone)]
pub struct Binaries {
    /// Function name to binary.
    pub functions: BTreeMap<String, PathBuf>,
    /// The stand-in for Amazon Personalize.
    pub personalize: PathBuf,
    /// The experiments service.
    pub experiments: PathBuf,
    /// The stand-in for Amazon Athena.
    pub athena: PathBuf,
    /// The stand-in for SES, End User Messaging and Pinpoint.
    pub messaging: PathBuf,
    /// The sample shop.
    pub backend: PathBuf,
}

/// The names of all functions: the folders of `functions/` that are crates.
///
/// # Errors
/// [`Error::File`] when the folder cannot be listed.
pub fn function_names(layout: &Layout) -> Result<Vec<String>> {
    let folder = layout.root().join("functions");
    let entries = std::fs::read_dir(&folder).map_err(Error::file("listing", &folder))?;
    let mut names: Vec<String> = entries
        .flatten()
        .filter(|entry| entry.path().join("Cargo.toml").is_file())
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect();
    names.sort();
    Ok(names)
}

/// Builds everything and tells where cargo put it.
///
/// # Errors
/// [`Error::Command`] when cargo fails (it has said why) or leaves a binary out.
pub async fn build(layout: &Layout) -> Result<Binaries> {
    let functions = function_names(layout)?;
    let failed = |reason: String| Error::Command {
        command: "cargo build".into(),
        reason,
        remedy: "cargo's messages above say what to mend".into(),
    };
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let mut command = Command::new(cargo);
    command.current_dir(layout.root()).args([
        "build",
        // The features of the whole workspace, as `cargo demo` and `cargo test --workspace` use them:
        // with those of the functions alone every dependency would be built a second time.
        "--workspace",
        // Its binary that measures recipes has the name of a function.
        "--exclude",
        "recommender",
        "--message-format",
        "json-render-diagnostics",
    ]);
    let services = [PERSONALIZE, EXPERIMENTS, ATHENA, MESSAGING, BACKEND];
    for name in functions.iter().map(String::as_str).chain(services) {
        command.args(["--bin", name]);
    }
    // What `cargo run` told this process about its own package is wrong for the next one.
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            command.env_remove(name);
        }
    }
    let mut child = command
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| failed(error.to_string()))?;
    let mut built = BTreeMap::new();
    if let Some(out) = child.stdout.take() {
        let mut lines = BufReader::new(out).lines();
        while let Ok(Some(line)) = lines.next_line().await {
            built.extend(executable(&line));
        }
    }
    let status = child
        .wait()
        .await
        .map_err(|error| failed(error.to_string()))?;
    if !status.success() {
        return Err(failed(status.to_string()));
    }
    let mut take = |name: &str| {
        built
            .remove(name)
            .ok_or_else(|| failed(format!("it made no binary {name}")))
    };
    let personalize = take(PERSONALIZE)?;
    let experiments = take(EXPERIMENTS)?;
    let athena = take(ATHENA)?;
    let messaging = take(MESSAGING)?;
    let backend = take(BACKEND)?;
    let functions = functions
        .into_iter()
        .map(|name| take(&name).map(|path| (name, path)))
        .collect::<Result<_>>()?;
    Ok(Binaries {
        functions,
        personalize,
        experiments,
        athena,
        messaging,
        backend,
    })
}

/// The binary one of cargo's JSON messages announces.
fn executable(message: &str) -> Option<(String, PathBuf)> {
    #[derive(Deserialize)]
    struct Artifact {
        target: Target,
        executable: Option<PathBuf>,
    }
    #[derive(Deserialize)]
    struct Target {
        name: String,
    }
    let artifact: Artifact = serde_json::from_str(message).ok()?;
    Some((artifact.target.name, artifact.executable?))
}

/// Changes whenever a binary is built anew: its size and time of modification.
///
/// # Errors
/// [`Error::File`] when it cannot be looked at.
pub fn fingerprint(binary: &Path) -> Result<String> {
    let metadata = std::fs::metadata(binary).map_err(Error::file("reading", binary))?;
    let modified = metadata
        .modified()
        .map_err(Error::file("reading", binary))?;
    let age = modified.duration_since(UNIX_EPOCH).unwrap_or_default();
    Ok(format!("{}-{}", metadata.len(), age.as_nanos()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cargo_messages_tell_binaries_and_nothing_else() {
        let binary = r#"{"reason":"compiler-artifact","target":{"name":"recommend"},"executable":"/t/recommend"}"#;
        assert_eq!(
            executable(binary),
            Some(("recommend".into(), "/t/recommend".into()))
        );
        let library =
            r#"{"reason":"compiler-artifact","target":{"name":"shared"},"executable":null}"#;
        assert_eq!(executable(library), None);
        assert_eq!(
            executable(r#"{"reason":"build-finished","success":true}"#),
            None
        );
    }
}
