//! Asks every question on one thread with a clock beside it, and adds up what came back.

use std::fmt;
use std::time::{Duration, Instant};

use recommender::{Model, Query, Recipe, ndcg};
use serde_json::json;

use crate::protocol::{Question, Seen};

/// How deep the reciprocal rank looks.
const MRR_DEPTH: usize = 20;

/// What a run found. Metrics are means over questions.
#[derive(Debug)]
pub(crate) struct Report {
    pub(crate) recipe: Recipe,
    pub(crate) users: usize,
    pub(crate) ndcg: f64,
    pub(crate) hit_rate: f64,
    pub(crate) mrr: f64,
    /// Distinct items in the first k of all answers, by all items.
    pub(crate) coverage: f64,
    pub(crate) train_seconds: f64,
    pub(crate) recommendations_per_second: f64,
    pub(crate) p50_micros: f64,
    pub(crate) p99_micros: f64,
    /// The most memory this process ever held, in MiB.
    pub(crate) peak_rss_mib: f64,
}

/// Asks all questions, one after the other.
pub(crate) fn ask(model: &Model, questions: &[Question], k: usize, seen: Seen) -> Report {
    let mut times = Vec::with_capacity(questions.len());
    let mut covered = vec![false; model.items().len()];
    let (mut gain, mut hit, mut mrr) = (0.0, 0.0, 0.0);
    for question in questions {
        let started = Instant::now();
        let answer = answer(model, question, k.max(MRR_DEPTH), seen);
        times.push(started.elapsed());
        answer
            .iter()
            .take(k)
            .for_each(|&item| covered[item as usize] = true);
        let right = |item: &u32| question.targets.contains(item);
        let hits: Vec<bool> = answer.iter().map(right).collect();
        gain += ndcg(&hits, question.targets.len(), k);
        hit += f64::from(u8::from(hits.iter().take(k).any(|&is| is)));
        let first = hits.iter().take(MRR_DEPTH).position(|&is| is);
        mrr += first.map_or(0.0, |index| 1.0 / (index + 1) as f64);
    }
    let asked = questions.len() as f64;
    let total: Duration = times.iter().sum();
    times.sort_unstable();
    let percentile =
        |part: f64| times[((asked * part) as usize).min(times.len() - 1)].as_secs_f64() * 1e6;
    Report {
        recipe: model.recipe(),
        users: questions.len(),
        ndcg: gain / asked,
        hit_rate: hit / asked,
        mrr: mrr / asked,
        coverage: covered.iter().filter(|&&is| is).count() as f64 / covered.len() as f64,
        train_seconds: 0.0,
        recommendations_per_second: asked / total.as_secs_f64(),
        p50_micros: percentile(0.5),
        p99_micros: percentile(0.99),
        peak_rss_mib: peak_rss_mib(),
    }
}

fn answer(model: &Model, question: &Question, limit: usize, seen: Seen) -> Vec<u32> {
    let history = &question.history;
    let query = Query {
        history,
        item: history.last().map(|event| event.item),
        now: history.last().map_or(0, |event| event.timestamp),
        limit,
    };
    let mut own: Vec<u32> = match seen {
        Seen::Keep => Vec::new(),
        Seen::Drop => history.iter().map(|event| event.item).collect(),
    };
    own.sort_unstable();
    let answer = model.recommend(&query, |item| own.binary_search(&item).is_err());
    answer.into_iter().map(|scored| scored.item).collect()
}

/// The high-water mark of this process's memory; 0 where the system does not tell.
fn peak_rss_mib() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
    kib.unwrap_or_default() / 1024.0
}

impl Report {
    pub(crate) fn json(&self) -> serde_json::Value {
        json!({
            "recipe": self.recipe.to_string(), "users": self.users, "ndcg": self.ndcg,
            "hit_rate": self.hit_rate, "mrr": self.mrr, "coverage": self.coverage,
            "train_seconds": self.train_seconds,
            "recommendations_per_second": self.recommendations_per_second,
            "p50_micros": self.p50_micros, "p99_micros": self.p99_micros,
            "peak_rss_mib": self.peak_rss_mib,
        })
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} asked {} times", self.recipe, self.users)?;
        writeln!(
            f,
            "  quality  NDCG {:.4}  hit rate {:.4}  MRR@20 {:.4}  coverage {:.3}",
            self.ndcg, self.hit_rate, self.mrr, self.coverage
        )?;
        writeln!(
            f,
            "  speed    trained in {:.2} s  {:.0} answers a second  p50 {:.1} µs  p99 {:.1} µs",
            self.train_seconds, self.recommendations_per_second, self.p50_micros, self.p99_micros
        )?;
        writeln!(f, "  memory   {:.1} MiB at most", self.peak_rss_mib)
    }
}
