//! Makes, changes and deletes schedules.

use aws_sdk_scheduler::{
    error::BuildError,
    types::{
        ActionAfterCompletion, DeadLetterConfig, FlexibleTimeWindow, FlexibleTimeWindowMode,
        RetryPolicy, ScheduleState, Target,
    },
};
use serde_json::Value;
use shared::aws::{AwsError, failure};

use crate::{error::EstateError, observe::Schedules, resource::Declared, schedules::Targets};

/// A start that could not be made is tried for an hour, then it waits in the dead-letter queue.
const RETRY_SECONDS: i32 = 3_600;
const RETRIES: i32 = 10;

/// A declared schedule in the scheduler's own types.
struct Wanted {
    expression: String,
    zone: String,
    /// One that starts once has nothing left to do; a clock that was set back, or a scheduler that forgot,
    /// shall not start it again.
    after_completion: ActionAfterCompletion,
    state: ScheduleState,
    window: FlexibleTimeWindow,
    target: Target,
}

impl Wanted {
    fn of(declared: &Declared, targets: &Targets) -> Result<Self, BuildError> {
        let text = |field: &str| {
            let value = declared.fields.get(field).and_then(Value::as_str);
            value.unwrap_or_default().to_owned()
        };
        let input = declared.fields.get("input").map(ToString::to_string);
        let queue = DeadLetterConfig::builder().arn(&targets.dead_letter_queue);
        let retries = RetryPolicy::builder()
            .maximum_event_age_in_seconds(RETRY_SECONDS)
            .maximum_retry_attempts(RETRIES);
        let expression = text("schedule");
        Ok(Self {
            after_completion: match expression.starts_with("at(") {
                true => ActionAfterCompletion::Delete,
                false => ActionAfterCompletion::None,
            },
            expression,
            zone: text("timeZone"),
            state: ScheduleState::from(text("state").as_str()),
            window: FlexibleTimeWindow::builder()
                .mode(FlexibleTimeWindowMode::Off)
                .build()?,
            target: Target::builder()
                .arn(text("starts"))
                .role_arn(&targets.role)
                .set_input(input)
                .dead_letter_config(queue.build())
                .retry_policy(retries.build())
                .build()?,
        })
    }
}

impl Schedules {
    /// Makes a declared schedule.
    pub(crate) async fn create(&self, declared: &Declared) -> Result<(), EstateError> {
        let wanted = wanted(declared, &self.targets)?;
        let answer = self
            .client
            .create_schedule()
            .group_name(&self.targets.group)
            .name(&declared.name)
            .schedule_expression(wanted.expression)
            .schedule_expression_timezone(wanted.zone)
            .action_after_completion(wanted.after_completion)
            .flexible_time_window(wanted.window)
            .state(wanted.state)
            .target(wanted.target)
            .send()
            .await;
        answer.map_err(failure("scheduler:CreateSchedule"))?;
        Ok(())
    }

    /// Changes a schedule to what is declared: the call replaces all of it.
    pub(crate) async fn update(&self, declared: &Declared) -> Result<(), EstateError> {
        let wanted = wanted(declared, &self.targets)?;
        let answer = self
            .client
            .update_schedule()
            .group_name(&self.targets.group)
            .name(&declared.name)
            .schedule_expression(wanted.expression)
            .schedule_expression_timezone(wanted.zone)
            .action_after_completion(wanted.after_completion)
            .flexible_time_window(wanted.window)
            .state(wanted.state)
            .target(wanted.target)
            .send()
            .await;
        answer.map_err(failure("scheduler:UpdateSchedule"))?;
        Ok(())
    }

    /// Deletes a schedule.
    pub(crate) async fn delete(&self, name: &str) -> Result<(), AwsError> {
        let answer = self
            .client
            .delete_schedule()
            .group_name(&self.targets.group)
            .name(name)
            .send()
            .await;
        answer
            .map(drop)
            .map_err(failure("scheduler:DeleteSchedule"))
    }
}

fn wanted(declared: &Declared, targets: &Targets) -> Result<Wanted, EstateError> {
    Wanted::of(declared, targets).map_err(|error| {
        EstateError::Usage(format!(
            "the schedule `{}` cannot be put together: {error}",
            declared.name
        ))
    })
}
