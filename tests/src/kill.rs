//! Kills the process of a function in the midst of its work, as Lambda does to one that is out of
//! memory.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

/// How often processes are looked at.
const LOOK: Duration = Duration::from_millis(10);
/// How long a process has worked when it is killed: its first request is answered after longer.
const AT_WORK: Duration = Duration::from_millis(150);

/// How many processes are killed: one may have been idle just then.
const VICTIMS: usize = 3;

/// Waits for processes of `function` that send their requests to `endpoint`, and kills the first few.
#[derive(Debug)]
pub struct Killer {
    over: Arc<AtomicBool>,
    thread: JoinHandle<usize>,
}

impl Killer {
    /// From now on.
    #[must_use]
    pub fn of(function: &str, endpoint: &str) -> Self {
        Self::over_time(function, endpoint, VICTIMS, LOOK)
    }

    /// The same with so many `victims`, and a pause after each.
    #[must_use]
    pub fn over_time(function: &str, endpoint: &str, victims: usize, pause: Duration) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let (function, endpoint, stop) =
            (function.to_owned(), endpoint.to_owned(), Arc::clone(&over));
        let thread = thread::spawn(move || {
            let mut killed = 0;
            while killed < victims && !stop.load(Ordering::Relaxed) {
                let process = all(&function, &endpoint).into_iter().next();
                if process.is_some_and(|process| {
                    thread::sleep(AT_WORK);
                    kill(&process)
                }) {
                    killed += 1;
                    thread::sleep(pause);
                }
                thread::sleep(LOOK);
            }
            killed
        });
        Self { over, thread }
    }

    /// How many were killed.
    #[must_use]
    pub fn end(self) -> usize {
        self.over.store(true, Ordering::Relaxed);
        self.thread.join().unwrap_or(0)
    }
}

/// The folders in `/proc` of the processes of `function` that send their requests to `endpoint`.
#[must_use]
pub fn all(function: &str, endpoint: &str) -> Vec<PathBuf> {
    let processes = std::fs::read_dir("/proc").into_iter().flatten();
    let processes = processes.filter_map(|entry| Some(entry.ok()?.path()));
    processes
        .filter(|process| is_function(process, function, endpoint).unwrap_or(false))
        .collect()
}

fn is_function(process: &Path, function: &str, endpoint: &str) -> Option<bool> {
    let environment = std::fs::read(process.join("environ")).ok()?;
    let environment = String::from_utf8_lossy(&environment);
    let is = |name: &str, wanted: &dyn Fn(&str) -> bool| {
        let mut variables = environment.split('\0');
        variables.any(|variable| variable.strip_prefix(name).is_some_and(wanted))
    };
    let named = is("AWS_LAMBDA_FUNCTION_NAME=", &|name| {
        name.ends_with(function)
    });
    Some(named && is("AWS_ENDPOINT_URL=", &|url| url == endpoint))
}

fn kill(process: &Path) -> bool {
    let id = process.file_name().unwrap_or_default();
    let killed = std::process::Command::new("kill")
        .arg("-9")
        .arg(id)
        .status();
    killed.is_ok_and(|status| status.success())
}
