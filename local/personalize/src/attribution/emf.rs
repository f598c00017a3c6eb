//! Sums as CloudWatch's embedded metric format: a line of JSON each, in a file that the CloudWatch
//! agent or any reader of JSON can follow. Nothing is sent from here.

use std::{
    fs::File,
    io::Write,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use serde_json::{Value, json};

use super::{Sums, sums::Sum};
use crate::{clock::epoch_seconds, error::Error};

/// The namespace of Personalize's metrics.
const NAMESPACE: &str = "AWS/Personalize";
/// CloudWatch takes nothing older, in seconds.
const OLDEST: f64 = 14.0 * 86_400.0;

/// The file of `--metrics`.
#[derive(Debug)]
pub(crate) struct MetricsFile {
    path: PathBuf,
    file: Mutex<File>,
}

impl MetricsFile {
    /// Opens a file to append to.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        let mut options = File::options();
        let file = options.append(true).create(true).open(path);
        Ok(Self {
            path: path.to_owned(),
            file: Mutex::new(file.map_err(Error::state("write", path))?),
        })
    }

    /// Appends the sums of a group's events. What was asked for is done whether or not it can be
    /// counted, so a failure goes to the log.
    pub(super) fn append(&self, group_arn: &str, sums: &Sums) {
        let oldest = epoch_seconds() - OLDEST;
        #[expect(clippy::cast_precision_loss, reason = "seconds are far below 2^52")]
        let young = sums.iter().filter(|sum| sum.second as f64 >= oldest);
        let lines: String = young
            .map(|sum| format!("{}\n", line(group_arn, &sum)))
            .collect();
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        if let Err(error) = file.write_all(lines.as_bytes()) {
            tracing::error!(path = %self.path.display(), %error, "metrics cannot be written");
        }
    }
}

fn line(group_arn: &str, sum: &Sum<'_>) -> Value {
    let name = &sum.metric.metric_name;
    json!({
        "_aws": {
            "Timestamp": sum.second * 1000,
            "CloudWatchMetrics": [{
                "Namespace": NAMESPACE,
                "Dimensions": [["DatasetGroupArn", "EventAttributionSource"]],
                "Metrics": [{ "Name": name }],
            }],
        },
        "DatasetGroupArn": group_arn,
        "EventAttributionSource": sum.source,
        name: sum.value,
    })
}

#[cfg(test)]
mod tests {
    use super::{super::sums::tests::sums, *};

    #[test]
    fn a_line_names_metric_source_and_time() {
        let sums = sums();
        let line = line("group", &sums.iter().next().unwrap());
        assert_eq!(line["sales"], 5.0);
        assert_eq!(line["EventAttributionSource"], "mail");
        assert_eq!(line["_aws"]["Timestamp"], 900_000);
        let metrics = &line["_aws"]["CloudWatchMetrics"][0];
        assert_eq!(metrics["Metrics"][0]["Name"], "sales");
    }

    #[test]
    fn what_cloudwatch_would_refuse_is_left_out() {
        let path = std::env::temp_dir().join(uuid::Uuid::new_v4().to_string());
        let file = MetricsFile::open(&path).unwrap();
        file.append("group", &sums());
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "");
        std::fs::remove_file(path).unwrap();
    }
}
