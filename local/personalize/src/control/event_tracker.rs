//! Event trackers: one for a group.

use serde_json::{Value, json};
use uuid::Uuid;

use super::{Call, begin, end, page};
use crate::{
    fault::{Fault, FaultKind},
    resources::{DatasetGroup, EventTracker, Life},
};

/// `CreateEventTracker`
pub(super) fn create(call: &Call<'_>) -> Result<Value, Fault> {
    let name = call.input.name("name")?;
    let group_arn = call.input.arn("datasetGroupArn")?;
    call.app.read(|estate| {
        estate.active::<DatasetGroup>(group_arn)?;
        let taken = |one: &EventTracker| one.dataset_group_arn == group_arn;
        if estate.any(taken) {
            return Err(Fault::new(
                FaultKind::ResourceAlreadyExists,
                format!("{group_arn} has an event tracker already, and may have only one"),
            ));
        }
        Ok(())
    })?;
    let event_tracker_arn = call.scope.arn(&format!("event-tracker/{}", random_id()));
    let tracking_id = Uuid::new_v4().to_string();
    begin(
        call,
        EventTracker {
            name,
            event_tracker_arn: event_tracker_arn.clone(),
            account_id: call.scope.account().to_owned(),
            tracking_id: tracking_id.clone(),
            dataset_group_arn: group_arn.to_owned(),
            life: Life::begin(),
        },
    )?;
    Ok(json!({ "eventTrackerArn": event_tracker_arn, "trackingId": tracking_id }))
}

/// Eight hexadecimal digits, as Personalize gives to what has no name of its own.
pub(super) fn random_id() -> String {
    Uuid::new_v4().simple().to_string()[..8].to_owned()
}

/// `ListEventTrackers`
pub(super) fn list(call: &Call<'_>) -> Result<Value, Fault> {
    let group = call.input.optional_arn("datasetGroupArn")?;
    page::list::<EventTracker>(call, "eventTrackers", |one| {
        group.is_none_or(|group| one.dataset_group_arn == group)
    })
}

/// `DeleteEventTracker`
pub(super) fn delete(call: &Call<'_>) -> Result<Value, Fault> {
    end::<EventTracker>(call, call.input.arn("eventTrackerArn")?)
}
