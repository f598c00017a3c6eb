//! One contender: cold starts, then requests to one that is warm.

use std::{
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use bench::{
    error::BenchError, process::Process, runtime_api::RuntimeApi, schedule::Watch,
    services::Services,
};
use serde::Serialize;
use serde_json::Value;

use crate::task::{Contender, Task};

/// What was measured of one contender.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Measured {
    /// Who.
    pub(crate) name: String,
    /// From the start until it asks for work, seconds, the median.
    pub(crate) init_s: f64,
    /// From the start until the first answer, seconds, the median.
    pub(crate) cold_start_s: f64,
    /// Processor time a request, seconds.
    pub(crate) processor_s: f64,
    /// From handing out an event until its answer, seconds, the median.
    pub(crate) answer_s: f64,
    /// Resident at most.
    pub(crate) peak_kib: u64,
}

/// One that runs.
struct Running {
    api: RuntimeApi,
    process: Process,
}

/// Measures `contender` at `task`.
pub(crate) async fn measure(
    task: Task,
    contender: Contender,
    starts: u32,
    requests: u32,
) -> Result<Measured, BenchError> {
    let (_, services) = Services::start(Duration::ZERO).await?;
    let (mut inits, mut colds) = (Vec::new(), Vec::new());
    // One start more than count: the first reads the program's files.
    for start in 0..=starts {
        let (init, cold) = cold_start(task, &contender, services).await?;
        if start > 0 {
            inits.push(init.as_secs_f64());
            colds.push(cold.as_secs_f64());
        }
    }
    let mut running = run(&contender, services).await?;
    let warm_ups = requests / 5;
    for n in 0..warm_ups {
        running.ask(task, &contender, n).await?;
    }
    let before = running.processor()?;
    let mut answers = Vec::new();
    for n in warm_ups..warm_ups + requests {
        answers.push(running.ask(task, &contender, n).await?.as_secs_f64());
    }
    let processor = running.processor()? - before;
    let memory = running.process.memory();
    Ok(Measured {
        name: contender.function.name,
        init_s: median(inits),
        cold_start_s: median(colds),
        processor_s: processor.as_secs_f64() / f64::from(requests),
        answer_s: median(answers),
        peak_kib: memory.ok_or(BenchError::Untold("memory"))?.peak_kib,
    })
}

async fn run(contender: &Contender, services: SocketAddr) -> Result<Running, BenchError> {
    let api = RuntimeApi::start(Arc::new(Watch::default())).await?;
    let process = Process::start(&contender.function, api.address, services)?;
    Ok(Running { api, process })
}

async fn cold_start(
    task: Task,
    contender: &Contender,
    services: SocketAddr,
) -> Result<(Duration, Duration), BenchError> {
    let begun = Instant::now();
    let mut running = run(contender, services).await?;
    let ready = running.api.ready().await;
    let ready = ready.ok_or_else(|| silent(contender, "at all"))?;
    running.ask(task, contender, 0).await?;
    Ok((ready - begun, begun.elapsed()))
}

impl Running {
    /// The `n`th request; how long its answer took.
    async fn ask(
        &mut self,
        task: Task,
        contender: &Contender,
        n: u32,
    ) -> Result<Duration, BenchError> {
        let answered = self.api.invoke((contender.event)(n)).await;
        let answered = answered.ok_or_else(|| silent(contender, task.name()))?;
        let answer: Value = serde_json::from_slice(&answered.body).unwrap_or_default();
        if (contender.is_right)(&answer) {
            return Ok(answered.elapsed);
        }
        Err(BenchError::Wrong {
            function: contender.function.name.clone(),
            what: task.name().to_owned(),
            expected: "20 described items, or a taken event",
            answer: answer.to_string().chars().take(2_000).collect(),
        })
    }

    fn processor(&self) -> Result<Duration, BenchError> {
        self.process
            .processor()
            .ok_or(BenchError::Untold("processor time"))
    }
}

fn silent(contender: &Contender, what: &str) -> BenchError {
    BenchError::Silent {
        function: contender.function.name.clone(),
        what: what.to_owned(),
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}
