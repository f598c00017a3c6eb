//! The schedules in the stack's group.

use aws_sdk_scheduler::Client;
use serde_json::{Value, json};
use shared::{
    arn::Kind,
    aws::{AwsError, failure},
};

use crate::{
    resource::{Fields, Found},
    schedules::{Targets, UTC},
};

/// EventBridge Scheduler, and what its schedules may start.
#[derive(Debug, Clone)]
pub(crate) struct Schedules {
    pub(crate) client: Client,
    pub(crate) targets: Targets,
}

impl Schedules {
    /// Every schedule of the group. A group that is not there has none.
    pub(crate) async fn observe(&self) -> Result<Vec<Found>, AwsError> {
        let mut pages = self
            .client
            .list_schedules()
            .group_name(&self.targets.group)
            .into_paginator()
            .items()
            .send();
        let mut all = Vec::new();
        while let Some(summary) = pages.next().await {
            let summary = match summary.map_err(failure("scheduler:ListSchedules")) {
                Err(error) if error.is_not_found() => return Ok(Vec::new()),
                summary => summary?,
            };
            if let Some(name) = summary.name {
                all.extend(self.describe(name).await?);
            }
        }
        Ok(all)
    }

    async fn describe(&self, name: String) -> Result<Option<Found>, AwsError> {
        let answer = self
            .client
            .get_schedule()
            .group_name(&self.targets.group)
            .name(&name)
            .send()
            .await
            .map_err(failure("scheduler:GetSchedule"));
        let answer = match answer {
            Err(error) if error.is_not_found() => return Ok(None),
            answer => answer?,
        };
        let (starts, input) = answer.target.map_or((Value::Null, Value::Null), |target| {
            let input = target.input.unwrap_or_default();
            (
                json!(target.arn),
                serde_json::from_str(&input).unwrap_or(json!(input)),
            )
        });
        let zone = answer.schedule_expression_timezone;
        let zone = zone.as_deref().unwrap_or(UTC);
        let fields: Fields = [
            ("schedule", json!(answer.schedule_expression)),
            ("timeZone", json!(zone)),
            ("state", json!(answer.state.map(|state| state.to_string()))),
            ("starts", starts),
            ("input", input),
        ]
        .into_iter()
        .map(|(field, value)| (field.to_owned(), value))
        .collect();
        let arn = answer.arn.unwrap_or_default();
        Ok(Some(Found {
            fields,
            ..Found::new(Kind::Schedule, name, arn)
        }))
    }
}
