//! The step: goes through the dated filters and does for each what its plan says.

use std::collections::BTreeMap;

use aws_config::SdkConfig;
use aws_sdk_personalize::types::Tag;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use shared::{
    arn::Kind,
    config::{Filter, Generation},
    environment,
    estate::{Estate, EstateSource},
    generation,
    metrics::{self, Unit},
    operations::ResourceState,
    resource::is_failed,
    state_change::StateChange,
};

use crate::{
    error::RotateError,
    group::Group,
    plan::{Behind, Seen, Step},
};

/// Nothing is asked: the configuration and the clock say everything.
#[derive(Debug, Deserialize)]
pub(crate) struct Event {}

/// What was done.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Answer {
    filters: Vec<Turn>,
    failed: Vec<Failure>,
    /// Why there was nothing to rotate.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
}

/// What was done for one filter.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Turn {
    filter: String,
    due: String,
    in_service: Option<String>,
    steps: Vec<&'static str>,
}

/// A filter that could not be rotated. What was in service stays there.
#[derive(Debug, Serialize)]
struct Failure {
    filter: String,
    reason: String,
}

/// The step with its clients.
pub(crate) struct RotateFilters {
    personalize: aws_sdk_personalize::Client,
    bus: aws_sdk_eventbridge::Client,
    source: EstateSource,
    grace: i64,
}

/// What one call works with.
struct Call<'a> {
    estate: &'a Estate,
    group: Group<'a>,
    filters: Vec<Seen>,
    now: i64,
}

impl RotateFilters {
    /// Makes the clients; asks nothing yet.
    pub(crate) fn from_environment(aws: &SdkConfig) -> Result<Self, RotateError> {
        let value = environment::required("REPLACEMENT_GRACE_SECONDS")?;
        let grace = value.parse().map_err(|_| RotateError::Grace { value })?;
        Ok(Self {
            personalize: aws_sdk_personalize::Client::new(aws),
            bus: aws_sdk_eventbridge::Client::new(aws),
            source: EstateSource::from_environment(aws)?,
            grace,
        })
    }

    /// Does what can be done now.
    pub(crate) async fn run(&self) -> Result<Answer, RotateError> {
        let estate = self.source.open().await?;
        let dated = || {
            estate
                .config
                .filters
                .iter()
                .filter(|one| one.rotate.is_some())
        };
        let nothing = |reason| Answer {
            reason: Some(reason),
            ..Answer::default()
        };
        if dated().next().is_none() {
            return Ok(nothing("no filter of the configuration has `rotate`"));
        }
        let name = &estate.config.dataset_group.name;
        let group = estate.operations.resource(Kind::DatasetGroup, name).await?;
        let Some(group) = group else {
            return Ok(nothing(
                "the dataset group is not made yet; run apply-estate",
            ));
        };
        let group = Group {
            personalize: &self.personalize,
            arn: &group.arn,
        };
        let call = Call {
            filters: group.filters().await?,
            now: Timestamp::now().as_second(),
            estate: &estate,
            group,
        };
        let mut answer = Answer::default();
        for filter in dated() {
            let done = match self.turn(&call, filter).await {
                Ok(turn) => turn,
                Err(error) => {
                    answer.fail(filter, error.to_string());
                    continue;
                }
            };
            if let Some(reason) = failure(&call, &done.due) {
                answer.fail(filter, reason);
            }
            answer.filters.push(done);
        }
        answer.count();
        Ok(answer)
    }

    async fn turn(&self, call: &Call<'_>, filter: &Filter) -> Result<Turn, RotateError> {
        let stable = &filter.name;
        let due = filter.generation(call.now).map_err(|source| {
            let filter = stable.clone();
            RotateError::Expression { filter, source }
        })?;
        let alias = call
            .estate
            .operations
            .resource(Kind::Filter, stable)
            .await?;
        let mut seen = call.filters.clone();
        seen.retain(|seen| generation::belongs(&seen.name, stable));
        let behind = Behind {
            stable,
            due: &due.name,
            seen: &seen,
            alias: alias.as_ref().map(|alias| (&*alias.arn, alias.updated_at)),
            grace: self.grace,
        };
        let mut steps = Vec::new();
        for step in behind.steps(call.now) {
            steps.push(self.take(call, stable, &due, step).await?);
        }
        let in_service = behind.in_service().map(|seen| seen.name.clone());
        tracing::info!(filter = stable, due = due.name, ?steps, "rotated");
        Ok(Turn {
            filter: stable.clone(),
            in_service,
            steps,
            due: due.name,
        })
    }

