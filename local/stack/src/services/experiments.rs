//! The experiments service: on AWS a container beside the stack, here a process that finds the same
//! tables and the same bucket by the stack's outputs.

use super::{EXPERIMENTS, Service, ports::Ports};
use crate::aws;
use crate::build::{self, Binaries};
use crate::deploy::stack::Outputs;
use crate::error::{Error, Result};

/// Nobody wants to wait here: what takes minutes on AWS takes a second or two.
const QUICKLY: [(&str, &str); 8] = [
    ("POLL_SECONDS", "1"),
    ("SETTLE_SECONDS", "1"),
    ("ANALYSIS_SECONDS", "1"),
    ("BANDIT_SECONDS", "60"),
    ("POINT_SECONDS", "30"),
    ("SNAPSHOT_SECONDS", "5"),
    ("LEASE_SECONDS", "10"),
    ("RETIRE_SECONDS", "2"),
];

/// Which output each variable is.
const FROM_OUTPUTS: [(&str, &str); 4] = [
    ("DATA_BUCKET", "DataBucketName"),
    ("EXPERIMENTS_TABLE", "ExperimentsTableName"),
    ("LISTS_TABLE", "ListsTableName"),
    ("OPERATIONS_TABLE", "OperationsTableName"),
];

/// The service over the stack with these `outputs`.
///
/// # Errors
/// [`Error::Unexpected`] when an output is missing, [`Error::File`] when the binary cannot be looked at.
pub fn service(binaries: &Binaries, ports: Ports, outputs: &Outputs) -> Result<Service> {
    let mut environment = aws::isolated_environment();
    environment.push(("AWS_ENDPOINT_URL".into(), ports.endpoint()));
    environment.push(("LISTEN".into(), format!("127.0.0.1:{}", ports.experiments)));
    let quickly = QUICKLY.map(|(name, value)| (name.to_owned(), value.to_owned()));
    environment.extend(quickly);
    for (variable, output) in FROM_OUTPUTS {
        let value = outputs.get(output).ok_or_else(|| {
            Error::Unexpected(format!(
                "template.yaml has no output {output}; the experiments service needs it"
            ))
        })?;
        environment.push((variable.to_owned(), value.clone()));
    }
    let built = build::fingerprint(&binaries.experiments)?;
    Ok(Service {
        name: EXPERIMENTS,
        program: binaries.experiments.clone(),
        arguments: Vec::new(),
        fingerprint: format!("{built} {environment:?}"),
        environment,
        health: format!("{}/health", ports.experiments_url()),
    })
}
