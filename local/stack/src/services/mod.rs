//! The processes a running stack consists of: the emulator, Personalize, Athena, messaging, the sample shop, the front
//! door and, once there are tables, the experiments service. Each one is a [`Service`]: how to start it and how to tell
//! that it answers. [`process`] keeps them.

pub mod athena;
pub mod backend;
pub mod experiments;
pub mod front_door;
pub mod messaging;
pub mod ministack;
pub mod personalize;
pub mod ports;
pub mod process;

use std::path::PathBuf;

use crate::build::Binaries;
use crate::error::Result;
use crate::front_door::Fault;
use crate::layout::Layout;
use ports::Ports;

/// The emulator's name.
pub const MINISTACK: &str = "ministack";
/// The name of Personalize's stand-in.
pub const PERSONALIZE: &str = "personalize-local";
/// The front door's name.
pub const FRONT_DOOR: &str = "front-door";
/// The experiments service's name.
pub const EXPERIMENTS: &str = "experiments-service";
/// The name of Athena's stand-in.
pub const ATHENA: &str = "athena-local";
/// The sample shop's name.
pub const BACKEND: &str = "backend-local";
/// The name of the stand-in for SES, End User Messaging and Pinpoint.
pub const MESSAGING: &str = "messaging-local";
/// All of them, in the order they start.
pub const ALL: [&str; 7] = [
    MINISTACK,
    PERSONALIZE,
    ATHENA,
    MESSAGING,
    FRONT_DOOR,
    EXPERIMENTS,
    BACKEND,
];

/// A process of the stack, ready to be started.
#[derive(Debug)]
pub struct Service {
    /// Its name in messages, logs and records.
    pub name: &'static str,
    /// The program.
    pub program: PathBuf,
    /// Its arguments.
    pub arguments: Vec<String>,
    /// Its environment on top of ours, from which all `AWS_*` variables are removed first.
    pub environment: Vec<(String, String)>,
    /// Answers any HTTP status below 500 when the service is up.
    pub health: String,
    /// What it was made from; a running process with another fingerprint is replaced.
    pub fingerprint: String,
}

/// Where the front door runs.
#[derive(Debug)]
pub enum Door {
    /// In a process of its own, which is this program started again.
    Process {
        /// This program.
        program: PathBuf,
        /// Faults from its start.
        faults: Vec<(String, Fault)>,
    },
    /// The caller opens it.
    Elsewhere,
}

/// Starts what does not run yet of the services that a deployment needs, and replaces what was built
/// anew since.
///
/// # Errors
/// [`Error::Service`](crate::Error::Service) with the log of the one that does not come up.
pub async fn start(layout: &Layout, ports: Ports, binaries: &Binaries, door: &Door) -> Result<()> {
    let ministack = ministack::service(layout, ports.ministack)?;
    let personalize = personalize::service(
        layout,
        &binaries.personalize,
        ports.personalize,
        ports.ministack,
    )?;
    let messaging = messaging::service(layout, &binaries.messaging, ports)?;
    process::start(layout, &ministack).await?;
    process::start(layout, &personalize).await?;
    process::start(layout, &messaging).await?;
    if ports.athena != 0 {
        let athena = athena::service(layout, &binaries.athena, ports)?;
        process::start(layout, &athena).await?;
    }
    if let Door::Process { program, faults } = door {
        process::start(layout, &front_door::service(program, ports, faults)?).await?;
    }
    Ok(())
}

/// Stops everything; the names of what was running.
///
/// # Errors
/// [`Error::File`](crate::Error::File).
pub async fn stop(layout: &Layout) -> Result<Vec<&'static str>> {
    let mut stopped = Vec::new();
    for name in ALL.into_iter().rev() {
        if process::stop(layout, name).await? {
            stopped.push(name);
        }
    }
    Ok(stopped)
}
