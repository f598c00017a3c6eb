//! The figures and the bars: as a table for a person, or as JSON.

use std::{fmt, time::Duration};

use bench::process::Memory;
use serde::Serialize;
use serde_json::json;

/// What a warm function may add of its own, at the 99th percentile.
const OWN_BAR: Duration = Duration::from_millis(3);

/// What it may have resident at any time, in KiB.
const MEMORY_BAR: u64 = 25 * 1024;

/// Everything that was measured.
#[derive(Debug)]
pub(crate) struct Report {
    /// One after another.
    pub(crate) functions: Vec<Measured>,
}

/// One function.
#[derive(Debug, Serialize)]
pub(crate) struct Measured {
    /// Its name.
    pub(crate) function: String,
    /// One row a scenario.
    #[serde(rename = "own")]
    pub(crate) rows: Vec<Row>,
    /// After all of them; none where the system does not tell.
    pub(crate) memory: Option<Memory>,
}

/// One invocation.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sample {
    /// The function's own time.
    pub(crate) own: Duration,
    /// Its own time, and the time it waited for a processor that other work had.
    pub(crate) with_waiting: Duration,
    /// The processor time it took.
    pub(crate) running: Duration,
    /// Calls to services.
    pub(crate) calls: u64,
}

/// One scenario; times in microseconds.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Row {
    scenario: &'static str,
    invocations: usize,
    calls_per_invocation: f64,
    p50_us: u64,
    p90_us: u64,
    p99_us: u64,
    with_waiting_p99_us: u64,
    processor_p50_us: u64,
}

impl Row {
    /// From at least one invocation.
    pub(crate) fn new(scenario: &'static str, samples: &[Sample]) -> Self {
        let sorted = |time: fn(&Sample) -> Duration| {
            let mut times: Vec<Duration> = samples.iter().map(time).collect();
            times.sort_unstable();
            times
        };
        let own = sorted(|sample| sample.own);
        let calls: u64 = samples.iter().map(|sample| sample.calls).sum();
        // Counts of some thousands: exact as f64.
        #[allow(clippy::cast_precision_loss)]
        let calls_per_invocation = calls as f64 / samples.len() as f64;
        Self {
            scenario,
            invocations: samples.len(),
            calls_per_invocation,
            p50_us: percentile(&own, 50),
            p90_us: percentile(&own, 90),
            p99_us: percentile(&own, 99),
            with_waiting_p99_us: percentile(&sorted(|sample| sample.with_waiting), 99),
            processor_p50_us: percentile(&sorted(|sample| sample.running), 50),
        }
    }

    fn passed(&self) -> bool {
        u128::from(self.p99_us) < OWN_BAR.as_micros()
    }
}

/// The smallest value that `percent` of the `sorted` values do not exceed, in microseconds.
fn percentile(sorted: &[Duration], percent: usize) -> u64 {
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    let micros = sorted.get(rank - 1).map_or(0, Duration::as_micros);
    u64::try_from(micros).unwrap_or(u64::MAX)
}

impl Measured {
    /// Whether every bar is met. Memory that could not be measured misses none.
    fn passed(&self) -> bool {
        self.rows.iter().all(Row::passed) && self.memory.is_none_or(|m| m.peak_kib < MEMORY_BAR)
    }
}

impl Report {
    /// Whether every function meets every bar.
    pub(crate) fn passed(&self) -> bool {
        self.functions.iter().all(Measured::passed)
    }

    /// For machines.
    pub(crate) fn json(&self) -> serde_json::Value {
        json!({
            "functions": self.functions,
            "bars": {"ownP99Us": OWN_BAR.as_micros(), "peakKib": MEMORY_BAR},
            "passed": self.passed(),
        })
    }
}

impl fmt::Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for function in &self.functions {
            function.fmt(out)?;
        }
        writeln!(
            out,
            "bars: p99 under {} ms, memory at most under {:.0} MiB",
            OWN_BAR.as_millis(),
            mib(MEMORY_BAR)
        )
    }
}

impl fmt::Display for Measured {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            out,
            "{:<26} {:>6} {:>6} {:>7} {:>7} {:>7} {:>13} {:>10}",
            format!("own time of {}, µs", self.function),
            "n",
            "calls",
            "p50",
            "p90",
            "p99",
            "p99 + waiting",
            "processor"
        )?;
        for row in &self.rows {
            writeln!(
                out,
                "{:<26} {:>6} {:>6.1} {:>7} {:>7} {:>7} {:>13} {:>10}  {}",
                row.scenario,
                row.invocations,
                row.calls_per_invocation,
                row.p50_us,
                row.p90_us,
                row.p99_us,
                row.with_waiting_p99_us,
                row.processor_p50_us,
                verdict(row.passed())
            )?;
        }
        match self.memory {
            Some(memory) => writeln!(
                out,
                "memory: {:.1} MiB resident, {:.1} MiB at most  {}",
                mib(memory.resident_kib),
                mib(memory.peak_kib),
                verdict(memory.peak_kib < MEMORY_BAR)
            ),
            None => writeln!(out, "memory: not measured, this system has no /proc"),
        }
    }
}

fn verdict(passed: bool) -> &'static str {
    if passed { "ok" } else { "MISSED" }
}

/// Memory of some megabytes: exact enough as f64.
#[allow(clippy::cast_precision_loss)]
fn mib(kib: u64) -> f64 {
    kib as f64 / 1_024.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(micros: impl Iterator<Item = u64>) -> Row {
        let sample = |micros| Sample {
            own: Duration::from_micros(micros),
            with_waiting: Duration::from_micros(2 * micros),
            running: Duration::from_micros(1),
            calls: 3,
        };
        Row::new("test", &micros.map(sample).collect::<Vec<_>>())
    }

    #[test]
    fn percentiles_are_values_that_occurred() {
        let row = row((1..=100).rev());
        assert_eq!((row.p50_us, row.p90_us, row.p99_us), (50, 90, 99));
        assert_eq!((row.with_waiting_p99_us, row.processor_p50_us), (198, 1));
        assert!((row.calls_per_invocation - 3.0).abs() < f64::EPSILON);
    }

    #[test]
    fn either_bar_fails_the_whole() {
        let memory = |peak_kib| {
            let resident_kib = 1;
            Some(Memory {
                resident_kib,
                peak_kib,
            })
        };
        let report = |micros, memory| Report {
            functions: vec![Measured {
                function: "recommend".to_owned(),
                rows: vec![row((0..200).map(|_| micros))],
                memory,
            }],
        };
        assert!(report(2_999, memory(MEMORY_BAR - 1)).passed());
        assert!(report(2_999, None).passed());
        assert!(!report(3_000, memory(1)).passed());
        assert!(!report(1, memory(MEMORY_BAR)).passed());
    }
}
