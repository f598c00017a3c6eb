//! Looks at the machine and says what is missing before it is missed.

use std::process::Command;

use crate::error::Result;
use crate::layout::Layout;
use crate::ports;
use crate::services::{self, process};
use crate::setup;
use crate::stack::Options;
use crate::up;

/// One thing looked at.
#[derive(Debug)]
pub struct Finding {
    what: &'static str,
    /// What is there, or what to do.
    result: Result<String, String>,
}

impl Finding {
    /// Whether it is as it should be.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.result.is_ok()
    }

    /// Prints it on a line.
    pub fn print(&self) {
        let green = anstyle::AnsiColor::Green.on_default();
        let red = anstyle::AnsiColor::Red.on_default();
        match &self.result {
            Ok(found) => anstream::println!("{green}ok     {green:#} {:<18} {found}", self.what),
            Err(missing) => anstream::println!("{red}missing{red:#} {:<18} {missing}", self.what),
        }
    }
}

/// Looks at everything `cargo demo` needs.
///
/// # Errors
/// [`Error::Usage`](crate::Error::Usage) outside a checkout.
pub async fn examine(options: &Options) -> Result<Vec<Finding>> {
    let layout = Layout::find(&options.folder, &options.state)?;
    let python = setup::find_python().await;
    let python = python
        .map(|python| {
            format!(
                "{} {}.{}",
                python.program, python.version.0, python.version.1
            )
        })
        .map_err(|error| error.to_string());
    let config = up::check_config(&layout.config());
    let config = config
        .map(|config| format!("estate {}", config.estate))
        .map_err(|error| error.to_string());
    Ok(vec![
        Finding {
            what: "Rust",
            result: tool("cargo", "install Rust from https://rustup.rs"),
        },
        Finding {
            what: "C compiler",
            result: tool("cc", "install gcc or clang (Debian: apt install gcc)"),
        },
        Finding {
            what: "Python",
            result: python,
        },
        Finding {
            what: "config",
            result: config,
        },
        port(&layout, services::FRONT_DOOR, options.port, "--port"),
        port(
            &layout,
            services::MINISTACK,
            options.ministack_port,
            "--ministack-port",
        ),
        port(
            &layout,
            services::PERSONALIZE,
            options.personalize_port,
            "--personalize-port",
        ),
        port(
            &layout,
            services::EXPERIMENTS,
            options.experiments_port,
            "--experiments-port",
        ),
        port(
            &layout,
            services::MESSAGING,
            options.messaging_port,
            "--messaging-port",
        ),
        port(
            &layout,
            services::ATHENA,
            options.athena_port,
            "--athena-port",
        ),
        port(
            &layout,
            services::BACKEND,
            options.backend_port,
            "--backend-port",
        ),
    ])
}

fn tool(program: &str, remedy: &str) -> Result<String, String> {
    let out = Command::new(program).arg("--version").output();
    let out = out.map_err(|_| format!("{program} was not found; {remedy}"))?;
    let text = String::from_utf8_lossy(&out.stdout);
    Ok(text.lines().next().unwrap_or(program).to_owned())
}

fn port(layout: &Layout, name: &'static str, port: u16, option: &'static str) -> Finding {
    let result = if process::is_running(layout, name) {
        Ok("runs".to_owned())
    } else {
        let free = ports::claim(port, option).map(|port| format!("port {port} is free"));
        free.map_err(|error| error.to_string())
    };
    Finding { what: name, result }
}
