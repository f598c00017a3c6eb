//! The front door as a service: this very program, started again with a hidden verb.

use std::path::Path;

use super::{FRONT_DOOR, Service, ports::Ports};
use crate::build;
use crate::error::Result;
use crate::front_door::{Fault, HEALTH};

/// The hidden verb.
pub const VERB: &str = "front-door";

/// The front door of `ports`, with faults from its start.
///
/// # Errors
/// [`Error::File`](crate::Error::File) when `program` cannot be looked at.
pub fn service(program: &Path, ports: Ports, faults: &[(String, Fault)]) -> Result<Service> {
    let mut arguments = vec![
        VERB.to_owned(),
        format!("--port={}", ports.front_door),
        format!("--ministack-port={}", ports.ministack),
        format!("--personalize-port={}", ports.personalize),
        format!("--athena-port={}", ports.athena),
        format!("--messaging-port={}", ports.messaging),
    ];
    arguments.extend(faults.iter().map(|(service, fault)| {
        let Fault {
            throttle,
            error,
            delay,
            cut,
            lose,
        } = fault;
        format!(
            "--fault={service}=throttle:{throttle},error:{error},cut:{cut},lose:{lose},delay:{delay}"
        )
    }));
    Ok(Service {
        name: FRONT_DOOR,
        program: program.to_owned(),
        fingerprint: format!("{} {}", build::fingerprint(program)?, arguments.join(" ")),
        arguments,
        environment: Vec::new(),
        health: format!("{}{HEALTH}", ports.endpoint()),
    })
}
