//! What somebody does to the estate without the command: with the SDK, as in the console.

use std::{collections::HashMap, time::Duration};

use aws_sdk_personalize::{
    Client,
    config::{Credentials, Region},
    types::{CampaignConfig, EventParameters, EventsConfig, SolutionUpdateConfig, Tag},
};
use aws_sdk_personalizeevents::{primitives::DateTime, types::Event};
use serde_json::{Value, json};

const ARN: &str = "arn:aws:personalize:us-east-1:123456789012";
/// How often a resource is looked at until it is made.
const LOOKS: usize = 400;
const PAUSE: Duration = Duration::from_millis(50);

/// Two clients of the server.
pub(crate) struct Personalize {
    client: Client,
    events: aws_sdk_personalizeevents::Client,
}

fn arn(resource: &str) -> String {
    format!("{ARN}:{resource}")
}

impl Personalize {
    pub(crate) fn new(endpoint: &str) -> Self {
        let credentials = || Credentials::new("123456789012", "any", None, None, "test");
        let client = aws_sdk_personalize::Config::builder()
            .behavior_version_latest()
            .endpoint_url(endpoint)
            .region(Region::new("us-east-1"))
            .credentials_provider(credentials())
            .build();
        let events = aws_sdk_personalizeevents::Config::builder()
            .behavior_version_latest()
            .endpoint_url(endpoint)
            .region(Region::new("us-east-1"))
            .credentials_provider(credentials())
            .build();
        Self {
            client: Client::from_conf(client),
            events: aws_sdk_personalizeevents::Client::from_conf(events),
        }
    }

    /// Data, and a version that is trained on it.
    pub(crate) async fn train(&self, solution: &str) -> String {
        self.put_interactions().await;
        let version = self
            .client
            .create_solution_version()
            .solution_arn(arn(&format!("solution/{solution}")))
            .send()
            .await
            .expect("a version");
        let version = version.solution_version_arn.expect("an ARN");
        self.until_active(async || {
            let answer = self
                .client
                .describe_solution_version()
                .solution_version_arn(&version)
                .send()
                .await;
            answer
                .expect("the version")
                .solution_version
                .and_then(|one| one.status)
        })
        .await;
        version
    }

    /// What `retrain` does, in short: data, a trained version, a campaign that serves it.
    pub(crate) async fn put_a_campaign_into_service(&self) {
        let version = self.train("taste").await;
        self.client
            .create_campaign()
            .name("taste")
            .solution_version_arn(&version)
            .min_provisioned_tps(1)
            .tags(
                Tag::builder()
                    .tag_key("team")
                    .tag_value("shop")
                    .build()
                    .expect("a tag"),
            )
            .send()
            .await
            .expect("a campaign");
        self.campaign_rate().await;
    }

    /// Two thousand events of a hundred users.
    async fn put_interactions(&self) {
        let trackers = self
            .client
            .list_event_trackers()
            .send()
            .await
            .expect("trackers");
        let tracker = &trackers.event_trackers()[0];
        let tracker = self
            .client
            .describe_event_tracker()
            .event_tracker_arn(tracker.event_tracker_arn().unwrap_or_default())
            .send()
            .await
            .expect("the tracker");
        let tracker = tracker.event_tracker.expect("the tracker");
        let id = tracker.tracking_id.expect("its id");
        for call in 0..200 {
            let user = call % 100;
            let events = (0..10).map(|n| {
                Event::builder()
                    .event_type("view")
                    .item_id(format!("i{}", (user + call / 100 * 10 + n) % 40))
                    .sent_at(DateTime::from_secs(1_700_000_000 + call * 10 + n))
                    .build()
                    .expect("an event")
            });
            self.events
                .put_events()
                .tracking_id(&id)
                .user_id(format!("u{user}"))
                .session_id(format!("s{call}"))
                .set_event_list(Some(events.collect()))
                .send()
                .await
                .expect("events");
        }
    }