    async fn take(
        &self,
        call: &Call<'_>,
        stable: &str,
        due: &Generation,
        step: Step<'_>,
    ) -> Result<&'static str, RotateError> {
        Ok(match step {
            Step::Create => {
                let tags = tags(&call.estate.config.tags)?;
                call.group.create(due, tags).await?;
                "created"
            }
            Step::Announce(seen) => self.announce(call, seen).await?,
            Step::Delete(seen) => {
                call.group.delete(&seen.arn).await?;
                // A generation with the plain name has no state of its own: that is the alias.
                if seen.name != stable {
                    let operations = &call.estate.operations;
                    operations.delete_resource(Kind::Filter, &seen.name).await?;
                }
                "deleted"
            }
            Step::Wait => "waiting",
        })
    }

    /// Tells of a state. An ACTIVE one that is not in service is told of at each call, until the
    /// alias points to it; a failure once.
    async fn announce(&self, call: &Call<'_>, seen: &Seen) -> Result<&'static str, RotateError> {
        let operations = &call.estate.operations;
        let last = operations.resource(Kind::Filter, &seen.name).await?;
        let last = last.filter(|last| last.arn == seen.arn);
        let failed = is_failed(&seen.status);
        if failed && last.as_ref().is_some_and(|last| last.status == seen.status) {
            return Ok("failed");
        }
        let change = StateChange {
            estate: call.estate.config.estate.clone(),
            kind: Kind::Filter,
            name: seen.name.clone(),
            arn: seen.arn.clone(),
            status: seen.status.clone(),
            previous_status: last.map(|last| last.status),
            failure_reason: seen.failure_reason.clone(),
        };
        change.publish(&self.bus).await?;
        if failed {
            operations.put_resource(&state(seen, call.now)).await?;
        }
        Ok(if failed { "failed" } else { "announced" })
    }
}

/// Why the generation that is due will never serve, if it failed.
fn failure(call: &Call<'_>, due: &str) -> Option<String> {
    let due = call.filters.iter().find(|seen| seen.name == due)?;
    is_failed(&due.status).then(|| {
        let why = due.failure_reason.as_deref();
        let why = why.unwrap_or("Personalize gives no reason");
        format!(
            "`{}` is {}: {why}; the one before stays in service, and it is tried again an hour after it failed",
            due.name, due.status
        )
    })
}

fn state(seen: &Seen, now: i64) -> ResourceState {
    ResourceState {
        kind: Kind::Filter,
        name: seen.name.clone(),
        arn: seen.arn.clone(),
        status: seen.status.clone(),
        updated_at: now,
        tracking_id: None,
    }
}

fn tags(tags: &BTreeMap<String, String>) -> Result<Vec<Tag>, RotateError> {
    let tag = |(key, value)| Tag::builder().tag_key(key).tag_value(value).build();
    let tags: Result<_, _> = tags.iter().map(tag).collect();
    Ok(tags?)
}

impl Answer {
    fn fail(&mut self, filter: &Filter, reason: String) {
        tracing::warn!(filter = filter.name, reason, "not rotated");
        let filter = filter.name.clone();
        self.failed.push(Failure { filter, reason });
    }

    fn count(&self) {
        // At most the filters of a group: exact as f64.
        #[allow(clippy::cast_precision_loss)]
        let of = |what: &str| {
            let steps = self.filters.iter().flat_map(|turn| &turn.steps);
            steps.filter(|step| **step == what).count() as f64
        };
        #[allow(clippy::cast_precision_loss)]
        let failed = self.failed.len() as f64;
        metrics::emit(
            "rotate-filters",
            &[],
            &[
                ("FiltersCreated", Unit::Count, of("created")),
                ("FiltersAnnounced", Unit::Count, of("announced")),
                ("FiltersDeleted", Unit::Count, of("deleted")),
                ("FilterRotationsFailed", Unit::Count, failed),
            ],
        );
    }
}
