//! A PostgreSQL server of the machine's own programs, in a folder of its own, on a free port.

use std::{
    io::Write,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

const USER: &str = "shop";
const DATABASE: &str = "postgres";

/// A running server; it ends with the value.
pub(crate) struct Postgres {
    programs: PathBuf,
    folder: PathBuf,
    port: u16,
    process: Child,
}

impl Postgres {
    /// Starts one; `None` when the machine has no PostgreSQL.
    pub(crate) fn start() -> Option<Self> {
        let programs = programs()?;
        let folder = std::env::temp_dir().join(format!("postgres-{}", uuid::Uuid::new_v4()));
        std::fs::create_dir(&folder).expect("a folder");
        if is_root() {
            let given = Command::new("chown").arg("nobody").arg(&folder).status();
            assert!(given.expect("chown").success());
        }
        let data = folder.join("data");
        let made = as_nobody(&programs.join("initdb"))
            .args([
                "--auth=trust",
                "--encoding=UTF8",
                "--no-sync",
                "--username",
                USER,
                "--pgdata",
            ])
            .arg(&data)
            .current_dir(&folder)
            .stdout(Stdio::null())
            .status();
        assert!(made.expect("initdb runs").success(), "initdb failed");
        let free = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = free.local_addr().expect("an address").port();
        drop(free);
        let process = as_nobody(&programs.join("postgres"))
            .arg("-D")
            .arg(&data)
            .args(["-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"])
            .arg("-c")
            .arg(format!("unix_socket_directories={}", folder.display()))
            .arg("-p")
            .arg(port.to_string())
            .current_dir(&folder)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("postgres runs");
        let server = Self {
            programs,
            folder,
            port,
            process,
        };
        server.wait();
        Some(server)
    }

    /// How clients reach it.
    pub(crate) fn address(&self) -> String {
        format!(
            "host=127.0.0.1 port={} user={USER} dbname={DATABASE}",
            self.port
        )
    }

    /// Runs statements.
    pub(crate) fn run(&self, sql: &str) {
        let done = self.psql().args(["-q", "-c", sql]).status();
        assert!(done.expect("psql runs").success(), "{sql}");
    }

    /// Copies a CSV file with a header into a table with as many columns.
    pub(crate) fn copy(&self, table: &str, csv: &str) {
        let mut psql = self
            .psql()
            .args(["-q", "-c", &format!("COPY {table} FROM STDIN CSV HEADER")])
            .stdin(Stdio::piped())
            .spawn()
            .expect("psql runs");
        let mut input = psql.stdin.take().expect("its input");
        input.write_all(csv.as_bytes()).expect("it reads");
        drop(input);
        assert!(psql.wait().expect("it ends").success(), "{table}");
    }

    fn psql(&self) -> Command {
        let mut psql = Command::new(self.programs.join("psql"));
        psql.args([
            "-v",
            "ON_ERROR_STOP=1",
            "-h",
            "127.0.0.1",
            "-U",
            USER,
            "-d",
            DATABASE,
            "-p",
        ])
        .arg(self.port.to_string());
        psql
    }

    fn wait(&self) {
        for _ in 0..300 {
            let mut psql = self.psql();
            psql.args(["-q", "-c", "SELECT 1"]);
            let asked = psql.stdout(Stdio::null()).stderr(Stdio::null()).status();
            if asked.is_ok_and(|status| status.success()) {
                return;
            }
            thread::sleep(Duration::from_millis(100));
        }
        panic!("PostgreSQL does not answer");
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // SIGINT is its fast shutdown: clients are cut off, and its own processes end with it.
        let id = self.process.id().to_string();
        let _ = Command::new("kill").args(["-INT", &id]).status();
        let _ = self.process.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// The folder of the newest PostgreSQL; Debian keeps each version's apart.
fn programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten();
    let mut folders: Vec<PathBuf> = versions
        .flatten()
        .map(|version| version.path().join("bin"))
        .collect();
    folders.sort();
    let path = std::env::var_os("PATH").unwrap_or_default();
    folders.extend(std::env::split_paths(&path));
    folders.reverse();
    let has_all = |folder: &PathBuf| {
        let programs = ["initdb", "postgres", "psql"];
        programs
            .iter()
            .all(|program| folder.join(program).is_file())
    };
    folders.into_iter().find(has_all)
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output();
    id.is_ok_and(|output| output.stdout.starts_with(b"0\n"))
}

/// PostgreSQL refuses to run as root.
fn as_nobody(program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command
        .args(["--reuid=nobody", "--regid=nogroup", "--clear-groups"])
        .arg(program);
    command
}
