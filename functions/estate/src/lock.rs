//! One run at a time: the lock of a workflow, which a run that has ended does not hold.

use aws_sdk_sfn::{Client, types::ExecutionStatus};
use serde::Serialize;
use shared::{
    aws::failure,
    operations::{Lock, Operations},
};

use crate::error::EstateError;

/// The answer to `lock`.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Locked {
    /// Whether the asker holds it now.
    pub(crate) acquired: bool,
    /// Who holds it.
    pub(crate) owner: String,
    /// Until when, in UTC, if it is not renewed.
    pub(crate) until: String,
}

/// Takes the lock of `workflow` for the execution `owner`, also from one that no longer runs.
pub(crate) async fn lock(
    operations: &Operations,
    workflows: &Client,
    workflow: &str,
    owner: &str,
) -> Result<Locked, EstateError> {
    let now = jiff::Timestamp::now().as_second();
    let mut held = operations.take_lock(workflow, owner, now).await?;
    if let Some(other) = &held
        && has_ended(workflows, &other.owner).await?
    {
        tracing::warn!(
            workflow,
            owner = other.owner,
            "the lock of a run that has ended is taken over"
        );
        operations.release_lock(workflow, &other.owner).await?;
        held = operations.take_lock(workflow, owner, now).await?;
    }
    Ok(answer(held, owner, now))
}

fn answer(held: Option<Lock>, owner: &str, now: i64) -> Locked {
    let (acquired, owner, until) = match held {
        None => (
            true,
            owner.to_owned(),
            now + shared::operations::LOCK_SECONDS,
        ),
        Some(other) => (false, other.owner, other.expires_at),
    };
    let until = jiff::Timestamp::from_second(until);
    Locked {
        acquired,
        owner,
        until: until.map_or_else(|_| String::new(), |until| until.to_string()),
    }
}

/// Whether an execution no longer runs. One that Step Functions has forgotten does not; an owner that
/// is no execution may still be at work, and its lock ends by itself.
async fn has_ended(workflows: &Client, owner: &str) -> Result<bool, EstateError> {
    if !owner.contains(":execution:") {
        return Ok(false);
    }
    let answer = workflows
        .describe_execution()
        .execution_arn(owner)
        .send()
        .await
        .map_err(failure("states:DescribeExecution"));
    match answer {
        Ok(execution) => Ok(execution.status != ExecutionStatus::Running),
        Err(error) if error.code() == "ExecutionDoesNotExist" => Ok(true),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_asker_hears_who_holds_the_lock_and_until_when() {
        let other = Lock {
            workflow: "retrain".to_owned(),
            owner: "other".to_owned(),
            taken_at: 0,
            expires_at: 1_795_415_486,
        };
        let refused = answer(Some(other), "me", 0);
        assert!(!refused.acquired && refused.owner == "other");
        assert_eq!(refused.until, "2026-11-23T06:31:26Z");
        assert!(answer(None, "me", 0).acquired);
    }
}
