//! The JSON surface: every operation with mutated requests, in the process.

use std::sync::Arc;

use serde_json::{Value, json};
use tokio::{runtime::Runtime, task};

use super::run;
use crate::{app::App, fault::FaultKind, limits, pace::Pace, scope::Scope, server::Config, wire};

/// Where the operations of the runtime and of events are.
const PATHS: [(&str, &str); 8] = [
    ("GetRecommendations", "/recommendations"),
    ("GetPersonalizedRanking", "/personalize-ranking"),
    ("GetActionRecommendations", "/action-recommendations"),
    ("PutEvents", "/events"),
    ("PutItems", "/items"),
    ("PutUsers", "/users"),
    ("PutActions", "/actions"),
    ("PutActionInteractions", "/action-interactions"),
];

/// Asks the server as a request would.
fn ask(app: &Arc<App>, operation: &str, body: &[u8]) -> Result<Value, crate::fault::Fault> {
    let target = format!("AmazonPersonalize.{operation}");
    let path = PATHS.iter().find(|(name, _)| *name == operation);
    let (path, target) = match path {
        Some((_, path)) => (*path, None),
        None => ("/", Some(target.as_str())),
    };
    wire::perform(app, Scope::default(), path, target, body)
}

fn arn(resource: &str) -> String {
    Scope::default().arn(resource)
}

/// A shop with data, a trained model and what is needed to ask it.
async fn shop() -> Arc<App> {
    let app = Arc::new(
        App::open(&Config {
            pace: Pace::FAST,
            ..Config::default()
        })
        .unwrap(),
    );
    let make = |operation: &str, request: Value| {
        ask(&app, operation, request.to_string().as_bytes()).unwrap()
    };
    let settle =
        || tokio::time::sleep(2 * Pace::FAST.pending() + std::time::Duration::from_millis(200));
    make("CreateDatasetGroup", json!({ "name": "shop" }));
    settle().await;
    let group = arn("dataset-group/shop");
    for (name, fields) in [
        (
            "Interactions",
            [
                ("USER_ID", "string"),
                ("ITEM_ID", "string"),
                ("TIMESTAMP", "long"),
            ]
            .as_slice(),
        ),
        ("Items", &[("ITEM_ID", "string"), ("PRICE", "float")]),
        ("Users", &[("USER_ID", "string"), ("AGE", "int")]),
    ] {
        let fields: Vec<Value> = fields
            .iter()
            .map(|(name, kind)| json!({ "name": name, "type": kind }))
            .collect();
        let schema = json!({ "type": "record", "name": name, "fields": fields }).to_string();
        make("CreateSchema", json!({ "name": name, "schema": schema }));
        make(
            "CreateDataset",
            json!({ "name": name, "datasetType": name, "datasetGroupArn": group,
            "schemaArn": arn(&format!("schema/{name}")) }),
        );
    }
    let tracker = make(
        "CreateEventTracker",
        json!({ "name": "events", "datasetGroupArn": group }),
    );
    make(
        "CreateFilter",
        json!({ "name": "cheap", "datasetGroupArn": group,
        "filterExpression": "INCLUDE ItemID WHERE Items.PRICE = $PRICE" }),
    );
    make(
        "CreateSolution",
        json!({ "name": "person", "datasetGroupArn": group, "performAutoTraining": false,
        "recipeArn": "arn:aws:personalize:::recipe/aws-user-personalization-v2" }),
    );
    settle().await;
    for call in 0..110_u32 {
        let event = |step: u32| json!({ "eventType": "view", "sentAt": step, "itemId": format!("i{}", (call + step) % 20) });
        let events: Vec<Value> = (0..10).map(event).collect();
        make(
            "PutEvents",
            json!({ "trackingId": tracker["trackingId"], "userId": format!("u{}", call % 30),
            "sessionId": "s", "eventList": events }),
        );
    }
    let solution = arn("solution/person");
    let version = make("CreateSolutionVersion", json!({ "solutionArn": solution }));
    settle().await;
    settle().await;
    make(
        "CreateCampaign",
        json!({ "name": "person", "solutionVersionArn": version["solutionVersionArn"],
        "campaignConfig": { "enableMetadataWithRecommendations": true } }),
    );
    settle().await;
    app
}

