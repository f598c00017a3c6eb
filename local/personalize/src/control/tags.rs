//! Tags of resources.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::Call;
use crate::{
    estate::{Estate, Resource},
    fault::{Fault, FaultKind},
    input::Input,
    resources::{
        BatchInferenceJob, BatchSegmentJob, Campaign, DataDeletionJob, Dataset, DatasetExportJob,
        DatasetGroup, DatasetImportJob, EventTracker, Filter, MetricAttribution, Recommender,
        Solution, SolutionVersion,
    },
};

/// Tags of one resource.
const MOST: usize = 50;

/// The `tags` of a request.
pub(super) fn given(input: &Input) -> Result<BTreeMap<String, String>, Fault> {
    let tags = input.objects("tags", 0..=200)?;
    let tags: BTreeMap<_, _> = tags
        .iter()
        .map(|tag| {
            let key = tag.required("tagKey")?.to_owned();
            let value = tag.text("tagValue")?.unwrap_or_default().to_owned();
            Ok((key, value))
        })
        .collect::<Result<_, Fault>>()?;
    check(&tags)?;
    Ok(tags)
}

/// `TagResource`
pub(super) fn tag(call: &Call<'_>) -> Result<Value, Fault> {
    let arn = call.input.arn("resourceArn")?;
    let given = given(&call.input)?;
    call.app.change(|estate| {
        check_resource(estate, arn)?;
        let tags = estate.tags.entry(arn.to_owned()).or_default();
        tags.extend(given);
        check(tags)
    })?;
    Ok(json!({}))
}

/// `UntagResource`
pub(super) fn untag(call: &Call<'_>) -> Result<Value, Fault> {
    let arn = call.input.arn("resourceArn")?;
    let keys = call.input.texts("tagKeys", 0..=50, 128)?;
    call.app.change(|estate| {
        check_resource(estate, arn)?;
        if let Some(tags) = estate.tags.get_mut(arn) {
            tags.retain(|key, _| !keys.contains(key));
        }
        Ok(())
    })?;
    Ok(json!({}))
}

/// `ListTagsForResource`
pub(super) fn list(call: &Call<'_>) -> Result<Value, Fault> {
    let arn = call.input.arn("resourceArn")?;
    call.app.read(|estate| {
        check_resource(estate, arn)?;
        let tags: Vec<Value> = estate
            .tags
            .get(arn)
            .into_iter()
            .flatten()
            .map(|(key, value)| json!({ "tagKey": key, "tagValue": value }))
            .collect();
        Ok(json!({ "tags": tags }))
    })
}

fn check(tags: &BTreeMap<String, String>) -> Result<(), Fault> {
    if tags.len() <= MOST {
        return Ok(());
    }
    Err(Fault::new(
        FaultKind::TooManyTags,
        format!("A resource may have at most {MOST} tags"),
    ))
}

fn check_resource(estate: &Estate, arn: &str) -> Result<(), Fault> {
    fn has<T: Resource>(estate: &Estate, arn: &str) -> bool {
        T::table(estate).contains_key(arn)
    }
    let known = has::<DatasetGroup>(estate, arn)
        || has::<Dataset>(estate, arn)
        || has::<DatasetImportJob>(estate, arn)
        || has::<EventTracker>(estate, arn)
        || has::<Solution>(estate, arn)
        || has::<SolutionVersion>(estate, arn)
        || has::<Campaign>(estate, arn)
        || has::<Recommender>(estate, arn)
        || has::<BatchInferenceJob>(estate, arn)
        || has::<BatchSegmentJob>(estate, arn)
        || has::<DatasetExportJob>(estate, arn)
        || has::<DataDeletionJob>(estate, arn)
        || has::<MetricAttribution>(estate, arn)
        || has::<Filter>(estate, arn);
    if known {
        Ok(())
    } else {
        Err(Fault::not_found("a resource with tags", arn))
    }
}
