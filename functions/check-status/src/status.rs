//! What a described status means to a workflow, and whether it is news. Pure.

use serde::Serialize;
use shared::{
    arn::{Kind, PersonalizeArn},
    config::{DatasetType, EstateConfig},
    operations::ResourceState,
    resource::Description,
    state_change::StateChange,
};

/// The answer of the step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Status {
    pub(crate) arn: String,
    pub(crate) kind: Kind,
    /// The name in the Operations table.
    pub(crate) name: String,
    pub(crate) status: String,
    /// Waiting will not change it any more.
    pub(crate) done: bool,
    /// It can be used.
    pub(crate) ok: bool,
    /// Always there for a failure, also when Personalize gives none.
    pub(crate) failure_reason: Option<String>,
}

/// Reads a description as a workflow needs it.
pub(crate) fn status(config: &EstateConfig, arn: &str, description: Description) -> Status {
    let ok = description.is_active();
    let failed = description.is_failed();
    let name = name_of(config, &description.resource);
    let failure_reason = description.failure_reason.or_else(|| {
        failed.then(|| {
            format!(
                "{} `{name}` is {}, and Personalize gives no reason; its page in the console may",
                description.resource.kind, description.status
            )
        })
    });
    Status {
        arn: arn.to_owned(),
        kind: description.resource.kind,
        name,
        status: description.status,
        done: ok || failed,
        ok,
        failure_reason,
    }
}

/// The news in `now` against what was last seen under its name; none when nothing changed.
pub(crate) fn change(
    estate: &str,
    now: &Status,
    last: Option<&ResourceState>,
) -> Option<StateChange> {
    // Another ARN under the name is another resource: its state is news whatever it is.
    let last = last.filter(|last| last.arn == now.arn);
    if last.is_some_and(|last| last.status == now.status) {
        return None;
    }
    Some(StateChange {
        estate: estate.to_owned(),
        kind: now.kind,
        name: now.name.clone(),
        arn: now.arn.clone(),
        status: now.status.clone(),
        previous_status: last.map(|last| last.status.clone()),
        failure_reason: now.failure_reason.clone(),
    })
}

/// The declared name where the ARN has another: a dataset's ends in its type, a tracker's in an id.
fn name_of(config: &EstateConfig, resource: &PersonalizeArn) -> String {
    let declared = match resource.kind {
        Kind::Dataset => dataset_name(config, &resource.name),
        Kind::EventTracker => config.event_tracker.as_ref().map(|tracker| &tracker.name),
        _ => None,
    };
    declared.unwrap_or(&resource.name).clone()
}

fn dataset_name<'a>(config: &'a EstateConfig, name: &str) -> Option<&'a String> {
    let (group, of) = name.split_once('/')?;
    let of = [
        DatasetType::Items,
        DatasetType::Users,
        DatasetType::Interactions,
    ]
    .into_iter()
    .find(|known| known.name().eq_ignore_ascii_case(of))?;
    let dataset = config.datasets.get(of)?;
    (group == config.dataset_group.name).then_some(&dataset.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TASTE: &str = "arn:aws:personalize:us-east-1:1:solution/taste";

    fn read(arn: &str, status_text: &str) -> Status {
        let text = include_str!("../../../config/personalization.yaml");
        let config = shared::config::parse("test.yaml", text).unwrap();
        let description = Description {
            resource: arn.parse().unwrap(),
            status: status_text.to_owned(),
            failure_reason: None,
        };
        status(&config, arn, description)
    }

    fn stored(status: &Status) -> ResourceState {
        ResourceState {
            kind: status.kind,
            name: status.name.clone(),
            arn: status.arn.clone(),
            status: status.status.clone(),
            updated_at: 0,
            tracking_id: None,
        }
    }

    #[test]
    fn a_failure_is_an_end_with_a_reason() {
        let failed = read(TASTE, "CREATE FAILED");
        assert!(failed.done && !failed.ok);
        assert!(
            failed
                .failure_reason
                .unwrap()
                .contains("`taste` is CREATE FAILED")
        );
        let running = read(TASTE, "CREATE IN_PROGRESS");
        assert!(!running.done && !running.ok && running.failure_reason.is_none());
    }

    #[test]
    fn only_another_status_is_news() {
        let now = read(TASTE, "ACTIVE");
        assert_eq!(change("shop", &now, Some(&stored(&now))), None);
        let before = stored(&read(TASTE, "CREATE IN_PROGRESS"));
        let news = change("shop", &now, Some(&before)).unwrap();
        assert_eq!(news.previous_status.as_deref(), Some("CREATE IN_PROGRESS"));
        assert_eq!(change("shop", &now, None).unwrap().previous_status, None);
    }

    #[test]
    fn a_namesake_that_is_gone_is_no_previous_state() {
        let now = read(TASTE, "ACTIVE");
        let mut gone = stored(&now);
        gone.arn = "arn:aws:personalize:eu-west-1:1:solution/taste".to_owned();
        assert_eq!(
            change("shop", &now, Some(&gone)).unwrap().previous_status,
            None
        );
    }

    #[test]
    fn datasets_and_trackers_have_their_declared_names() {
        let of = |resource: &str| {
            read(
                &format!("arn:aws:personalize:us-east-1:1:{resource}"),
                "ACTIVE",
            )
            .name
        };
        assert_eq!(of("dataset/shop/INTERACTIONS"), "shop-interactions");
        assert_eq!(of("dataset/other/INTERACTIONS"), "other/INTERACTIONS");
        assert_eq!(of("event-tracker/258090be"), "shop-events");
    }
}
