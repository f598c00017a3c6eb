//! Runs the scenarios against one process, one invocation after another.

use std::{path::Path, sync::Arc, time::Duration};

use crate::{
    error::BenchError,
    http::serve,
    process::Process,
    report::{Report, Row},
    runtime_api::RuntimeApi,
    scenario::{EXPECTED, Scenario, is_full},
    services::Services,
};

/// The harness around a running function.
struct Harness {
    api: RuntimeApi,
    services: Arc<Services>,
    process: Process,
}

/// One invocation.
struct Sample {
    own: Duration,
    calls: u64,
}

/// Measures `binary`.
pub(crate) async fn measure(
    binary: &Path,
    warm_ups: u32,
    invocations: u32,
) -> Result<Report, BenchError> {
    let services = Arc::new(Services::default());
    let address = serve(Arc::clone(&services)).await?;
    let api = RuntimeApi::start().await?;
    let process = Process::start(binary, api.address, address)?;
    let mut harness = Harness {
        api,
        services,
        process,
    };
    let mut rows = Vec::new();
    for scenario in Scenario::ALL {
        rows.push(harness.row(scenario, warm_ups, invocations).await?);
    }
    Ok(Report {
        rows,
        memory: harness.process.memory(),
    })
}

impl Harness {
    async fn row(
        &mut self,
        scenario: Scenario,
        warm_ups: u32,
        invocations: u32,
    ) -> Result<Row, BenchError> {
        for n in 0..warm_ups {
            self.invoke(scenario, n).await?;
        }
        let mut own = Vec::new();
        let mut calls = 0;
        for n in warm_ups..warm_ups.saturating_add(invocations) {
            let sample = self.invoke(scenario, n).await?;
            own.push(sample.own);
            calls += sample.calls;
        }
        Ok(Row::new(scenario.name(), own, calls))
    }

    async fn invoke(&mut self, scenario: Scenario, n: u32) -> Result<Sample, BenchError> {
        self.services.take();
        let answered = self.api.invoke(scenario.event(n)).await;
        let served = self.services.take();
        let answered = answered.ok_or_else(|| BenchError::Silent(scenario.name().to_owned()))?;
        if !is_full(&answered.body) {
            let answer = String::from_utf8_lossy(&answered.body);
            return Err(BenchError::Wrong {
                scenario: scenario.name(),
                expected: EXPECTED,
                answer: answer.chars().take(500).collect(),
            });
        }
        Ok(Sample {
            own: answered.elapsed.saturating_sub(served.time),
            calls: served.calls,
        })
    }
}
