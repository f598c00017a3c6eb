//! The emulator's virtual environment: finds a Python, makes `.venv` from the pinned
//! requirements, remakes it when they change. Downloads happen here and nowhere else.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::Command;

use crate::digest;
use crate::error::{Error, Result};
use crate::layout::Layout;
use crate::progress::Progress;

/// The oldest Python the emulator runs on.
const OLDEST: (u32, u32) = (3, 10);

/// A Python that will do.
#[derive(Debug, Clone)]
pub struct Python {
    /// How to call it.
    pub program: String,
    /// Its version.
    pub version: (u32, u32),
}

/// The first Python of at least 3.10: what the environment variable `PYTHON` names, and only
/// that when it is set; otherwise `python3` and its versioned names.
///
/// # Errors
/// [`Error::NoPython`] with what was tried.
pub async fn find_python() -> Result<Python> {
    let named = std::env::var("PYTHON").ok().filter(|name| !name.is_empty());
    let candidates = named.map_or_else(
        || {
            let names = [
                "python3",
                "python3.14",
                "python3.13",
                "python3.12",
                "python3.11",
                "python3.10",
            ];
            names.map(str::to_owned).to_vec()
        },
        |name| vec![name],
    );
    let mut tried = Vec::new();
    for program in candidates {
        match version(&program).await {
            Ok(version) if version >= OLDEST => return Ok(Python { program, version }),
            Ok((major, minor)) => tried.push(format!("{program} is {major}.{minor}")),
            Err(reason) => tried.push(format!("{program}: {reason}")),
        }
    }
    Err(Error::NoPython {
        tried: tried.join("; "),
    })
}

async fn version(program: &str) -> Result<(u32, u32), String> {
    let ask = "import sys; print(*sys.version_info[:2])";
    let out = Command::new(program)
        .args(["-c", ask])
        .output()
        .await
        .map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => "not found".to_owned(),
            _ => error.to_string(),
        })?;
    let text = String::from_utf8_lossy(&out.stdout);
    let mut numbers = text.split_whitespace().map(str::parse::<u32>);
    match (numbers.next(), numbers.next()) {
        (Some(Ok(major)), Some(Ok(minor))) => Ok((major, minor)),
        _ => Err("does not tell its version".to_owned()),
    }
}

/// Makes the virtual environment when it is missing or was made from other requirements.
///
/// # Errors
/// [`Error::NoPython`]; [`Error::Command`] when `venv` or `pip` fail, with the log's last lines.
pub async fn virtual_environment(layout: &Layout) -> Result<()> {
    let requirements = layout.requirements();
    let pinned = std::fs::read(&requirements).map_err(Error::file("reading", &requirements))?;
    let wanted = digest::of(&pinned);
    let stamp = layout.venv().join("requirements.sha256");
    if is_current(&stamp, &wanted) {
        return Ok(());
    }
    let python = find_python().await?;
    let log = layout.log("setup")?;
    let progress = Progress::spinner("setup");
    progress.say("making .venv");
    let venv = layout.venv();
    let mut make = Command::new(&python.program);
    make.args(["-m", "venv", "--clear"]).arg(&venv);
    let remedy = "on Debian and Ubuntu `apt install python3-venv` provides it";
    run(make, "python3 -m venv", remedy, &log, &progress).await?;

    let mut install = Command::new(venv.join("bin/python"));
    install
        .args([
            "-m",
            "pip",
            "install",
            "--disable-pip-version-check",
            "--progress-bar",
            "off",
            "-r",
        ])
        .arg(&requirements);
    let remedy = "check the network, or the index pip is configured for, and run it again";
    run(
        install,
        "pip install -r local/requirements.txt",
        remedy,
        &log,
        &progress,
    )
    .await?;
    std::fs::write(&stamp, &wanted).map_err(Error::file("writing", &stamp))?;
    progress.done(&format!(
        ".venv made with Python {}.{}",
        python.version.0, python.version.1
    ));
    Ok(())
}

/// The stamp is written last: a half-made environment has none.
fn is_current(stamp: &Path, wanted: &str) -> bool {
    std::fs::read_to_string(stamp).is_ok_and(|made_from| made_from == wanted)
}

/// A line of pip without the reasons in parentheses and the list at its end.
fn shortened(line: &str) -> String {
    let line = line.split(" (from").next().unwrap_or(line).trim();
    line.chars().take(72).collect()
}

/// Runs a command with its output in the log and its latest line in the progress.
async fn run(
    mut command: Command,
    name: &str,
    remedy: &str,
    log: &PathBuf,
    progress: &Progress,
) -> Result<()> {
    let failed = |reason: String| Error::Command {
        command: name.to_owned(),
        reason,
        remedy: remedy.to_owned(),
    };
    let mut file = tokio::fs::File::options()
        .create(true)
        .append(true)
        .open(log)
        .await
        .map_err(Error::file("opening", log))?;
    let errors = file
        .try_clone()
        .await
        .map_err(Error::file("opening", log))?;
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(errors.into_std().await)
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| failed(error.to_string()))?;
    if let Some(out) = child.stdout.take() {
        let mut lines = BufReader::new(out).lines();
        while let Ok(Some(line)) = lines.next_line().await {
            progress.say(shortened(&line));
            let written = file.write_all(format!("{line}\n").as_bytes()).await;
            written.map_err(Error::file("writing", log))?;
        }
    }
    let status = child
        .wait()
        .await
        .map_err(|error| failed(error.to_string()))?;
    if status.success() {
        return Ok(());
    }
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let last: Vec<&str> = text.lines().rev().take(3).collect();
    let last = last.into_iter().rev().collect::<Vec<_>>().join(" | ");
    Err(failed(format!(
        "{status}: {last} (all of it in {})",
        log.display()
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_environment_is_current_only_with_the_stamp_of_the_same_requirements() {
        let folder = std::env::temp_dir().join(format!("local-setup-{}", uuid::Uuid::new_v4()));
        std::fs::create_dir_all(&folder).unwrap();
        let stamp = folder.join("requirements.sha256");
        assert!(!is_current(&stamp, "a"));
        std::fs::write(&stamp, "a").unwrap();
        assert!(is_current(&stamp, "a"));
        assert!(!is_current(&stamp, "b"));
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[tokio::test]
    async fn a_program_that_is_no_python_is_told_apart_from_one_that_is_missing() {
        assert_eq!(version("no-such-python").await.unwrap_err(), "not found");
        assert_eq!(
            version("true").await.unwrap_err(),
            "does not tell its version"
        );
    }
}
