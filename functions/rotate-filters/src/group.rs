//! The filters of the estate's dataset group.

use aws_sdk_personalize::{
    Client,
    types::{FilterSummary, Tag},
};
use shared::{
    aws::{AwsError, failure},
    config::Generation,
    fault::{Fault, FaultKind},
};

use crate::plan::Seen;

/// A dataset group, as this step needs it.
pub(crate) struct Group<'a> {
    pub(crate) personalize: &'a Client,
    pub(crate) arn: &'a str,
}

impl Group<'_> {
    /// All its filters.
    ///
    /// # Errors
    /// Personalize's, after its retries.
    pub(crate) async fn filters(&self) -> Result<Vec<Seen>, AwsError> {
        let mut pages = self
            .personalize
            .list_filters()
            .dataset_group_arn(self.arn)
            .into_paginator()
            .items()
            .send();
        let mut filters = Vec::new();
        while let Some(filter) = pages.next().await {
            filters.extend(seen(filter.map_err(failure("personalize:ListFilters"))?));
        }
        Ok(filters)
    }

    /// Makes a generation; one that is there already is as good.
    ///
    /// # Errors
    /// Personalize's, after its retries.
    pub(crate) async fn create(
        &self,
        generation: &Generation,
        tags: Vec<Tag>,
    ) -> Result<(), AwsError> {
        let answer = self
            .personalize
            .create_filter()
            .name(&generation.name)
            .dataset_group_arn(self.arn)
            .filter_expression(&generation.expression)
            .set_tags((!tags.is_empty()).then_some(tags))
            .send()
            .await
            .map_err(failure("personalize:CreateFilter"));
        match answer {
            Err(error) if error.already_exists() => Ok(()),
            other => other.map(drop),
        }
    }

    /// Deletes a generation; one that is gone, or that Personalize is still busy with, is left to
    /// the next call.
    ///
    /// # Errors
    /// Personalize's, after its retries.
    pub(crate) async fn delete(&self, arn: &str) -> Result<(), AwsError> {
        let answer = self
            .personalize
            .delete_filter()
            .filter_arn(arn)
            .send()
            .await;
        match answer.map_err(failure("personalize:DeleteFilter")) {
            Err(error) if error.is_not_found() || error.kind() == FaultKind::Conflict => Ok(()),
            other => other.map(drop),
        }
    }
}

fn seen(filter: FilterSummary) -> Option<Seen> {
    Some(Seen {
        changed_at: filter.last_updated_date_time.map_or(0, |time| time.secs()),
        name: filter.name?,
        arn: filter.filter_arn?,
        status: filter.status?,
        failure_reason: filter.failure_reason,
    })
}
