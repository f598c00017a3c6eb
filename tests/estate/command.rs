//! The command under test: the real binary, a server of its own, a folder of its own.

use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

use personalize_local::{Config, Pace, Server};
use serde_json::Value;

use super::by_hand::Personalize;

const CONFIG: &str = r#"version: 1
estate: shop
tags: { team: shop }
datasetGroup: { name: shop }
schemas:
  - name: shop-interactions
    avro:
      type: record
      name: Interactions
      namespace: com.amazonaws.personalize.schema
      version: "1.0"
      fields:
        - { name: USER_ID, type: string }
        - { name: ITEM_ID, type: string }
        - { name: TIMESTAMP, type: long }
        - { name: EVENT_TYPE, type: string }
  - name: shop-items
    avro:
      type: record
      name: Items
      namespace: com.amazonaws.personalize.schema
      version: "1.0"
      fields:
        - { name: ITEM_ID, type: string }
        - { name: PRICE, type: ["null", float] }
        # one more column
datasets:
  items: { name: shop-items, schema: shop-items, location: datasets/full/items/ }
  interactions: { name: shop-interactions, schema: shop-interactions, location: datasets/full/interactions/ }
eventTracker: { name: shop-events }
filters:
  - { name: not-purchased, expression: 'EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("purchase")' }
  - { name: not-clicked, expression: 'EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("click")' }
solutions:
  - name: taste
    recipe: aws-user-personalization-v2
  - name: similar
    recipe: aws-similar-items
  - name: popular
    recipe: aws-popularity-count
  - name: unused
    recipe: aws-popularity-count
campaigns:
  - { name: taste, solution: taste, minProvisionedTPS: 1 }
"#;

/// One estate and what it is made in.
pub(crate) struct Estate {
    server: Server,
    folder: PathBuf,
}

/// What a run said.
pub(crate) struct Said {
    pub(crate) code: i32,
    /// Standard output.
    pub(crate) out: String,
    /// Both outputs.
    pub(crate) said: String,
}

impl Said {
    pub(crate) fn succeeds(self) -> Self {
        assert_eq!(self.code, 0, "{}", self.said);
        self
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}", self.said))
    }
}

impl Estate {
    /// A server without anything, and the declaration in a file.
    pub(crate) async fn start(name: &str) -> Self {
        let server = Server::start(Config {
            address: ([127, 0, 0, 1], 0).into(),
            pace: Pace::FAST,
            ..Config::default()
        })
        .await
        .expect("a server");
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
            .join("estate")
            .join(name);
        tests::forget(&folder);
        std::fs::create_dir_all(&folder).expect("a folder");
        let estate = Self { server, folder };
        estate.declare(CONFIG);
        estate
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    pub(crate) fn write(&self, name: &str, content: &str) {
        std::fs::write(self.path(name), content).expect("a file");
    }

    pub(crate) fn declare(&self, config: &str) {
        self.write("config.yaml", config);
    }

    pub(crate) fn config(&self) -> String {
        std::fs::read_to_string(self.path("config.yaml")).expect("the declaration")
    }

    /// The plan as JSON.
    pub(crate) fn plan(&self) -> Value {
        self.run(&["plan", "--json"]).succeeds().json()
    }

    /// Keeps a plan as `plan.json`.
    pub(crate) fn keep(&self, plan: &Value) {
        self.write("plan.json", &plan.to_string());
    }

    /// The ARN that a filter's stable name stands for.
    pub(crate) fn record_of_filter(&self, name: &str) -> String {
        let text = std::fs::read_to_string(self.path("records.json")).expect("the records");
        let records: Value = serde_json::from_str(&text).expect("JSON");
        let states = records["states"].as_array().expect("states");
        let state = states
            .iter()
            .find(|state| state["kind"] == "filter" && state["name"] == name);
        state.expect("the filter")["arn"]
            .as_str()
            .expect("an ARN")
            .to_owned()
    }

    /// Runs the command.
    pub(crate) fn run(&self, arguments: &[&str]) -> Said {
        let output = Command::new(binary())
            .current_dir(&self.folder)
            .args(["--config", "config.yaml", "--records", "records.json"])
            .args(arguments)
            .env_clear()
            .env(
                "AWS_ENDPOINT_URL",
                format!("http://{}", self.server.address()),
            )
            .env("AWS_REGION", "us-east-1")
            .env("AWS_ACCESS_KEY_ID", "123456789012")
            .env("AWS_SECRET_ACCESS_KEY", "any")
            .env("REPLACEMENT_GRACE_SECONDS", "0")
            .output()
            .expect("the command runs");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let out = text(&output.stdout);
        Said {
            code: output.status.code().unwrap_or(-1),
            said: out.clone() + &text(&output.stderr),
            out,
        }
    }

    /// Somebody who works on the same estate by hand.
    pub(crate) fn personalize(&self) -> Personalize {
        Personalize::new(&format!("http://{}", self.server.address()))
    }
}

/// The changes of a plan as `action kind name`, sorted.
pub(crate) fn changes(plan: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let all = plan["plan"]["changes"].as_array().expect("changes").iter();
    let mut all: Vec<String> = all
        .map(|one| {
            format!(
                "{} {} {}",
                text(&one["action"]),
                text(&one["kind"]),
                text(&one["name"])
            )
        })
        .collect();
    all.sort();
    all
}

/// The binary, built once.
fn binary() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(tests::estate_binary)
}
