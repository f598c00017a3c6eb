//! Batch jobs: recommendations or segments for many at once, by schedule, into ready-made lists.

use serde::Deserialize;

/// A batch job.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BatchJob {
    /// Its name: the folder of its files, and the start of its jobs' names.
    pub name: String,
    /// Recommendations or segments.
    pub kind: BatchKind,
    /// The solution whose version in service (or latest, without a campaign) is asked.
    pub solution: String,
    /// Key or prefix of the JSON lines that are asked, in the data bucket, as Personalize takes
    /// them: `{"userId": "1"}`, `{"itemId": "2"}`.
    pub input: String,
    /// Items for each user or item, or users of each segment.
    #[serde(default = "num_results")]
    pub num_results: u32,
    /// The filter that is applied.
    pub filter: Option<String>,
    /// When it runs: a cron or rate expression of EventBridge Scheduler, in UTC.
    pub schedule: Option<String>,
}

/// What a batch job makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum BatchKind {
    /// A list of items for each user (`user#<id>`) or item (`item#<id>`).
    Recommendations,
    /// Users likely to act on an item or attribute (`segment#<name>`).
    Segments,
}

fn num_results() -> u32 {
    25
}
