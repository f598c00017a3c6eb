//! The server as a child process.

use std::{
    io::{BufRead, BufReader},
    net::SocketAddr,
    path::Path,
    process::{Child, Command, Stdio},
};

use crate::Result;

/// A running server; dropping it is `kill -9`.
pub(crate) struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Server {
    /// Starts it and waits until it is ready; answers its address.
    pub(crate) fn start(
        binary: &Path,
        s3: SocketAddr,
        state: Option<&Path>,
    ) -> Result<(Self, SocketAddr)> {
        let mut command = Command::new(binary);
        command.args(["--port", "0", "--pace", "fast", "--s3-endpoint"]);
        command.arg(format!("http://{s3}"));
        if let Some(state) = state {
            command.arg("--state").arg(state);
        }
        let child = command
            .env("RUST_LOG", "warn")
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("{}: {error}", binary.display()))?;
        let mut server = Self(child);
        let output = server.0.stdout.take().ok_or("the server has no output")?;
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line)?;
        let address = line.trim().rsplit("http://").next().unwrap_or_default();
        let address = address.parse().map_err(|_| "the server did not start")?;
        Ok((server, address))
    }
}
