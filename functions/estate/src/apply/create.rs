//! Makes declared resources. What they need is usable: `Run::step` saw to that.

use aws_sdk_personalize::{
    Client,
    types::{
        AutoTrainingConfig, EventParameters, EventsConfig, MetricAttribute,
        MetricAttributionOutput, RecommenderConfig, S3DataConfig, SolutionConfig, Tag,
    },
};
use serde_json::Value;
use shared::{
    arn::Kind,
    aws::failure,
    campaign,
    config::{Campaign, DatasetType, Domain, Generation, MetricAttribution, Recommender, Solution},
    operations::ResourceState,
};

use super::{Run, Step};
use crate::{
    error::EstateError,
    plan::{Generations, version_to_serve},
    resource::Declared,
};

impl Run<'_> {
    /// Makes `declared`.
    pub(super) async fn create(&self, declared: &Declared) -> Result<Step, EstateError> {
        let config = &self.session.config;
        let name = declared.name.as_str();
        match declared.kind {
            Kind::DatasetGroup => self.create_group(name).await?,
            Kind::Schema | Kind::Filter => {
                let context = self.session.context(self.seen);
                let next = Generations::of(&context, declared).next;
                return self.create_generation(declared, &next).await;
            }
            Kind::Dataset => self.create_dataset(declared).await?,
            Kind::EventTracker => self.create_tracker(name).await?,
            Kind::Solution => match config.solution(name) {
                Some(solution) => self.create_solution(solution, declared).await?,
                None => return Ok(not_declared()),
            },
            Kind::Campaign => match config.campaign(name) {
                Some(campaign) => return self.create_campaign(declared, campaign).await,
                None => return Ok(not_declared()),
            },
            Kind::Recommender => match config.recommender(name) {
                Some(recommender) => self.create_recommender(recommender).await?,
                None => return Ok(not_declared()),
            },
            Kind::MetricAttribution => match &config.metric_attribution {
                Some(attribution) => self.create_attribution(attribution).await?,
                None => return Ok(not_declared()),
            },
            Kind::Schedule => {
                if let Some(schedules) = &self.session.schedules {
                    schedules.create(declared).await?;
                }
            }
            // Versions and jobs are made by workflows.
            _ => return Ok(not_declared()),
        }
        Ok(Step::Done)
    }

    /// Makes a generation of a schema or a filter. The first filter is in service as soon as it is
    /// usable, and its name is looked up by then.
    pub(super) async fn create_generation(
        &self,
        declared: &Declared,
        next: &Generation,
    ) -> Result<Step, EstateError> {
        if declared.kind == Kind::Filter {
            self.client()
                .create_filter()
                .name(&next.name)
                .filter_expression(&next.expression)
                .set_dataset_group_arn(self.group())
                .set_tags(self.tags())
                .send()
                .await
                .map_err(failure("personalize:CreateFilter"))?;
        } else {
            let avro = declared.fields.get("avro").map(ToString::to_string);
            self.client()
                .create_schema()
                .name(&next.name)
                .set_schema(avro)
                .set_domain(self.domain())
                .send()
                .await
                .map_err(failure("personalize:CreateSchema"))?;
        }
        Ok(Step::Done)
    }

    async fn create_group(&self, name: &str) -> Result<(), EstateError> {
        self.client()
            .create_dataset_group()
            .name(name)
            .set_domain(self.domain())
            .set_tags(self.tags())
            .send()
            .await
            .map_err(failure("personalize:CreateDatasetGroup"))?;
        Ok(())
    }

    async fn create_dataset(&self, declared: &Declared) -> Result<(), EstateError> {
        let of = declared.fields.get("type").cloned().unwrap_or_default();
        let of: Option<DatasetType> = serde_json::from_value(of).ok();
        self.client()
            .create_dataset()
            .name(&declared.name)
            .set_dataset_type(of.map(|of| of.api_name().to_owned()))
            .set_schema_arn(self.schema_of(declared))
            .set_dataset_group_arn(self.group())
            .set_tags(self.tags())
            .send()
            .await
            .map_err(failure("personalize:CreateDataset"))?;
        Ok(())
    }

    /// The tracking id is answered once and kept at once: events cannot be put without it.
    async fn create_tracker(&self, name: &str) -> Result<(), EstateError> {
        let answer = self
            .client()
            .create_event_tracker()
            .name(name)
            .set_dataset_group_arn(self.group())
            .set_tags(self.tags())
            .send()
            .await
            .map_err(failure("personalize:CreateEventTracker"))?;
        let state = ResourceState {
            kind: Kind::EventTracker,
            name: name.to_owned(),
            arn: answer.event_tracker_arn.unwrap_or_default(),
            status: "CREATE PENDING".to_owned(),
            updated_at: self.seen.now,
            tracking_id: answer.tracking_id,
        };
        self.session.records.put_state(&state).await
    }

    async fn create_solution(
        &self,
        solution: &Solution,
        declared: &Declared,
    ) -> Result<(), EstateError> {
        self.client()
            .create_solution()
            .name(&solution.name)
            .recipe_arn(solution.recipe_arn())
            .set_event_type(solution.event_type.clone())
            // Sent even when false: without it Personalize trains, and bills, every week.
            .perform_auto_training(solution.perform_auto_training)
            .set_solution_config(solution_config(solution, declared))
            .set_dataset_group_arn(self.group())
            .set_tags(self.tags())
            .send()
            .await
            .map_err(failure("personalize:CreateSolution"))?;
        Ok(())
    }

    /// With the version that it served before, or that another campaign of its solution serves: no
    /// version goes into service here that was not found good enough.
    async fn create_campaign(
        &self,
        declared: &Declared,
        campaign: &Campaign,
    ) -> Result<Step, EstateError> {
        let context = self.session.context(self.seen);
        let Some(version) = version_to_serve(&context, declared) else {
            return Ok(Step::Later("for a version to serve".to_owned()));
        };
        self.client()
            .create_campaign()
            .name(&campaign.name)
            .solution_version_arn(version)
            .min_provisioned_tps(number(campaign.min_provisioned_tps))
            .campaign_config(campaign::options(campaign, None))
            .set_tags(self.tags())
            .send()
            .await
            .map_err(failure("personalize:CreateCampaign"))?;
        Ok(Step::Done)
    }

    async fn create_recommender(&self, recommender: &Recommender) -> Result<(), EstateError> {
        self.client()
            .create_recommender()
            .name(&recommender.name)
            .recipe_arn(recommender.recipe_arn())
            .recommender_config(recommender_config(recommender))
            .set_dataset_group_arn(self.group())
            .set_tags(self.tags())
            .send()
            .await
            .map_err(failure("personalize:CreateRecommender"))?;
        Ok(())
    }

    async fn create_attribution(&self, attribution: &MetricAttribution) -> Result<(), EstateError> {
        self.client()
            .create_metric_attribution()
            .name(&attribution.name)
            .set_metrics(Some(metrics(attribution)?))
            .metrics_output_config(self.output(attribution)?)
            .set_dataset_group_arn(self.group())
            .send()
            .await
            .map_err(failure("personalize:CreateMetricAttribution"))?;
        Ok(())
    }

    /// Where reports go; the role is asked for even when nothing is reported.
    pub(super) fn output(
        &self,
        attribution: &MetricAttribution,
    ) -> Result<MetricAttributionOutput, EstateError> {
        let reports = &self.session.reports;
        let path = attribution.reports.as_ref().zip(reports.bucket.as_ref());
        let destination = path.map(|(key, bucket)| {
            S3DataConfig::builder()
                .path(format!("s3://{bucket}/{key}"))
                .build()
        });
        let output = destination.transpose().and_then(|destination| {
            MetricAttributionOutput::builder()
                .set_role_arn(reports.role.clone())
                .set_s3_data_destination(destination)
                .build()
        });
        output.map_err(|error| unbuildable(&error))
    }

    pub(super) fn client(&self) -> &Client {
        &self.session.personalize
    }

    fn group(&self) -> Option<String> {
        self.seen.world.group().map(|group| group.arn.clone())
    }

    fn domain(&self) -> Option<aws_sdk_personalize::types::Domain> {
        let domain = self.session.config.dataset_group.domain?;
        Some(match domain {
            Domain::Ecommerce => aws_sdk_personalize::types::Domain::Ecommerce,
        })
    }

    /// The ARN of the wanted generation of a dataset's schema.
    pub(super) fn schema_of(&self, dataset: &Declared) -> Option<String> {
        let name = dataset.fields.get("schema")?.as_str()?;
        let mut declared = self.seen.declared.iter();
        let schema = declared.find(|one| one.kind == Kind::Schema && one.name == name)?;
        let context = self.session.context(self.seen);
        let wanted = Generations::of(&context, schema).wanted?;
        Some(wanted.arn.clone())
    }

    fn tags(&self) -> Option<Vec<Tag>> {
        campaign::tags(&self.session.config)
    }
}

