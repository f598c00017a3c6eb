//! Runs a workflow of the deployed stack to its end, shows the state it is in, and says in words
//! what failed.

use std::time::Duration;

use aws_sdk_sfn::Client;
use aws_sdk_sfn::types::{ExecutionStatus, HistoryEvent, StateEnteredEventDetails};
use serde_json::Value;

use crate::error::{Error, Result};
use crate::progress::Progress;
use crate::stack::Stack;

/// The workflows, in the order a new shop needs them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Workflow {
    /// Makes the declared Personalize resources.
    ApplyEstate,
    /// Checks and imports the datasets.
    ImportData,
    /// Trains, evaluates, promotes.
    Retrain,
    /// Brings the product cache up to date.
    RefreshCatalog,
    /// Runs a batch job and loads its results.
    BatchRecommend,
    /// Sends a message campaign.
    SendCampaign,
}

impl Workflow {
    /// Its name: `apply-estate`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::ApplyEstate => "apply-estate",
            Self::ImportData => "import-data",
            Self::Retrain => "retrain",
            Self::RefreshCatalog => "refresh-catalog",
            Self::BatchRecommend => "batch-recommend",
            Self::SendCampaign => "send-campaign",
        }
    }

    /// The output of the template that has its ARN.
    #[must_use]
    pub fn output(self) -> &'static str {
        match self {
            Self::ApplyEstate => "ApplyEstateStateMachineArn",
            Self::ImportData => "ImportDataStateMachineArn",
            Self::Retrain => "RetrainStateMachineArn",
            Self::RefreshCatalog => "RefreshCatalogStateMachineArn",
            Self::BatchRecommend => "BatchRecommendStateMachineArn",
            Self::SendCampaign => "SendCampaignStateMachineArn",
        }
    }
}

/// Runs a workflow; its output.
///
/// # Errors
/// [`Error::Workflow`] with the failed state, error and cause; [`Error::Aws`].
pub async fn run(stack: &Stack, workflow: Workflow, input: &Value) -> Result<Value> {
    let client = &stack.clients().workflows;
    let started = client
        .start_execution()
        .state_machine_arn(stack.output(workflow.output())?)
        .name(format!("{}-{}", workflow.name(), uuid::Uuid::now_v7()))
        .input(input.to_string())
        .send()
        .await
        .map_err(Error::aws(format!(
            "states:StartExecution {}",
            workflow.name()
        )))?;
    let execution = started.execution_arn();
    let progress = Progress::spinner(workflow.name());
    loop {
        let state = client
            .describe_execution()
            .execution_arn(execution)
            .send()
            .await;
        let state = state.map_err(Error::aws("states:DescribeExecution"))?;
        match state.status() {
            ExecutionStatus::Running => progress.say(current_state(client, execution).await?),
            ExecutionStatus::Succeeded => {
                progress.done("succeeded");
                return Ok(
                    serde_json::from_str(state.output().unwrap_or("null")).unwrap_or_default()
                );
            }
            ended => {
                let cause = match (state.error(), state.cause()) {
                    (Some(error), Some(cause)) => format!("{error}: {cause}"),
                    (Some(said), None) | (None, Some(said)) => said.to_owned(),
                    (None, None) => "no cause given".to_owned(),
                };
                let logs = stack.layout().state().join("logs");
                return Err(Error::Workflow {
                    workflow: workflow.name().to_owned(),
                    status: ended.as_str().to_owned(),
                    state: current_state(client, execution).await?,
                    cause,
                    logs: logs.display().to_string(),
                });
            }
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
}

/// The state entered last.
async fn current_state(client: &Client, execution: &str) -> Result<String> {
    let history = client
        .get_execution_history()
        .execution_arn(execution)
        .reverse_order(true);
    let history = history.max_results(20).send().await;
    let history = history.map_err(Error::aws("states:GetExecutionHistory"))?;
    Ok(last_entered(history.events())
        .unwrap_or("its start")
        .to_owned())
}

fn last_entered(newest_first: &[HistoryEvent]) -> Option<&str> {
    newest_first.iter().find_map(|event| {
        event
            .state_entered_event_details()
            .map(StateEnteredEventDetails::name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_sfn::primitives::DateTime;
    use aws_sdk_sfn::types::HistoryEventType;

    #[test]
    fn the_state_entered_last_is_the_current_one() {
        let event = |name: Option<&str>| {
            let details = name.map(|name| {
                StateEnteredEventDetails::builder()
                    .name(name)
                    .build()
                    .unwrap()
            });
            HistoryEvent::builder()
                .id(1)
                .timestamp(DateTime::from_secs(0))
                .r#type(HistoryEventType::TaskStateEntered)
                .set_state_entered_event_details(details)
                .build()
                .unwrap()
        };
        let history = [event(None), event(Some("Wait")), event(Some("Apply"))];
        assert_eq!(last_entered(&history), Some("Wait"));
        assert_eq!(last_entered(&[]), None);
    }
}
