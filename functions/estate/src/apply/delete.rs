//! Deletes resources, each after what depends on it.

use aws_sdk_personalize::Client;
use shared::{
    arn::Kind,
    aws::{AwsError, failure},
    generation,
};

use super::{Run, Step};
use crate::{
    declared::is_part_of,
    error::EstateError,
    observe::Schedules,
    plan::{Change, is_ready_to_delete},
    resource::{Declared, Found, has_generations},
};

impl Run<'_> {
    /// Deletes what stands under the name of `change`, and forgets it.
    pub(super) async fn delete(&self, change: &Change) -> Result<Step, EstateError> {
        if !is_ready_to_delete(change.kind, self.leaving.iter().copied()) {
            return Ok(Step::Later("for what depends on it to be gone".to_owned()));
        }
        for found in self.seen.world.of(change.kind) {
            if self.is_named(found, &change.name) && !found.is_leaving() {
                remove(
                    &self.session.personalize,
                    self.session.schedules.as_ref(),
                    found,
                )
                .await?;
                self.session.records.forget(found.kind, &found.name).await?;
            }
        }
        self.session
            .records
            .forget(change.kind, &change.name)
            .await?;
        Ok(Step::Done)
    }

    /// Deletes a resource that Personalize failed to make; it is made anew by the next call.
    pub(super) async fn remove_failed(&self, declared: &Declared) -> Result<Step, EstateError> {
        let failed = self.seen.world.found.iter();
        for found in failed.filter(|found| found.is_failed() && is_part_of(found, declared)) {
            remove(
                &self.session.personalize,
                self.session.schedules.as_ref(),
                found,
            )
            .await?;
        }
        // Until it is made anew it is nobody's: a run that ends here leaves nothing that "was deleted".
        self.session
            .records
            .forget(declared.kind, &declared.name)
            .await?;
        Ok(Step::Done)
    }

    fn is_named(&self, found: &Found, name: &str) -> bool {
        let mut declared = self.seen.declared.iter();
        let stands_for = declared.find(|one| is_part_of(found, one));
        let generation = has_generations(found.kind) && generation::belongs(&found.name, name);
        stands_for.is_some_and(|declared| declared.name == name) || found.name == name || generation
    }
}

/// Deletes `found`. One that is gone is fine.
pub(super) async fn remove(
    client: &Client,
    schedules: Option<&Schedules>,
    found: &Found,
) -> Result<(), EstateError> {
    let removed = if found.kind == Kind::Schedule {
        match schedules {
            Some(schedules) => schedules.delete(&found.name).await,
            None => Ok(()),
        }
    } else {
        call(client, found).await
    };
    match removed {
        Err(error) if !error.is_not_found() => Err(error.into()),
        _ => Ok(()),
    }
}

async fn call(client: &Client, found: &Found) -> Result<(), AwsError> {
    /// One arm a kind: the same call under other names.
    macro_rules! delete {
        ($operation:ident, $arn:ident, $call:literal) => {
            client
                .$operation()
                .$arn(&found.arn)
                .send()
                .await
                .map(drop)
                .map_err(failure($call))
        };
    }
    match found.kind {
        Kind::DatasetGroup => delete!(
            delete_dataset_group,
            dataset_group_arn,
            "personalize:DeleteDatasetGroup"
        ),
        Kind::Schema => delete!(delete_schema, schema_arn, "personalize:DeleteSchema"),
        Kind::Dataset => delete!(delete_dataset, dataset_arn, "personalize:DeleteDataset"),
        Kind::EventTracker => delete!(
            delete_event_tracker,
            event_tracker_arn,
            "personalize:DeleteEventTracker"
        ),
        Kind::Filter => delete!(delete_filter, filter_arn, "personalize:DeleteFilter"),
        Kind::Solution => delete!(delete_solution, solution_arn, "personalize:DeleteSolution"),
        Kind::Campaign => delete!(delete_campaign, campaign_arn, "personalize:DeleteCampaign"),
        Kind::Recommender => delete!(
            delete_recommender,
            recommender_arn,
            "personalize:DeleteRecommender"
        ),
        Kind::MetricAttribution => delete!(
            delete_metric_attribution,
            metric_attribution_arn,
            "personalize:DeleteMetricAttribution"
        ),
        // Jobs and versions leave with what they belong to.
        _ => Ok(()),
    }
}
