//! Runs the scenarios against one process, one invocation after another.

use std::{sync::Arc, time::Duration};

use bench::{
    error::BenchError,
    process::{Function, Process},
    runtime_api::{Answered, RuntimeApi},
    schedule::{Scheduled, Watch},
    services::{Served, Services},
};

use crate::{
    report::{Measured, Row, Sample},
    scenario::Scenario,
};

/// The harness around a running function.
struct Harness {
    function: String,
    api: RuntimeApi,
    services: Arc<Services>,
    process: Process,
}

/// Measures `function` in `scenarios`.
pub(crate) async fn measure(
    function: Function,
    scenarios: &[Scenario],
    warm_ups: u32,
    invocations: u32,
) -> Result<Measured, BenchError> {
    let (services, address) = Services::start(Duration::ZERO).await?;
    let watch = Arc::new(Watch::default());
    let api = RuntimeApi::start(Arc::clone(&watch)).await?;
    let process = Process::start(&function, api.address, address)?;
    watch.function(process.id());
    let mut harness = Harness {
        function: function.name,
        api,
        services,
        process,
    };
    let mut rows = Vec::new();
    for scenario in scenarios {
        rows.push(harness.row(*scenario, warm_ups, invocations).await?);
    }
    Ok(Measured {
        memory: harness.process.memory(),
        function: harness.function,
        rows,
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
        let mut samples = Vec::new();
        for n in warm_ups..warm_ups.saturating_add(invocations) {
            let (answered, served) = self.invoke(scenario, n).await?;
            if !scenario.is_full(&answered.body) {
                return Err(self.wrong(scenario, &answered.body));
            }
            samples.push(sample(&answered, served));
        }
        Ok(Row::new(scenario.name(), &samples))
    }

    async fn invoke(
        &mut self,
        scenario: Scenario,
        n: u32,
    ) -> Result<(Answered, Served), BenchError> {
        self.services.take();
        let answered = self.api.invoke(scenario.event(n)).await;
        let served = self.services.take();
        let answered = answered.ok_or_else(|| BenchError::Silent {
            function: self.function.clone(),
            what: scenario.name().to_owned(),
        })?;
        Ok((answered, served))
    }

    fn wrong(&self, scenario: Scenario, answer: &[u8]) -> BenchError {
        BenchError::Wrong {
            function: self.function.clone(),
            what: scenario.name().to_owned(),
            expected: scenario.expected(),
            answer: String::from_utf8_lossy(answer).chars().take(500).collect(),
        }
    }
}

/// The services' time is not the function's, nor is the time that other work on the machine took.
///
/// The scheduler does not say for whom a process waits, and the two wait for each other too. So what
/// both ran, without the services, stays in the figure in any case.
fn sample(answered: &Answered, served: Served) -> Sample {
    let Scheduled {
        function,
        harness,
        waiting,
    } = answered.scheduled;
    let with_waiting = answered.elapsed.saturating_sub(served.time);
    let ran = (function + harness).saturating_sub(served.time);
    Sample {
        own: with_waiting
            .saturating_sub(waiting)
            .max(ran)
            .min(with_waiting),
        with_waiting,
        running: function,
        calls: served.calls,
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    /// The own time of an invocation of 1,000 µs, 200 of them in services, in which the function ran
    /// for 250 and this process for 300.
    fn own(waiting: u64) -> u128 {
        let micros = Duration::from_micros;
        let answered = Answered {
            elapsed: micros(1_000),
            scheduled: Scheduled {
                function: micros(250),
                harness: micros(300),
                waiting: micros(waiting),
            },
            body: Bytes::new(),
        };
        let time = micros(200);
        sample(&answered, Served { time, calls: 1 }).own.as_micros()
    }

    #[test]
    fn services_and_other_work_are_not_the_functions_own() {
        assert_eq!(own(0), 800);
        assert_eq!(own(300), 500);
    }

    #[test]
    fn what_both_ran_is_never_taken_for_other_work() {
        assert_eq!(own(700), 350);
    }
}
