//! Ports: is one free, who holds it, which is free. Looks before anything is started, so that a
//! busy port is one clear sentence instead of a half-started stack.

use std::net::{Ipv4Addr, SocketAddrV4, TcpListener};
use std::path::Path;
use std::process::Command;

use crate::error::{Error, Result};

/// The loopback address of a port; nothing of ours listens anywhere else.
#[must_use]
pub fn local(port: u16) -> SocketAddrV4 {
    SocketAddrV4::new(Ipv4Addr::LOCALHOST, port)
}

/// `wanted` when it is free, or any free port when `wanted` is 0.
///
/// # Errors
/// [`Error::PortInUse`], naming who holds it and `option`, with which to choose another.
pub fn claim(wanted: u16, option: &'static str) -> Result<u16> {
    match TcpListener::bind(local(wanted)).and_then(|listener| listener.local_addr()) {
        Ok(address) => Ok(address.port()),
        Err(_) => Err(Error::PortInUse {
            port: wanted,
            owner: owner(wanted),
            option,
        }),
    }
}

/// Who listens on a port: `pid 42 (python3)`, or `another program` when the system does not tell.
#[must_use]
pub fn owner(port: u16) -> String {
    from_proc(port).or_else(|| from_lsof(port)).map_or_else(
        || "another program".to_owned(),
        |(pid, name)| format!("pid {pid} ({name})"),
    )
}

/// Linux: the listening socket's inode in `/proc/net/tcp*`, then the process that has it open.
fn from_proc(port: u16) -> Option<(u32, String)> {
    let inode = ["/proc/net/tcp", "/proc/net/tcp6"]
        .iter()
        .find_map(|table| listening_inode(&std::fs::read_to_string(table).ok()?, port))?;
    let socket = format!("socket:[{inode}]");
    std::fs::read_dir("/proc")
        .ok()?
        .flatten()
        .find_map(|entry| {
            let pid: u32 = entry.file_name().to_str()?.parse().ok()?;
            let holds = std::fs::read_dir(entry.path().join("fd"))
                .ok()?
                .flatten()
                .any(|descriptor| {
                    std::fs::read_link(descriptor.path())
                        .is_ok_and(|target| target == Path::new(&socket))
                });
            let name = std::fs::read_to_string(entry.path().join("comm")).ok()?;
            holds.then(|| (pid, name.trim().to_owned()))
        })
}

/// The inode of the socket in state LISTEN (`0A`) on `port`, in the format of `/proc/net/tcp`.
fn listening_inode(table: &str, port: u16) -> Option<String> {
    let suffix = format!(":{port:04X}");
    table.lines().skip(1).find_map(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let listens = fields.get(1)?.ends_with(&suffix) && *fields.get(3)? == "0A";
        listens.then(|| fields.get(9).map(ToString::to_string))?
    })
}

/// macOS and others: `lsof`, when it is there.
fn from_lsof(port: u16) -> Option<(u32, String)> {
    let out = Command::new("lsof")
        .args(["-nP", &format!("-iTCP:{port}"), "-sTCP:LISTEN", "-Fpc"])
        .output()
        .ok()?;
    let text = String::from_utf8(out.stdout).ok()?;
    let field = |tag| text.lines().find_map(|line| line.strip_prefix(tag));
    Some((field('p')?.parse().ok()?, field('c')?.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_busy_port_is_named_with_its_owner_and_the_option() {
        let held = TcpListener::bind(local(0)).unwrap();
        let port = held.local_addr().unwrap().port();
        let error = claim(port, "--port").unwrap_err().to_string();
        assert!(error.contains(&format!("port {port} is in use")), "{error}");
        assert!(error.contains("--port"), "{error}");
        if cfg!(target_os = "linux") {
            assert!(
                error.contains(&format!("pid {}", std::process::id())),
                "{error}"
            );
        }
    }

    #[test]
    fn zero_is_any_free_port() {
        let port = claim(0, "--port").unwrap();
        assert_ne!(port, 0);
        assert_eq!(claim(port, "--port").unwrap(), port);
    }

    #[test]
    fn only_listening_sockets_count() {
        let table = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n\
                     0: 0100007F:11D6 0100007F:9999 01 0:0 0:0 0 0 0 111\n\
                     1: 0100007F:11D6 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 222\n";
        assert_eq!(listening_inode(table, 0x11D6).as_deref(), Some("222"));
        assert_eq!(listening_inode(table, 80), None);
    }
}
