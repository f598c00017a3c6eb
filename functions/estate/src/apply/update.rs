//! Changes resources in place.

use std::collections::HashMap;

use aws_sdk_personalize::types::{RecommenderConfig, SolutionUpdateConfig, Tag};
use serde_json::Value;
use shared::{
    arn::Kind,
    aws::failure,
    campaign,
    config::{Campaign, MetricAttribution, Recommender},
};

use super::{
    Run, Step,
    create::{auto_training, events, metrics, recommender_config},
};
use crate::{
    compare::Difference,
    error::EstateError,
    plan::Generations,
    resource::{Declared, Found, TAG, has_generations},
};

impl Run<'_> {
    /// Makes the differences between `declared` and what stands in its place go.
    pub(super) async fn update(
        &self,
        declared: &Declared,
        differences: &[Difference],
    ) -> Result<Step, EstateError> {
        let context = self.session.context(self.seen);
        let found = if has_generations(declared.kind) {
            Generations::of(&context, declared).in_service
        } else {
            context.find(declared)
        };
        let Some(found) = found else {
            return Ok(Step::Later("it has gone".to_owned()));
        };
        if !found.is_ready() {
            return Ok(Step::Later(found.status.clone()));
        }
        if differences
            .iter()
            .any(|difference| difference.field == "running")
        {
            return self.start(found).await;
        }
        if declared.kind == Kind::Recommender && found.status == "INACTIVE" {
            return Ok(Step::Later(
                "for its hours: a stopped one takes no change".to_owned(),
            ));
        }
        let (tags, fields): (Vec<&Difference>, Vec<&Difference>) = differences
            .iter()
            .partition(|difference| difference.field.starts_with(TAG));
        self.tag(found, &tags).await?;
        if !fields.is_empty() {
            self.update_fields(declared, found, &fields).await?;
        }
        Ok(Step::Done)
    }

    /// Starts a recommender that somebody stopped; what else differs comes when it runs.
    async fn start(&self, found: &Found) -> Result<Step, EstateError> {
        self.client()
            .start_recommender()
            .recommender_arn(&found.arn)
            .send()
            .await
            .map_err(failure("personalize:StartRecommender"))?;
        Ok(Step::Done)
    }

    async fn update_fields(
        &self,
        declared: &Declared,
        found: &Found,
        differences: &[&Difference],
    ) -> Result<(), EstateError> {
        let config = &self.session.config;
        let name = declared.name.as_str();
        match declared.kind {
            Kind::Dataset => self.update_dataset(declared, found).await,
            Kind::Schedule => match &self.session.schedules {
                Some(schedules) => schedules.update(declared).await,
                None => Ok(()),
            },
            Kind::Solution => self.update_solution(found, differences).await,
            Kind::Campaign => match config.campaign(name) {
                Some(campaign) => self.update_campaign(campaign, found, differences).await,
                None => Ok(()),
            },
            Kind::Recommender => match config.recommender(name) {
                Some(recommender) => {
                    self.update_recommender(recommender, found, differences)
                        .await
                }
                None => Ok(()),
            },
            Kind::MetricAttribution => match &config.metric_attribution {
                Some(attribution) => self.update_attribution(attribution, found).await,
                None => Ok(()),
            },
            _ => Ok(()),
        }
    }

    async fn tag(&self, found: &Found, tags: &[&Difference]) -> Result<(), EstateError> {
        let key = |difference: &Difference| difference.field[TAG.len()..].to_owned();
        let (gone, set): (Vec<&Difference>, Vec<&Difference>) =
            tags.iter().partition(|difference| difference.to.is_null());
        let set: Vec<Tag> = set
            .into_iter()
            .filter_map(|difference| {
                let value = difference.to.as_str()?;
                let tag = Tag::builder().tag_key(key(difference)).tag_value(value);
                tag.build().ok()
            })
            .collect();
        if !set.is_empty() {
            self.client()
                .tag_resource()
                .resource_arn(&found.arn)
                .set_tags(Some(set))
                .send()
                .await
                .map_err(failure("personalize:TagResource"))?;
        }
        if !gone.is_empty() {
            self.client()
                .untag_resource()
                .resource_arn(&found.arn)
                .set_tag_keys(Some(gone.into_iter().map(key).collect()))
                .send()
                .await
                .map_err(failure("personalize:UntagResource"))?;
        }
        Ok(())
    }

    async fn update_dataset(&self, declared: &Declared, found: &Found) -> Result<(), EstateError> {
        self.client()
            .update_dataset()
            .dataset_arn(&found.arn)
            .set_schema_arn(self.schema_of(declared))
            .send()
            .await
            .map_err(failure("personalize:UpdateDataset"))?;
        Ok(())
    }

    /// Sends what differs, and of the rest only what an update would else take for its default.
    async fn update_solution(
        &self,
        found: &Found,
        differences: &[&Difference],
    ) -> Result<(), EstateError> {
        let target = |field: &str| target(found, differences, field);
        let differs = |field: &str| differences.iter().any(|one| one.field == field);
        let trains = target("performAutoTraining").as_bool();
        let schedule = target("autoTrainingSchedule");
        let schedule = schedule.as_str().filter(|_| trains == Some(true));
        let config = SolutionUpdateConfig::builder()
            .set_auto_training_config(schedule.map(auto_training))
            .set_events_config(differs("events").then(|| events(&target("events"))))
            .build();
        let says_something = config != SolutionUpdateConfig::builder().build();
        let incremental = target("performIncrementalUpdate").as_bool();
        self.client()
            .update_solution()
            .solution_arn(&found.arn)
            .set_perform_auto_training(trains)
            .set_perform_incremental_update(
                incremental.filter(|_| differs("performIncrementalUpdate")),
            )
            .set_solution_update_config(says_something.then_some(config))
            .send()
            .await
            .map_err(failure("personalize:UpdateSolution"))?;
        Ok(())
    }

    /// Starts from the options that are there: those that nobody declares stay.
    async fn update_campaign(
        &self,
        campaign: &Campaign,
        found: &Found,
        differences: &[&Difference],
    ) -> Result<(), EstateError> {
        let follows = campaign.sync_with_latest_solution_version;
        let latest = found.solution_version.as_deref().and_then(|version| {
            let (solution, _) = version.rsplit_once('/')?;
            Some(format!("{solution}/$LATEST"))
        });
        let there = self
            .client()
            .describe_campaign()
            .campaign_arn(&found.arn)
            .send()
            .await
            .map_err(failure("personalize:DescribeCampaign"))?;
        let there = there.campaign.and_then(|campaign| campaign.campaign_config);
        let mut config = campaign::options(campaign, there);
        config.item_exploration_config =
            explored(found, differences).or(config.item_exploration_config);
        self.client()
            .update_campaign()
            .campaign_arn(&found.arn)
            .set_solution_version_arn(if follows { latest } else { None })
            .set_min_provisioned_tps(campaign::rate(campaign))
            .campaign_config(config)
            .send()
            .await
            .map_err(failure("personalize:UpdateCampaign"))?;
        Ok(())
    }

    /// Starts from the configuration that is there: what nobody declares stays. A changed choice of
    /// training data would train it anew, which is billed.
    async fn update_recommender(
        &self,
        recommender: &Recommender,
        found: &Found,
        differences: &[&Difference],
    ) -> Result<(), EstateError> {
        let there = self
            .client()
            .describe_recommender()
            .recommender_arn(&found.arn)
            .send()
            .await
            .map_err(failure("personalize:DescribeRecommender"))?;
        let there = there
            .recommender
            .and_then(|recommender| recommender.recommender_config);
        let mut config = there.unwrap_or_else(|| RecommenderConfig::builder().build());
        let declared = recommender_config(recommender);
        config.enable_metadata_with_recommendations = declared.enable_metadata_with_recommendations;
        if recommender.capacity.is_none() {
            config.min_recommendation_requests_per_second =
                declared.min_recommendation_requests_per_second;
        }
        config.item_exploration_config =
            explored(found, differences).or(config.item_exploration_config);
        self.client()
            .update_recommender()
            .recommender_arn(&found.arn)
            .recommender_config(config)
            .send()
            .await
            .map_err(failure("personalize:UpdateRecommender"))?;
        Ok(())
    }

    async fn update_attribution(
        &self,
        attribution: &MetricAttribution,
        found: &Found,
    ) -> Result<(), EstateError> {
        let there = found.fields.get("metrics").and_then(Value::as_object);
        let there = there.cloned().unwrap_or_default();
        let is_there = |name: &str, event_type: &str, expression: &str| {
            let (_, counted) = crate::declared::attributed(name, event_type, expression);
            there.get(name) == Some(&counted)
        };
        let mut added = metrics(attribution)?;
        added.retain(|one| !is_there(&one.metric_name, &one.event_type, &one.expression));
        let stays = |name: &String| {
            let mut declared = attribution.metrics.iter();
            declared.any(|one| {
                one.name == *name && is_there(&one.name, &one.event_type, &one.expression)
            })
        };
        let removed: Vec<String> = there.keys().filter(|name| !stays(name)).cloned().collect();
        self.client()
            .update_metric_attribution()
            .metric_attribution_arn(&found.arn)
            .set_add_metrics((!added.is_empty()).then_some(added))
            .set_remove_metrics((!removed.is_empty()).then_some(removed))
            .metrics_output_config(self.output(attribution)?)
            .send()
            .await
            .map_err(failure("personalize:UpdateMetricAttribution"))?;
        Ok(())
    }
}

/// A field as it is to be when `differences` are gone.
fn target(found: &Found, differences: &[&Difference], field: &str) -> Value {
    let changed = differences.iter().find(|one| one.field == field);
    let is = || found.fields.get(field).cloned().unwrap_or_default();
    changed.map_or_else(is, |difference| difference.to.clone())
}

/// How much is to be explored when `differences` are gone; none when they do not touch it. Both numbers
/// go together, because an update that names one forgets the other.
fn explored(found: &Found, differences: &[&Difference]) -> Option<HashMap<String, String>> {
    let names = [
        ("exploration.weight", "explorationWeight"),
        ("exploration.itemAgeCutOff", "explorationItemAgeCutOff"),
    ];
    let differs = |field: &str| differences.iter().any(|one| one.field == field);
    names.iter().find(|(field, _)| differs(field))?;
    let numbers = names.into_iter().filter_map(|(field, key)| {
        let number = target(found, differences, field).as_f64()?;
        Some((key.to_owned(), number.to_string()))
    });
    Some(numbers.collect())
}
