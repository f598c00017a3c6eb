//! From a checkout to a deployed, running stack.

use std::path::PathBuf;

use crate::build;
use crate::error::{Error, Result};
use crate::layout::Layout;
use crate::services::ports::Ports;
use crate::services::{self, Door};
use crate::setup;
use crate::stack::{Options, Stack};
use crate::steps::Steps;

/// Brings the stack up in processes that outlive this one; `program` becomes the front door.
///
/// # Errors
/// Those of the steps; what was started keeps running, for a look at its logs.
pub async fn up(options: &Options, program: PathBuf, steps: &mut Steps) -> Result<Stack> {
    let layout = Layout::find(&options.folder, &options.state)?;
    check_config(&layout.config())?;
    let ports = Ports::choose(&layout, options)?;
    steps
        .run("setup", setup::virtual_environment(&layout))
        .await?;
    let binaries = steps.run("build", build::build(&layout)).await?;
    let door = Door::Process {
        program,
        faults: options.faults.clone(),
    };
    steps
        .run("start", services::start(&layout, ports, &binaries, &door))
        .await?;
    steps
        .run("deploy", Stack::deploy(layout, ports, &binaries))
        .await
}

/// Reads and validates a declared estate.
///
/// # Errors
/// [`Error::Config`] with the path in the file and what is wrong there.
pub fn check_config(file: &std::path::Path) -> Result<shared::config::EstateConfig> {
    let text = std::fs::read_to_string(file).map_err(Error::file("reading", file))?;
    let parsed = shared::config::parse(&file.display().to_string(), &text);
    parsed.map_err(|error| Error::Config(Box::new(error)))
}
