//! The figures and the bars: as a table for a person, or as JSON.

use std::fmt;

use serde::Serialize;
use serde_json::json;

use crate::{measure::Measured, task::Task};

/// Of the same work of the peer, at most.
const PROCESSOR: f64 = 1.0 / 10.0;
const COLD_START: f64 = 1.0 / 8.0;
const MEMORY: f64 = 1.0 / 5.0;

/// Everything that was measured.
#[derive(Debug, Default)]
pub(crate) struct Report {
    tasks: Vec<Comparison>,
}

/// All at one task.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Comparison {
    task: &'static str,
    ours: Measured,
    /// The peer, doing the same work.
    same_work: Measured,
    /// The peer as it is.
    peer: Measured,
}

impl Report {
    /// Adds a task.
    pub(crate) fn add(&mut self, task: Task, ours: Measured, same_work: Measured, peer: Measured) {
        self.tasks.push(Comparison {
            task: task.name(),
            ours,
            same_work,
            peer,
        });
    }

    /// Whether every bar is met.
    pub(crate) fn passed(&self) -> bool {
        self.tasks
            .iter()
            .flat_map(|task| task.shares(&task.same_work))
            .all(|(_, share, bar)| share <= bar)
    }

    /// For machines.
    pub(crate) fn json(&self) -> serde_json::Value {
        json!({
            "tasks": self.tasks,
            "bars": {"processor": PROCESSOR, "coldStart": COLD_START, "memory": MEMORY},
            "passed": self.passed(),
        })
    }
}

impl Comparison {
    /// What ours takes of what `peer` does, and may.
    fn shares(&self, peer: &Measured) -> [(&'static str, f64, f64); 3] {
        let ours = &self.ours;
        let share = |of: fn(&Measured) -> f64| of(ours) / of(peer);
        [
            ("processor", share(|one| one.processor_s), PROCESSOR),
            ("cold start", share(|one| one.cold_start_s), COLD_START),
            ("memory", share(|one| one.peak_kib as f64), MEMORY),
        ]
    }
}

impl fmt::Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for comparison in &self.tasks {
            comparison.fmt(out)?;
        }
        Ok(())
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            out,
            "{:<22} {:>9} {:>12} {:>14} {:>13} {:>12}",
            self.task, "init, ms", "cold, ms", "processor, ms", "answer, ms", "memory, MiB"
        )?;
        for one in [&self.ours, &self.same_work, &self.peer] {
            writeln!(
                out,
                "{:<22} {:>9.1} {:>12.1} {:>14.2} {:>13.2} {:>12.1}",
                one.name,
                one.init_s * 1_000.0,
                one.cold_start_s * 1_000.0,
                one.processor_s * 1_000.0,
                one.answer_s * 1_000.0,
                one.peak_kib as f64 / 1_024.0
            )?;
        }
        let as_it_is = self.shares(&self.peer);
        for ((name, share, bar), (_, other, _)) in self.shares(&self.same_work).iter().zip(as_it_is)
        {
            let verdict = if share <= bar { "ok" } else { "MISSED" };
            let (times, bar, other) = (1.0 / share, 1.0 / bar, 1.0 / other);
            writeln!(
                out,
                "  {name}: 1/{times:.1} of the same work, bar 1/{bar:.0}  {verdict}  (1/{other:.1} of the peer as it is)"
            )?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(cold_start_s: f64, processor_s: f64, peak_kib: u64) -> Measured {
        Measured {
            name: "one".to_owned(),
            init_s: 0.0,
            cold_start_s,
            processor_s,
            answer_s: 0.0,
            peak_kib,
        }
    }

    #[test]
    fn each_bar_fails_the_whole() {
        let passed = |ours| {
            let mut report = Report::default();
            let (same, own) = (measured(0.8, 0.010, 100), measured(0.1, 0.001, 10));
            report.add(Task::Track, ours, same, own);
            report.passed()
        };
        assert!(passed(measured(0.1, 0.001, 20)));
        assert!(!passed(measured(0.11, 0.001, 20)));
        assert!(!passed(measured(0.1, 0.0011, 20)));
        assert!(!passed(measured(0.1, 0.001, 21)));
    }
}
