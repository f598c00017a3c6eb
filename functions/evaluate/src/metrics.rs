//! Offline metrics as Personalize gives them.

use std::collections::BTreeMap;

use aws_sdk_personalize::Client;
use shared::aws::{AwsError, failure};

/// Values by name. Personalize may give `NaN`, where a metric has nothing to count.
pub(crate) type Metrics = BTreeMap<String, f64>;

/// The metrics of one version, as they are.
pub(crate) async fn metrics(client: &Client, version_arn: &str) -> Result<Metrics, AwsError> {
    let answer = client
        .get_solution_metrics()
        .solution_version_arn(version_arn)
        .send()
        .await
        .map_err(failure("personalize:GetSolutionMetrics"))?;
    Ok(answer.metrics.unwrap_or_default().into_iter().collect())
}

/// The ones that are numbers: JSON has no `NaN`.
pub(crate) fn numbers(metrics: &Metrics) -> Metrics {
    let finite = metrics.iter().filter(|(_, value)| value.is_finite());
    finite.map(|(name, value)| (name.clone(), *value)).collect()
}
