//! What the system's scheduler says of the two processes: how long they ran, and how long they were
//! ready to run but had to wait for a processor that other work had.
//!
//! From `/proc/<pid>/schedstat` (Linux, `Documentation/scheduler/sched-stats.rst`), which is about the
//! main thread: both processes do all their work on it. Elsewhere everything is zero.

use std::{sync::OnceLock, time::Duration};

/// Looks at this process and at the function's.
#[derive(Debug, Default)]
pub struct Watch {
    function: OnceLock<u32>,
}

/// Times since the processes started, or between two looks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Scheduled {
    /// The function ran.
    pub function: Duration,
    /// This process ran.
    pub harness: Duration,
    /// Either of them waited for a processor.
    pub waiting: Duration,
}

impl Watch {
    /// Looks at the process `id` from now on.
    pub fn function(&self, id: u32) {
        // Only one function is started for a watch; a second would not be looked at.
        let _ = self.function.set(id);
    }

    /// The times until now; zero before there is a function.
    #[must_use]
    pub fn look(&self) -> Scheduled {
        let Some(function) = self.function.get() else {
            return Scheduled::default();
        };
        let (function, function_waiting) = read(&function.to_string());
        let (harness, harness_waiting) = read("self");
        Scheduled {
            function,
            harness,
            waiting: function_waiting + harness_waiting,
        }
    }
}

impl Scheduled {
    /// From `earlier` to this.
    #[must_use]
    pub fn since(self, earlier: Self) -> Self {
        Self {
            function: self.function.saturating_sub(earlier.function),
            harness: self.harness.saturating_sub(earlier.harness),
            waiting: self.waiting.saturating_sub(earlier.waiting),
        }
    }
}

fn read(process: &str) -> (Duration, Duration) {
    let text = std::fs::read_to_string(format!("/proc/{process}/schedstat"));
    text.ok().and_then(|text| parse(&text)).unwrap_or_default()
}

/// Nanoseconds run, nanoseconds waited, number of turns.
fn parse(text: &str) -> Option<(Duration, Duration)> {
    let mut numbers = text.split_whitespace().map(str::parse);
    let mut next = || Some(Duration::from_nanos(numbers.next()?.ok()?));
    Some((next()?, next()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schedstat_is_read_as_the_kernel_writes_it() {
        let expected = (Duration::from_nanos(5_000), Duration::from_nanos(84_678));
        assert_eq!(parse("5000 84678 1\n"), Some(expected));
        assert_eq!(parse(""), None);
    }
}
