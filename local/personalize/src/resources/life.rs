//! Where a resource is in its life, since when, and why it failed.

use serde::{Deserialize, Serialize};

use crate::clock::epoch_seconds;

/// Where a resource is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Status {
    /// Accepted.
    #[serde(rename = "CREATE PENDING")]
    CreatePending,
    /// Being made.
    #[serde(rename = "CREATE IN_PROGRESS")]
    CreateInProgress,
    /// Ready.
    #[serde(rename = "ACTIVE")]
    Active,
    /// Not made; the failure reason says why.
    #[serde(rename = "CREATE FAILED")]
    CreateFailed,
    /// A training that is about to end before its time.
    #[serde(rename = "CREATE STOPPING")]
    CreateStopping,
    /// A training that was stopped.
    #[serde(rename = "CREATE STOPPED")]
    CreateStopped,
    /// A recommender about to stop.
    #[serde(rename = "STOP PENDING")]
    StopPending,
    /// A recommender that stops.
    #[serde(rename = "STOP IN_PROGRESS")]
    StopInProgress,
    /// A recommender that answers nobody.
    #[serde(rename = "INACTIVE")]
    Inactive,
    /// A recommender about to start again.
    #[serde(rename = "START PENDING")]
    StartPending,
    /// A recommender that starts again.
    #[serde(rename = "START IN_PROGRESS")]
    StartInProgress,
    /// A data deletion job that was accepted.
    #[serde(rename = "PENDING")]
    Pending,
    /// A data deletion job at work.
    #[serde(rename = "IN_PROGRESS")]
    InProgress,
    /// A data deletion job that is done.
    #[serde(rename = "COMPLETED")]
    Completed,
    /// A data deletion job that could not do its work.
    #[serde(rename = "FAILED")]
    Failed,
    /// About to go.
    #[serde(rename = "DELETE PENDING")]
    DeletePending,
    /// Going.
    #[serde(rename = "DELETE IN_PROGRESS")]
    DeleteInProgress,
}

impl Status {
    /// Whether creation has not ended yet.
    #[must_use]
    pub(crate) fn is_creating(self) -> bool {
        matches!(
            self,
            Self::CreatePending | Self::CreateInProgress | Self::Pending | Self::InProgress
        )
    }

    /// Whether it is a recommender that is being stopped or started.
    #[must_use]
    pub(crate) fn is_turning(self) -> bool {
        matches!(
            self,
            Self::StopPending | Self::StopInProgress | Self::StartPending | Self::StartInProgress
        )
    }

    /// Whether it is being deleted.
    #[must_use]
    pub(crate) fn is_deleting(self) -> bool {
        matches!(self, Self::DeletePending | Self::DeleteInProgress)
    }
}

impl std::fmt::Display for Status {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::CreatePending => "CREATE PENDING",
            Self::CreateInProgress => "CREATE IN_PROGRESS",
            Self::Active => "ACTIVE",
            Self::CreateFailed => "CREATE FAILED",
            Self::CreateStopping => "CREATE STOPPING",
            Self::CreateStopped => "CREATE STOPPED",
            Self::StopPending => "STOP PENDING",
            Self::StopInProgress => "STOP IN_PROGRESS",
            Self::Inactive => "INACTIVE",
            Self::StartPending => "START PENDING",
            Self::StartInProgress => "START IN_PROGRESS",
            Self::Pending => "PENDING",
            Self::InProgress => "IN_PROGRESS",
            Self::Completed => "COMPLETED",
            Self::Failed => "FAILED",
            Self::DeletePending => "DELETE PENDING",
            Self::DeleteInProgress => "DELETE IN_PROGRESS",
        })
    }
}

/// Status and dates, a part of every resource that has a life cycle. Dates in epoch seconds.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Life {
    /// Where it is.
    pub(crate) status: Status,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) failure_reason: Option<String>,
    /// When it was asked for.
    pub(crate) creation_date_time: f64,
    /// When its status last changed.
    pub(crate) last_updated_date_time: f64,
}

impl Life {
    /// The life of something asked for now.
    #[must_use]
    pub(crate) fn begin() -> Self {
        Self::begin_as(Status::CreatePending)
    }

    /// The same with a first status of its own.
    #[must_use]
    pub(crate) fn begin_as(status: Status) -> Self {
        let now = epoch_seconds();
        Self {
            status,
            failure_reason: None,
            creation_date_time: now,
            last_updated_date_time: now,
        }
    }

    /// Moves on to another status, now.
    pub(crate) fn become_status(&mut self, status: Status) {
        self.status = status;
        self.last_updated_date_time = epoch_seconds();
    }

    /// Ends with a failure, now.
    pub(crate) fn fail(&mut self, status: Status, reason: String) {
        self.become_status(status);
        self.failure_reason = Some(reason);
    }
}
