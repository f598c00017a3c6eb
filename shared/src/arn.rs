//! Amazon Personalize ARNs: what kind of resource one names, and its name.
//!
//! Shapes: `arn:aws:personalize:<region>:<account>:<type>/<name>[/<rest>]`
//! (Service Authorization Reference, "Resource types defined by Amazon Personalize").

use std::fmt;

use serde::{Deserialize, Serialize};

/// A kind of Personalize resource that this project makes or watches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Kind {
    /// Holds everything else of one estate.
    DatasetGroup,
    /// An Avro schema.
    Schema,
    /// Interactions, items or users.
    Dataset,
    /// One import of a dataset.
    DatasetImportJob,
    /// Takes events; has a tracking id.
    EventTracker,
    /// A recipe with its configuration.
    Solution,
    /// One training of a solution.
    SolutionVersion,
    /// A deployed solution version.
    Campaign,
    /// A filter expression.
    Filter,
    /// A trained and deployed use case of a domain group.
    Recommender,
    /// What counts as a recommendation's success.
    MetricAttribution,
    /// Recommendations for many.
    BatchInferenceJob,
    /// Segments of users.
    BatchSegmentJob,
    /// What starts a workflow at a time. Of EventBridge Scheduler: no Personalize ARN names one.
    Schedule,
}

impl Kind {
    /// The name used in events, tables and messages.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::DatasetGroup => "datasetGroup",
            Self::Schema => "schema",
            Self::Dataset => "dataset",
            Self::DatasetImportJob => "datasetImportJob",
            Self::EventTracker => "eventTracker",
            Self::Solution => "solution",
            Self::SolutionVersion => "solutionVersion",
            Self::Campaign => "campaign",
            Self::Filter => "filter",
            Self::Recommender => "recommender",
            Self::MetricAttribution => "metricAttribution",
            Self::BatchInferenceJob => "batchInferenceJob",
            Self::BatchSegmentJob => "batchSegmentJob",
            Self::Schedule => "schedule",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// A parsed ARN.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonalizeArn {
    /// What it names.
    pub kind: Kind,
    /// The resource's name; for a solution version `<solution>/<version id>`,
    /// for a dataset `<group>/<TYPE>`.
    pub name: String,
}

/// A string that is no ARN of a Personalize resource known here.
#[derive(Debug, thiserror::Error)]
#[error(
    "`{0}` is not the ARN of a Personalize resource; expected arn:aws:personalize:<region>:<account>:<type>/<name>"
)]
pub struct NotAnArn(String);

impl std::str::FromStr for PersonalizeArn {
    type Err = NotAnArn;

    fn from_str(arn: &str) -> Result<Self, Self::Err> {
        let unknown = || NotAnArn(arn.to_owned());
        let parts: Vec<&str> = arn.splitn(6, ':').collect();
        let [_, _, "personalize", _, _, resource] = parts[..] else {
            return Err(unknown());
        };
        let (kind, name) = resource.split_once('/').ok_or_else(unknown)?;
        let kind = match kind {
            "dataset-group" => Kind::DatasetGroup,
            "schema" => Kind::Schema,
            "dataset" => Kind::Dataset,
            "dataset-import-job" => Kind::DatasetImportJob,
            "event-tracker" => Kind::EventTracker,
            "solution" if name.contains('/') => Kind::SolutionVersion,
            "solution" => Kind::Solution,
            "campaign" => Kind::Campaign,
            "filter" => Kind::Filter,
            "recommender" => Kind::Recommender,
            "metric-attribution" => Kind::MetricAttribution,
            "batch-inference-job" => Kind::BatchInferenceJob,
            "batch-segment-job" => Kind::BatchSegmentJob,
            _ => return Err(unknown()),
        };
        Ok(Self {
            kind,
            name: name.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_solution_and_its_version_are_told_apart() {
        let solution: PersonalizeArn = "arn:aws:personalize:us-east-1:1:solution/taste"
            .parse()
            .unwrap();
        assert_eq!(
            (solution.kind, solution.name.as_str()),
            (Kind::Solution, "taste")
        );
        let version: PersonalizeArn = "arn:aws:personalize:us-east-1:1:solution/taste/8f3a11c0"
            .parse()
            .unwrap();
        assert_eq!(
            (version.kind, version.name.as_str()),
            (Kind::SolutionVersion, "taste/8f3a11c0")
        );
    }

    #[test]
    fn other_strings_are_refused() {
        for wrong in [
            "",
            "taste",
            "arn:aws:s3:::bucket",
            "arn:aws:personalize:us-east-1:1:taste",
        ] {
            assert!(wrong.parse::<PersonalizeArn>().is_err(), "{wrong}");
        }
    }
}