    async fn until_active(&self, mut status: impl AsyncFnMut() -> Option<String>) {
        for _ in 0..LOOKS {
            let now = status().await.unwrap_or_default();
            if now == "ACTIVE" {
                return;
            }
            assert!(!now.ends_with("FAILED"), "{now}");
            tokio::time::sleep(PAUSE).await;
        }
        panic!("it is still being made");
    }

    /// The rate of the campaign, when nothing is being changed any more.
    pub(crate) async fn campaign_rate(&self) -> i32 {
        let describe = async || {
            let answer = self
                .client
                .describe_campaign()
                .campaign_arn(arn("campaign/taste"))
                .send()
                .await;
            answer
                .expect("the campaign")
                .campaign
                .expect("the campaign")
        };
        self.until_active(async || {
            let campaign = describe().await;
            let update = campaign
                .latest_campaign_update
                .and_then(|update| update.status);
            update.or(campaign.status)
        })
        .await;
        describe().await.min_provisioned_tps.unwrap_or_default()
    }

    pub(crate) async fn set_campaign_rate(&self, rate: i32) {
        self.client
            .update_campaign()
            .campaign_arn(arn("campaign/taste"))
            .min_provisioned_tps(rate)
            .send()
            .await
            .expect("an update");
        assert_eq!(self.campaign_rate().await, rate);
    }

    pub(crate) async fn set_auto_training(&self, solution: &str, on: bool) {
        let solution = arn(&format!("solution/{solution}"));
        self.client
            .update_solution()
            .solution_arn(&solution)
            .perform_auto_training(on)
            .send()
            .await
            .expect("an update");
        self.until_active(async || {
            let answer = self
                .client
                .describe_solution()
                .solution_arn(&solution)
                .send()
                .await;
            let solution = answer
                .expect("the solution")
                .solution
                .expect("the solution");
            solution
                .latest_solution_update
                .and_then(|update| update.status)
        })
        .await;
    }

    /// Sets how much the campaign explores, and answers when that is done.
    pub(crate) async fn explore(&self, weight: &str, days: &str) {
        let exploration = HashMap::from([
            ("explorationWeight".to_owned(), weight.to_owned()),
            ("explorationItemAgeCutOff".to_owned(), days.to_owned()),
        ]);
        let config = CampaignConfig::builder().set_item_exploration_config(Some(exploration));
        self.client
            .update_campaign()
            .campaign_arn(arn("campaign/taste"))
            .campaign_config(config.build())
            .send()
            .await
            .expect("an update");
        self.campaign_rate().await;
    }

    /// Weighs the events of one type.
    pub(crate) async fn weigh(&self, solution: &str, event_type: &str) {
        let event = EventParameters::builder()
            .event_type(event_type)
            .weight(1.0);
        let events = EventsConfig::builder().event_parameters_list(event.build());
        let config = SolutionUpdateConfig::builder().events_config(events.build());
        self.client
            .update_solution()
            .solution_arn(arn(&format!("solution/{solution}")))
            .solution_update_config(config.build())
            .send()
            .await
            .expect("an update");
        tokio::time::sleep(Duration::from_secs(1)).await;
    }

    /// Deletes the event tracker and does not wait for its end.
    pub(crate) async fn begin_deleting_the_event_tracker(&self) {
        let trackers = self.client.list_event_trackers().send().await;
        let trackers = trackers.expect("trackers");
        let tracker = trackers.event_trackers()[0].event_tracker_arn();
        self.client
            .delete_event_tracker()
            .set_event_tracker_arn(tracker.map(str::to_owned))
            .send()
            .await
            .expect("deleted");
    }

    /// A dataset group of somebody else, with a filter or solution of the name.
    pub(crate) async fn take_the_solution_name(&self, name: &str) {
        let group = self.client.create_dataset_group().name("other").send();
        group.await.expect("a group");
        self.until_active(async || {
            let group = self
                .client
                .describe_dataset_group()
                .dataset_group_arn(arn("dataset-group/other"))
                .send()
                .await;
            group.expect("the group").dataset_group?.status
        })
        .await;
        self.client
            .create_solution()
            .name(name)
            .dataset_group_arn(arn("dataset-group/other"))
            .recipe_arn("arn:aws:personalize:::recipe/aws-popularity-count")
            .perform_auto_training(false)
            .send()
            .await
            .expect("a solution");
    }

