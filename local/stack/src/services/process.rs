//! Processes that outlive this command: started in a group of their own with their output in a
//! log file, recorded in the state directory, ended later by the record. A record names the
//! process and the moment of its birth, so that a pid the system gave to somebody else in the
//! meantime is never signalled.

use std::fs::File;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal};
use serde::{Deserialize, Serialize};

use hyper::{Method, StatusCode};

use super::Service;
use crate::error::{Error, Result};
use crate::http;
use crate::layout::Layout;
use crate::progress::Progress;

/// How long a service may take from its start to its first answer.
const START_PATIENCE: Duration = Duration::from_secs(60);
/// How long a service may take to save its state and end.
const STOP_PATIENCE: Duration = Duration::from_secs(30);

/// What is written down about a started process.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Record {
    /// The process and its group.
    pub pid: u32,
    /// When it was born, in whatever unit the system tells.
    pub born: String,
    /// Where it answers.
    pub health: String,
    /// What it was built from.
    pub fingerprint: String,
}

impl Record {
    /// The record of a service, when there is one that can be read.
    #[must_use]
    pub fn read(layout: &Layout, name: &str) -> Option<Self> {
        let text = std::fs::read_to_string(path(layout, name)).ok()?;
        serde_json::from_str(&text).ok()
    }

    /// Whether exactly this process still runs.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        birth(self.pid).is_some_and(|born| born == self.born)
    }
}

fn path(layout: &Layout, name: &str) -> PathBuf {
    layout.state().join("run").join(format!("{name}.json"))
}

/// Starts a service and waits until it answers; leaves it alone when it already runs as wanted.
///
/// # Errors
/// [`Error::Service`] when it does not come up, [`Error::File`] when its files cannot be written.
pub async fn start(layout: &Layout, service: &Service) -> Result<()> {
    if let Some(record) = Record::read(layout, service.name)
        && record.is_alive()
    {
        if record.fingerprint == service.fingerprint && record.health == service.health {
            return Ok(());
        }
        stop(layout, service.name).await?;
    }
    let log = layout.log(service.name)?;
    let mut child = spawn(service, &log)?;
    let pid = child.id();
    let record = Record {
        pid,
        born: birth(pid).unwrap_or_default(),
        health: service.health.clone(),
        fingerprint: service.fingerprint.clone(),
    };
    layout.folder("run")?;
    let file = path(layout, service.name);
    let text = serde_json::to_string_pretty(&record).unwrap_or_default();
    std::fs::write(&file, text).map_err(Error::file("writing", file))?;
    let up = wait_for(service, &mut child).await;
    if let Err(reason) = up {
        stop(layout, service.name).await?;
        return Err(Error::Service {
            service: service.name,
            reason,
            log,
        });
    }
    Ok(())
}

/// Waits until the service answers; why it does not.
async fn wait_for(service: &Service, child: &mut std::process::Child) -> Result<(), String> {
    let progress = Progress::spinner(format!("start {}", service.name));
    let started = Instant::now();
    loop {
        let probe = http::send(
            Method::GET,
            &service.health,
            &[],
            "",
            Duration::from_secs(2),
        )
        .await;
        if probe.is_ok_and(|(status, _)| status < StatusCode::INTERNAL_SERVER_ERROR) {
            progress.done("up");
            return Ok(());
        }
        if let Ok(Some(status)) = child.try_wait() {
            return Err(format!("ended right after its start ({status})"));
        }
        if started.elapsed() > START_PATIENCE {
            let seconds = START_PATIENCE.as_secs();
            return Err(format!(
                "did not answer at {} within {seconds} s",
                service.health
            ));
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Whether the service of this name runs.
#[must_use]
pub fn is_running(layout: &Layout, name: &str) -> bool {
    Record::read(layout, name).is_some_and(|record| record.is_alive())
}

fn spawn(service: &Service, log: &Path) -> Result<std::process::Child> {
    let out = File::options()
        .create(true)
        .append(true)
        .open(log)
        .map_err(Error::file("opening", log))?;
    let errors = out.try_clone().map_err(Error::file("opening", log))?;
    let mut command = Command::new(&service.program);
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("AWS_") {
            command.env_remove(name);
        }
    }
    command
        .args(&service.arguments)
        .envs(
            service
                .environment
                .iter()
                .map(|(name, value)| (name, value)),
        )
        .stdin(Stdio::null())
        .stdout(out)
        .stderr(errors)
        .process_group(0);
    command.spawn().map_err(|error| Error::Command {
        command: service.program.display().to_string(),
        reason: error.to_string(),
        remedy: "run `cargo local doctor` to see what is missing".into(),
    })
}

/// Ends a service by its record: first asks, and after a while insists. True when it was running.
///
/// # Errors
/// [`Error::File`] when the record cannot be removed.
pub async fn stop(layout: &Layout, name: &str) -> Result<bool> {
    let Some(record) = Record::read(layout, name) else {
        return Ok(false);
    };
    let was_alive = record.is_alive();
    let pid = i32::try_from(record.pid).ok().and_then(Pid::from_raw);
    if let Some(pid) = pid.filter(|_| was_alive) {
        // An error here means that the process ended by itself in this very moment.
        let _ = rustix::process::kill_process(pid, Signal::TERM);
        let asked = Instant::now();
        while record.is_alive() && asked.elapsed() < STOP_PATIENCE {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        // What is left of the group: function processes of the emulator, or a service that hangs.
        let _ = rustix::process::kill_process_group(pid, Signal::KILL);
    }
    let file = path(layout, name);
    std::fs::remove_file(&file).map_err(Error::file("removing", file))?;
    Ok(was_alive)
}

/// The moment a live process was born, or nothing when there is no such process (a zombie is
/// none). Linux tells it in `/proc`, other systems through `ps`.
fn birth(pid: u32) -> Option<String> {
    if Path::new("/proc/self/stat").exists() {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        // The name in parentheses may hold anything; what follows the last one is well-formed.
        let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
        return (*fields.first()? != "Z").then(|| fields.get(19).map(ToString::to_string))?;
    }
    let out = Command::new("ps")
        .args(["-o", "stat=,lstart=", "-p", &pid.to_string()])
        .output()
        .ok()?;
    let line = String::from_utf8(out.stdout).ok()?;
    let (state, born) = line.trim().split_once(' ')?;
    (!state.starts_with('Z')).then(|| born.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_with_another_birth_is_not_our_process() {
        let pid = std::process::id();
        let born = birth(pid).unwrap();
        let record = |born: &str| Record {
            pid,
            born: born.into(),
            health: String::new(),
            fingerprint: String::new(),
        };
        assert!(record(&born).is_alive());
        assert!(!record("long ago").is_alive());
    }

    #[test]
    fn a_process_that_ended_has_no_birth() {
        let mut child = Command::new("true").spawn().unwrap();
        child.wait().unwrap();
        assert_eq!(birth(child.id()), None);
    }
}
