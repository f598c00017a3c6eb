//! Visitors whose clicks are tracked, and what must have become of every one: once in the event log
//! when the answer came, once in Personalize when the fault is over.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    time::{Duration, Instant},
};

use aws_sdk_personalize::types::{DatasetExportJobOutput, S3DataConfig};
use jiff::Timestamp;
use serde_json::{Value, json};
use tests::{Environment, Shop};

/// How often somebody clicks, twice at once.
const EVERY: Duration = Duration::from_millis(250);

/// How long the queue may take to be empty after the last fault: `replay` waits for up to five minutes
/// before it tries again what has failed for some minutes.
const DRAINED: Duration = Duration::from_secs(360);

/// The clicks.
pub(crate) struct Clicks {
    environment: Environment,
    /// All that were accepted: user by event id.
    accepted: BTreeMap<String, String>,
}

impl Clicks {
    /// Starts an environment of `track`.
    pub(crate) fn start(shop: &Shop, binaries: &Path) -> Self {
        let variables = shop.variables("track");
        let binary = binaries.join("track");
        let start = Environment::start(&binary, &variables);
        Self {
            environment: shop.runtime().block_on(start),
            accepted: BTreeMap::new(),
        }
    }

    /// Clicks for `lasting`; gives how long the slowest answer took.
    pub(crate) async fn click(&mut self, lasting: Duration) -> Duration {
        let end = Instant::now() + lasting;
        let mut slowest = Duration::ZERO;
        let mut ticks = tokio::time::interval(EVERY);
        while Instant::now() < end {
            ticks.tick().await;
            let n = self.accepted.len();
            let user = format!("clicker-{n}");
            let ids = [format!("click-{n}"), format!("click-{}", n + 1)];
            let (answer, took) = self.environment.invoke(&event(&user, &ids)).await;
            assert_eq!(answer["accepted"], 2, "{answer}");
            slowest = slowest.max(took);
            self.accepted.extend(ids.map(|id| (id, user.clone())));
        }
        slowest
    }

    /// Checks that every accepted click is where it has to be, once.
    pub(crate) fn check(&self, shop: &Shop) {
        self.check_log(shop);
        let started = Instant::now();
        while shop.messages_waiting("TrackDeadLetterQueueUrl") > 0 {
            assert!(started.elapsed() < DRAINED, "the queue is not drained");
            std::thread::sleep(Duration::from_secs(1));
        }
        // A message that is being replayed no longer waits.
        std::thread::sleep(Duration::from_secs(5));
        let mut expected: BTreeMap<&str, usize> = BTreeMap::new();
        for user in self.accepted.values() {
            *expected.entry(user).or_default() += 1;
        }
        let exported = export(shop);
        let rows = exported.lines().skip(1);
        let mut found: BTreeMap<&str, usize> = BTreeMap::new();
        for row in rows.filter(|row| row.contains("clicker-")) {
            let user = row.split(',').find(|cell| cell.starts_with("clicker-"));
            *found.entry(user.unwrap_or_default()).or_default() += 1;
        }
        assert!(
            found == expected,
            "in Personalize: {found:?}\naccepted: {expected:?}"
        );
        println!(
            "{} clicks are in the event log and in Personalize, once each",
            self.accepted.len()
        );
    }

    fn check_log(&self, shop: &Shop) {
        let mut logged: BTreeMap<String, usize> = BTreeMap::new();
        for key in shop.keys("events/") {
            for line in shop.get(&key).lines() {
                let line: Value = serde_json::from_str(line).expect("a line is JSON");
                if let Some(id) = line["eventId"].as_str() {
                    *logged.entry(id.to_owned()).or_default() += 1;
                }
            }
        }
        let twice: BTreeSet<&String> = logged
            .iter()
            .filter(|(_, n)| **n > 1)
            .map(|(id, _)| id)
            .collect();
        assert!(twice.is_empty(), "logged twice: {twice:?}");
        let missing: Vec<&String> = self
            .accepted
            .keys()
            .filter(|id| !logged.contains_key(*id))
            .collect();
        assert!(missing.is_empty(), "not in the event log: {missing:?}");
    }
}

/// What Personalize was told by events.
fn export(shop: &Shop) -> String {
    let path = format!("s3://{}/exports/", shop.bucket());
    let output = S3DataConfig::builder().path(path).build().expect("a path");
    let output = DatasetExportJobOutput::builder()
        .s3_data_destination(output)
        .build();
    let arn = shop.ask_personalize(async |client| {
        let datasets = client.list_datasets().send().await?;
        let of = |dataset: &&aws_sdk_personalize::types::DatasetSummary| {
            dataset.name.as_deref() == Some("shop-interactions")
        };
        let dataset = datasets
            .datasets
            .unwrap_or_default()
            .iter()
            .find(of)
            .and_then(|one| one.dataset_arn.clone());
        let job = client
            .create_dataset_export_job()
            .job_name("chaos")
            .set_dataset_arn(dataset)
            .role_arn("arn:aws:iam::000000000000:role/export")
            .job_output(output.clone())
            .send()
            .await?;
        Ok::<_, aws_sdk_personalize::Error>(job.dataset_export_job_arn.unwrap_or_default())
    });
    for _ in 0..200 {
        let status = shop.ask_personalize(async |client| {
            let job = client
                .describe_dataset_export_job()
                .dataset_export_job_arn(&arn)
                .send()
                .await?;
            let status = job.dataset_export_job.and_then(|job| job.status);
            Ok::<_, aws_sdk_personalize::Error>(status)
        });
        if status.as_deref() == Some("ACTIVE") {
            return shop.get("exports/chaos.csv");
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    panic!("the export does not end");
}

/// Two clicks of one user, who did nothing before.
fn event(user: &str, ids: &[String; 2]) -> Value {
    let now = Timestamp::now().as_second();
    let click = |(n, id): (usize, &String)| json!({"eventId": id, "eventType": "view", "itemId": format!("i{}", 5 + n), "sentAt": now});
    let clicks: Vec<Value> = ids.iter().enumerate().map(click).collect();
    json!({
        "arguments": {"input": {"userId": user, "sessionId": user, "interactions": clicks}},
        "identity": {"accountId": "000000000000", "userArn": "arn:aws:iam::000000000000:role/shop"},
        "request": {"headers": {"user-agent": "shop-backend/1.0"}},
        "info": {"fieldName": "trackInteractions", "parentTypeName": "Mutation"},
    })
}