    pub(crate) async fn tag(&self, resource: &str, key: &str, value: &str) {
        self.client
            .tag_resource()
            .resource_arn(arn(resource))
            .tags(
                Tag::builder()
                    .tag_key(key)
                    .tag_value(value)
                    .build()
                    .expect("a tag"),
            )
            .send()
            .await
            .expect("tagged");
    }

    pub(crate) async fn delete_filter(&self, name: &str) {
        let left = self.filters().await.len() - 1;
        self.client
            .delete_filter()
            .filter_arn(arn(&format!("filter/{name}")))
            .send()
            .await
            .expect("deleted");
        while self.filters().await.len() > left {
            tokio::time::sleep(PAUSE).await;
        }
    }

    pub(crate) async fn delete_event_tracker(&self) {
        let trackers = self
            .client
            .list_event_trackers()
            .send()
            .await
            .expect("trackers");
        let tracker = trackers.event_trackers()[0]
            .event_tracker_arn()
            .unwrap_or_default();
        self.client
            .delete_event_tracker()
            .event_tracker_arn(tracker)
            .send()
            .await
            .expect("deleted");
        while !self.left_of("eventTrackers").await.is_empty() {
            tokio::time::sleep(PAUSE).await;
        }
    }

    pub(crate) async fn filters(&self) -> Vec<String> {
        self.left_of("filters").await
    }

    pub(crate) async fn expression_in_service(&self, arn: &str) -> String {
        let answer = self.client.describe_filter().filter_arn(arn).send().await;
        let filter = answer
            .expect("the filter in service")
            .filter
            .expect("the filter");
        assert_eq!(filter.status.as_deref(), Some("ACTIVE"));
        filter.filter_expression.unwrap_or_default()
    }

    /// The name of the schema of the items dataset.
    pub(crate) async fn schema_of_items(&self) -> String {
        let answer = self
            .client
            .describe_dataset()
            .dataset_arn(arn("dataset/shop/ITEMS"))
            .send()
            .await;
        let dataset = answer.expect("the dataset").dataset.expect("the dataset");
        let arn = dataset.schema_arn.unwrap_or_default();
        arn.rsplit('/').next().unwrap_or_default().to_owned()
    }

    /// Everything there is, by kind; kinds without any are left out.
    pub(crate) async fn left(&self) -> Value {
        let mut all = json!({});
        for kind in [
            "datasetGroups",
            "schemas",
            "datasets",
            "eventTrackers",
            "filters",
            "solutions",
            "campaigns",
        ] {
            let names = self.left_of(kind).await;
            if !names.is_empty() {
                all[kind] = json!(names);
            }
        }
        all
    }

    async fn left_of(&self, kind: &str) -> Vec<String> {
        /// The names in a list, sorted.
        macro_rules! names {
            ($list:ident, $member:ident) => {{
                let answer = self.client.$list().send().await.expect("a list");
                let mut names: Vec<String> = answer
                    .$member()
                    .iter()
                    .filter_map(|one| one.name().map(str::to_owned))
                    .collect();
                names.sort();
                names
            }};
        }
        match kind {
            "datasetGroups" => names!(list_dataset_groups, dataset_groups),
            "schemas" => names!(list_schemas, schemas),
            "datasets" => names!(list_datasets, datasets),
            "eventTrackers" => names!(list_event_trackers, event_trackers),
            "filters" => {
                let answer = self.client.list_filters().send().await.expect("a list");
                let names = answer.filters().iter();
                names
                    .filter_map(|one| one.name().map(str::to_owned))
                    .collect()
            }
            "solutions" => names!(list_solutions, solutions),
            _ => names!(list_campaigns, campaigns),
        }
    }
}
