//! A synthetic shop, and the way from its files to a campaign.

use std::{collections::BTreeMap, fmt::Write, net::SocketAddr, time::Duration};

use clap::ValueEnum;
use serde_json::{Value, json};

use crate::{Result, connection::Connection};

const GROUP: &str = "arn:aws:personalize:us-east-1:000000000000:dataset-group/shop";
const CATEGORIES: u32 = 20;

/// What recommendations are filtered by.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Filter {
    /// A tenth of the catalogue, with values in the request
    Category,
    /// All but what the user bought
    Purchased,
}

/// How much of everything.
pub(crate) struct Size {
    pub(crate) items: u32,
    pub(crate) users: u32,
    pub(crate) interactions: u32,
}

/// Numbers from a seed (splitmix64), so that every run has the same shop.
pub(crate) struct Chance(pub(crate) u64);

impl Chance {
    /// A number from 0 to 1.
    pub(crate) fn share(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) as f64 / u64::MAX as f64
    }

    /// A number below `bound`, small ones much more often than large ones.
    fn popular(&mut self, bound: u32) -> u32 {
        (f64::from(bound).powf(self.share()) as u32).min(bound) - 1
    }
}

/// The files of the shop. A user keeps to a stretch of the catalogue three times out of four.
pub(crate) fn objects(size: &Size) -> BTreeMap<String, String> {
    let mut chance = Chance(42);
    let mut interactions = "USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE\n".to_owned();
    for row in 0..size.interactions {
        let user = match row < 2 * size.users {
            true => row % size.users, // everybody at least twice
            false => chance.popular(size.users),
        };
        let item = match row % 4 {
            0 => chance.popular(size.items),
            _ => (user % 1000 * (size.items / 1000) + chance.popular(500)) % size.items,
        };
        let event = if row % 5 == 0 { "purchase" } else { "view" };
        let second = 1_700_000_000 + row;
        let _ = writeln!(interactions, "u{user},i{item},{second},{event}");
    }
    let mut items = "ITEM_ID,PRICE,CATEGORY\n".to_owned();
    for item in 0..size.items {
        let _ = writeln!(items, "i{item},{}.5,c{}", item % 100, item % CATEGORIES);
    }
    let files = [("interactions.csv", interactions), ("items.csv", items)];
    files.map(|(key, text)| (key.to_owned(), text)).into()
}

/// What is asked of the campaign, without the user.
pub(crate) async fn prepare(address: SocketAddr, filter: Option<Filter>) -> Result<Value> {
    let mut server = Connection::open(address).await?;
    let group = json!({ "name": "shop" });
    make(&mut server, "DatasetGroup", group).await?;
    let interactions = [
        json!({ "name": "USER_ID", "type": "string" }),
        json!({ "name": "ITEM_ID", "type": "string" }),
        json!({ "name": "TIMESTAMP", "type": "long" }),
        json!({ "name": "EVENT_TYPE", "type": "string" }),
    ];
    import(&mut server, "Interactions", &interactions).await?;
    let items = [
        json!({ "name": "ITEM_ID", "type": "string" }),
        json!({ "name": "PRICE", "type": "float" }),
        json!({ "name": "CATEGORY", "type": "string", "categorical": true }),
    ];
    import(&mut server, "Items", &items).await?;
    let solution = json!({ "name": "taste", "datasetGroupArn": GROUP, "performAutoTraining": false,
        "recipeArn": "arn:aws:personalize:::recipe/aws-user-personalization-v2" });
    let solution = make(&mut server, "Solution", solution).await?;
    let version = json!({ "solutionArn": solution });
    let version = make(&mut server, "SolutionVersion", version).await?;
    let campaign = json!({ "name": "taste", "solutionVersionArn": version });
    let campaign = make(&mut server, "Campaign", campaign).await?;
    let mut asked = json!({ "campaignArn": campaign, "numResults": 25 });
    if let Some(kind) = filter {
        let (expression, values) = match kind {
            Filter::Category => (
                "INCLUDE ItemID WHERE Items.CATEGORY IN ($C)",
                json!({ "C": "\"c1\",\"c2\"" }),
            ),
            Filter::Purchased => (
                "EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN (\"purchase\")",
                json!({}),
            ),
        };
        let filter = json!({ "name": "filter", "datasetGroupArn": GROUP,
            "filterExpression": expression });
        asked["filterArn"] = make(&mut server, "Filter", filter).await?;
        asked["filterValues"] = values;
    }
    Ok(asked)
}

async fn import(server: &mut Connection, name: &str, fields: &[Value]) -> Result<()> {
    let schema = json!({ "type": "record", "name": name, "fields": fields }).to_string();
    let schema = json!({ "name": name, "schema": schema });
    let schema = server.control("CreateSchema", &schema).await?;
    let dataset = json!({ "name": name, "datasetType": name, "datasetGroupArn": GROUP,
        "schemaArn": schema["schemaArn"] });
    let dataset = make(server, "Dataset", dataset).await?;
    run_job(server, name, name, &dataset).await
}

/// Imports the file of a dataset.
async fn run_job(server: &mut Connection, name: &str, job: &str, dataset: &Value) -> Result<()> {
    let file = format!("s3://data/{}.csv", name.to_lowercase());
    let job = json!({ "jobName": job, "datasetArn": dataset, "dataSource": { "dataLocation": file },
        "roleArn": "arn:aws:iam::000000000000:role/import" });
    make(server, "DatasetImportJob", job).await?;
    Ok(())
}

/// Replaces the interactions by themselves, one import after another. Ends by an error only.
pub(crate) async fn import_again(address: SocketAddr) -> Result<()> {
    let mut server = Connection::open(address).await?;
    let dataset = GROUP.replace("dataset-group", "dataset") + "/INTERACTIONS";
    for number in 1.. {
        let job = format!("again-{number}");
        run_job(&mut server, "Interactions", &job, &json!(dataset)).await?;
    }
    Ok(())
}

/// Creates a resource and waits until it is ACTIVE; answers its ARN.
async fn make(server: &mut Connection, kind: &str, request: Value) -> Result<Value> {
    let member = format!("{}{}", kind[..1].to_lowercase(), &kind[1..]);
    let arn_member = format!("{member}Arn");
    let mut created = server.control(&format!("Create{kind}"), &request).await?;
    let arn = created[&arn_member].take();
    let describe = json!({ arn_member: arn });
    loop {
        let described = server
            .control(&format!("Describe{kind}"), &describe)
            .await?;
        let described = &described[&member];
        match described["status"].as_str().unwrap_or_default() {
            "ACTIVE" => return Ok(arn),
            "CREATE FAILED" => return Err(format!("{kind}: {}", described["failureReason"]).into()),
            _ => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
}