/// Requests from which others are made; most operations have one from their own model as well.
fn seeds(app: &Arc<App>) -> Vec<(String, Value)> {
    let tracking = app.read(|estate| {
        let trackers = estate.event_trackers.values();
        trackers.map(|one| one.tracking_id.clone()).next().unwrap()
    });
    let (campaign, group) = (arn("campaign/person"), arn("dataset-group/shop"));
    let filtered = json!({ "filterArn": arn("filter/cheap"), "filterValues": { "PRICE": "5" } });
    let mut promotion = filtered.clone();
    promotion["percentPromotedItems"] = json!(20);
    let mut asked = filtered;
    for (member, value) in [
        ("campaignArn", json!(campaign)),
        ("userId", json!("u1")),
        ("itemId", json!("i1")),
        ("numResults", json!(10)),
        ("context", json!({ "DEVICE": "phone" })),
        ("promotions", json!([promotion])),
        ("metadataColumns", json!({ "ITEMS": ["PRICE"] })),
        ("inputList", json!(["i1", "i2"])),
    ] {
        asked[member] = value;
    }
    let event = json!({ "eventType": "view", "sentAt": 5, "itemId": "i1", "properties": "{\"a\":1}",
        "eventValue": 1.5, "impression": ["i1"], "metricAttribution": { "eventAttributionSource": "x" } });
    let row = |id: &str, properties: &str| json!({ id: "new", "properties": properties });
    let mut all: Vec<(String, Value)> = vec![
        ("PutEvents", json!({ "trackingId": tracking, "sessionId": "s", "userId": "u", "eventList": [event] })),
        ("PutItems", json!({ "datasetArn": arn("dataset/shop/ITEMS"), "items": [row("itemId", "{\"price\":5}")] })),
        ("PutUsers", json!({ "datasetArn": arn("dataset/shop/USERS"), "users": [row("userId", "{\"age\":5}")] })),
        ("CreateFilter", json!({ "name": "more", "datasetGroupArn": group,
            "filterExpression": "INCLUDE ItemID WHERE Items.PRICE < 5 IF CurrentUser.AGE > 3" })),
        ("CreateSchema", json!({ "name": "more", "schema":
            "{\"type\":\"record\",\"name\":\"Users\",\"fields\":[{\"name\":\"USER_ID\",\"type\":\"string\"},{\"name\":\"A\",\"type\":\"int\"}]}" })),
        ("CreateCampaign", json!({ "name": "more", "solutionVersionArn": arn("solution/person"),
            "campaignConfig": { "itemExplorationConfig": { "explorationWeight": "0.9" } } })),
        ("TagResource", json!({ "resourceArn": group, "tags": [{ "tagKey": "a", "tagValue": "b" }] })),
    ]
    .into_iter()
    .map(|(operation, request)| (operation.to_owned(), request))
    .collect();
    for operation in [
        "GetRecommendations",
        "GetPersonalizedRanking",
        "GetActionRecommendations",
    ] {
        all.extend(vec![(operation.to_owned(), asked.clone()); 8]);
    }
    let resource = json!({ "datasetGroupArn": group, "name": "more", "jobName": "more", "maxResults": 10,
        "solutionArn": arn("solution/person"), "campaignArn": campaign, "datasetArn": arn("dataset/shop/ITEMS"),
        "filterArn": arn("filter/cheap"), "schemaArn": arn("schema/Items"), "resourceArn": group,
        "roleArn": "arn:aws:iam::000000000000:role/x", "dataSource": { "dataLocation": "s3://x/y" } });
    // What deletes would leave nothing to ask.
    let operations = limits::operations().filter(|name| !name.starts_with("Delete"));
    all.extend(operations.map(|name| (name.to_owned(), resource.clone())));
    all
}

#[test]
fn operations() {
    let runtime = Runtime::new().unwrap();
    runtime.block_on(async {
        let app = shop().await;
        let seeds = seeds(&app);
        // What goes on in the background goes on while this thread asks.
        task::block_in_place(|| {
            run("operations", |chance| {
                let (operation, request) = chance.pick(&seeds);
                let mut request = request.clone();
                for _ in 0..chance.below(4) {
                    chance.json(&mut request);
                }
                let mut body = request.to_string();
                if chance.below(10) == 0 {
                    body = chance.text(&[&body], &["{", "}", "\"", ":", "[", "\\"]);
                }
                if let Err(fault) = ask(&app, operation, body.as_bytes()) {
                    assert_ne!(
                        fault.kind,
                        FaultKind::InternalFailure,
                        "{operation} {body}: {fault}"
                    );
                }
            });
        });
    });
}
