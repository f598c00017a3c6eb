//! `PutActionInteractions`.

use serde_json::Value;

use super::event;
use crate::{
    control::Call,
    data::{
        dataset_type::action_event_type,
        record::{EventRecord, Record},
        schema::DatasetType,
    },
    fault::{Fault, FaultKind},
    import::csv::ID_LENGTH,
    input::Input,
    resources::{Dataset, Status},
};

/// Takes up to ten interactions with actions. The whole call is checked before any of it counts.
///
/// # Errors
/// `InvalidInputException`, with the place in `actionInteractions`; `ResourceNotFoundException` for
/// a tracking id that no Action_Interactions dataset has, `ResourceInUseException` while the dataset
/// is not ACTIVE.
pub(crate) fn put_action_interactions(call: &Call<'_>) -> Result<Value, Fault> {
    let input = &call.input;
    input.required("trackingId")?;
    let tracking_id = input.short("trackingId", 256)?.unwrap_or_default();
    let interactions = input.objects("actionInteractions", 1..=10)?;
    let records = interactions
        .iter()
        .map(record)
        .collect::<Result<Vec<_>, Fault>>()?;
    let group = group(call, tracking_id)?;
    call.app.group(&group)?.stream(records)?;
    Ok(Value::Null)
}

fn group(call: &Call<'_>, tracking_id: &str) -> Result<String, Fault> {
    let wanted = DatasetType::ActionInteractions.name();
    let tracked = |one: &&Dataset| {
        one.dataset_type == wanted && one.tracking_id.as_deref() == Some(tracking_id)
    };
    call.app
        .read(|estate| match estate.datasets.values().find(tracked) {
            Some(dataset) if dataset.life.status == Status::Active => {
                Ok(dataset.dataset_group_arn.clone())
            }
            Some(dataset) => Err(Fault::in_use(format!(
                "The dataset {} is {}; wait until it is ACTIVE",
                dataset.dataset_arn, dataset.life.status
            ))),
            None => Err(Fault::new(
                FaultKind::ResourceNotFound,
                "trackingId is not that of an ACTION_INTERACTIONS dataset; DescribeDataset says it",
            )),
        })
}

fn record(interaction: &Input) -> Result<Record, Fault> {
    interaction.required("actionId")?;
    let session_id = interaction.required("sessionId")?.to_owned();
    interaction.short("sessionId", 256)?;
    let event = event::read(interaction, "actionId", "timestamp")?;
    let event_type = action_event_type(&event.event_type).ok_or_else(|| {
        interaction.wrong("eventType", "must be `Taken`, `Not Taken` or `Viewed`")
    })?;
    Ok(Record::ActionInteraction(EventRecord {
        user_id: interaction.short("userId", ID_LENGTH)?.map(str::to_owned),
        session_id,
        event_type: event_type.to_owned(),
        ..event
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(interaction: &str) -> Result<Record, Fault> {
        let body = format!(r#"{{"actionInteractions":[{interaction}]}}"#);
        let input = Input::parse(body.as_bytes()).unwrap();
        record(&input.objects("actionInteractions", 1..=10).unwrap()[0])
    }

    #[test]
    fn the_three_event_types_are_read_and_others_refused() {
        let with = |event_type: &str| {
            read(&format!(
                r#"{{"actionId":"join","sessionId":"s","timestamp":5,"eventType":"{event_type}"}}"#
            ))
        };
        let Record::ActionInteraction(event) = with("Not Taken").unwrap() else {
            panic!("no interaction with an action")
        };
        assert_eq!((event.event_type.as_str(), event.sent_at), ("not_taken", 5));
        let fault = with("clicked").unwrap_err();
        assert!(
            fault.message.contains("'actionInteractions[0].eventType'"),
            "{fault}"
        );
    }

    #[test]
    fn what_is_missing_is_named() {
        for (interaction, member) in [
            (
                r#"{"sessionId":"s","timestamp":5,"eventType":"Taken"}"#,
                "actionId",
            ),
            (
                r#"{"actionId":"a","timestamp":5,"eventType":"Taken"}"#,
                "sessionId",
            ),
            (
                r#"{"actionId":"a","sessionId":"s","eventType":"Taken"}"#,
                "timestamp",
            ),
            (
                r#"{"actionId":"a","sessionId":"s","timestamp":5}"#,
                "eventType",
            ),
        ] {
            let fault = read(interaction).unwrap_err();
            assert!(fault.message.contains(&format!("[0].{member}'")), "{fault}");
        }
    }
}
