//! The ports of a stack, chosen before anything starts and written down for the commands
//! that come later.

use serde::{Deserialize, Serialize};

use super::{ATHENA, BACKEND, EXPERIMENTS, FRONT_DOOR, MESSAGING, MINISTACK, PERSONALIZE, process};
use crate::error::{Error, Result};
use crate::layout::Layout;
use crate::ports;
use crate::stack::Options;

/// Where the services listen, all on 127.0.0.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Ports {
    /// The front door.
    pub front_door: u16,
    /// The emulator.
    pub ministack: u16,
    /// Personalize's stand-in.
    pub personalize: u16,
    /// The experiments service; 0 in stacks that had none.
    #[serde(default)]
    pub experiments: u16,
    /// The stand-in for SES, End User Messaging and Pinpoint; 0 in stacks that had none.
    #[serde(default)]
    pub messaging: u16,
    /// Athena's stand-in; 0 in stacks without a backend.
    #[serde(default)]
    pub athena: u16,
    /// The sample shop; 0 in stacks without a backend.
    #[serde(default)]
    pub backend: u16,
}

impl Ports {
    /// The ports `options` ask for: those of services that run already, or free ones.
    ///
    /// # Errors
    /// [`Error::PortInUse`] before anything was started, [`Error::File`].
    pub fn choose(layout: &Layout, options: &Options) -> Result<Self> {
        let before = Self::read(layout);
        let choose = |name, wanted: u16, before: Option<u16>, option| match before {
            Some(port) if process::is_running(layout, name) && (wanted == 0 || wanted == port) => {
                Ok(port)
            }
            _ => ports::claim(wanted, option),
        };
        let was = |port: fn(Self) -> u16| before.map(port);
        let chosen = Self {
            front_door: choose(
                FRONT_DOOR,
                options.port,
                was(|ports| ports.front_door),
                "--port",
            )?,
            ministack: choose(
                MINISTACK,
                options.ministack_port,
                was(|ports| ports.ministack),
                "--ministack-port",
            )?,
            personalize: choose(
                PERSONALIZE,
                options.personalize_port,
                was(|ports| ports.personalize),
                "--personalize-port",
            )?,
            experiments: choose(
                EXPERIMENTS,
                options.experiments_port,
                was(|ports| ports.experiments),
                "--experiments-port",
            )?,
            messaging: choose(
                MESSAGING,
                options.messaging_port,
                was(|ports| ports.messaging),
                "--messaging-port",
            )?,
            athena: if options.backend {
                choose(
                    ATHENA,
                    options.athena_port,
                    was(|ports| ports.athena),
                    "--athena-port",
                )?
            } else {
                0
            },
            backend: if options.backend {
                choose(
                    BACKEND,
                    options.backend_port,
                    was(|ports| ports.backend),
                    "--backend-port",
                )?
            } else {
                0
            },
        };
        let file = layout.folder("run")?.join("ports.json");
        let text = serde_json::to_string_pretty(&chosen).unwrap_or_default();
        std::fs::write(&file, text).map_err(Error::file("writing", &file))?;
        Ok(chosen)
    }

    /// The ports of the last start in this state directory.
    #[must_use]
    pub fn read(layout: &Layout) -> Option<Self> {
        let file = layout.state().join("run/ports.json");
        serde_json::from_str(&std::fs::read_to_string(file).ok()?).ok()
    }

    /// Where the function `experiments` finds its service.
    #[must_use]
    pub fn experiments_url(self) -> String {
        format!("http://127.0.0.1:{}", self.experiments)
    }

    /// Where the outbox of messages is.
    #[must_use]
    pub fn messaging_url(self) -> String {
        format!("http://127.0.0.1:{}", self.messaging)
    }

    /// Where the sample shop is; empty without one, as the template wants it.
    #[must_use]
    pub fn backend_url(self) -> String {
        match self.backend {
            0 => String::new(),
            port => format!("http://127.0.0.1:{port}"),
        }
    }

    /// The front door's URL.
    #[must_use]
    pub fn endpoint(self) -> String {
        format!("http://127.0.0.1:{}", self.front_door)
    }
}
