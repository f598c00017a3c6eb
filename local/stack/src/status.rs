//! What runs in a state directory, for a person or as JSON.

use serde::Serialize;

use crate::error::Result;
use crate::layout::Layout;
use crate::services::{self, ports::Ports, process};
use crate::stack::Stack;

/// The state of a local stack.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Status {
    services: Vec<ServiceStatus>,
    ports: Option<Ports>,
    /// Set when it is deployed.
    graphql: Option<String>,
    /// Set when it is deployed.
    data_bucket: Option<String>,
    state: String,
}

#[derive(Debug, Serialize)]
struct ServiceStatus {
    name: &'static str,
    running: bool,
    pid: Option<u32>,
    log: String,
}

impl Status {
    /// Looks at the state directory and asks what runs there.
    ///
    /// # Errors
    /// [`Error::File`](crate::Error::File) when the log folder cannot be made.
    pub async fn look(layout: &Layout) -> Result<Self> {
        let mut found = Vec::new();
        for name in services::ALL {
            let record = process::Record::read(layout, name).filter(process::Record::is_alive);
            let log = layout.log(name)?.display().to_string();
            let pid = record.map(|record| record.pid);
            found.push(ServiceStatus {
                name,
                running: pid.is_some(),
                pid,
                log,
            });
        }
        let stack = Stack::running(layout.clone()).await.ok();
        Ok(Self {
            services: found,
            ports: Ports::read(layout),
            graphql: stack
                .as_ref()
                .and_then(|stack| Some(stack.graphql().ok()?.url().to_owned())),
            data_bucket: stack
                .as_ref()
                .and_then(|stack| Some(stack.output("DataBucketName").ok()?.to_owned())),
            state: layout.state().display().to_string(),
        })
    }

    /// Whether everything runs and is deployed.
    #[must_use]
    pub fn is_up(&self) -> bool {
        self.graphql.is_some() && self.services.iter().all(|service| service.running)
    }

    /// Prints it for a person.
    pub fn print(&self) {
        for service in &self.services {
            let pid = service
                .pid
                .map_or_else(|| "not running".into(), |pid| format!("runs as pid {pid}"));
            anstream::println!("{:<20} {pid:<20} log {}", service.name, service.log);
        }
        if let Some(ports) = self.ports {
            anstream::println!("{:<20} {}", "AWS_ENDPOINT_URL", ports.endpoint());
        }
        let deployed = self
            .graphql
            .as_deref()
            .unwrap_or("nothing is deployed; `cargo local up` does it");
        anstream::println!("{:<20} {deployed}", "GraphQL");
    }
}