fn not_declared() -> Step {
    Step::Later("it is no longer declared".to_owned())
}

/// The configuration bounds its numbers far below this.
pub(super) fn number(value: u32) -> i32 {
    i32::try_from(value).unwrap_or(i32::MAX)
}

pub(super) fn unbuildable(error: &aws_sdk_personalize::error::BuildError) -> EstateError {
    EstateError::Usage(format!("a request cannot be put together: {error}"))
}

fn solution_config(solution: &Solution, declared: &Declared) -> Option<SolutionConfig> {
    let parameters = solution.hyperparameters.clone();
    let schedule = solution.auto_training_schedule.as_deref();
    let config = SolutionConfig::builder()
        .set_auto_training_config(schedule.map(auto_training))
        .set_events_config(declared.fields.get("events").map(events))
        .set_algorithm_hyper_parameters(
            (!parameters.is_empty()).then(|| parameters.into_iter().collect()),
        )
        .build();
    (config != SolutionConfig::builder().build()).then_some(config)
}

pub(super) fn auto_training(schedule: &str) -> AutoTrainingConfig {
    AutoTrainingConfig::builder()
        .scheduling_expression(schedule)
        .build()
}

/// Events as they are compared, `[{"eventType","eventValueThreshold","weight"}]`, as Personalize takes them.
pub(super) fn events(compared: &Value) -> EventsConfig {
    let events = compared.as_array().into_iter().flatten().map(|event| {
        EventParameters::builder()
            .set_event_type(event["eventType"].as_str().map(str::to_owned))
            .set_event_value_threshold(event["eventValueThreshold"].as_f64())
            .set_weight(event["weight"].as_f64())
            .build()
    });
    EventsConfig::builder()
        .set_event_parameters_list(Some(events.collect()))
        .build()
}

pub(super) fn recommender_config(recommender: &Recommender) -> RecommenderConfig {
    RecommenderConfig::builder()
        .min_recommendation_requests_per_second(number(
            recommender.min_recommendation_requests_per_second,
        ))
        .enable_metadata_with_recommendations(recommender.enable_metadata)
        .set_item_exploration_config(recommender.exploration.as_ref().map(campaign::exploration))
        .build()
}

pub(super) fn metrics(
    attribution: &MetricAttribution,
) -> Result<Vec<MetricAttribute>, EstateError> {
    let metrics = attribution.metrics.iter();
    let metrics = metrics.map(|metric| {
        MetricAttribute::builder()
            .metric_name(&metric.name)
            .event_type(&metric.event_type)
            .expression(&metric.expression)
            .build()
    });
    metrics
        .collect::<Result<_, _>>()
        .map_err(|error| unbuildable(&error))
}
