//! A small shop: 100 users, 40 items, 2,000 interactions. Even users like mugs (items 0 to 19), odd
//! ones like plates (20 to 39), so that it is known what good recommendations are.

use std::{
    collections::BTreeMap,
    fmt::Write,
    sync::{Arc, Mutex},
};

use aws_sdk_personalize::types::DataSource;

use super::{Clients, Result, s3, settled};

pub(crate) const INTERACTIONS: &str = r#"{"type":"record","name":"Interactions","fields":[
    {"name":"USER_ID","type":"string"},{"name":"ITEM_ID","type":"string"},
    {"name":"TIMESTAMP","type":"long"},{"name":"EVENT_TYPE","type":"string"}]}"#;
pub(crate) const ITEMS: &str = r#"{"type":"record","name":"Items","fields":[
    {"name":"ITEM_ID","type":"string"},{"name":"PRICE","type":"float"},
    {"name":"CATEGORY","type":["null","string"],"categorical":true}]}"#;

pub(crate) const ACTIONS: &str = r#"{"type":"record","name":"Actions","fields":[
    {"name":"ACTION_ID","type":"string"},{"name":"VALUE","type":["null","long"]},
    {"name":"MEMBERSHIP","type":["null","string"],"categorical":true}]}"#;
pub(crate) const ACTION_INTERACTIONS: &str = r#"{"type":"record","name":"Action_Interactions","fields":[
    {"name":"USER_ID","type":"string"},{"name":"ACTION_ID","type":"string"},
    {"name":"EVENT_TYPE","type":"string"},{"name":"TIMESTAMP","type":"long"}]}"#;

/// The objects of the bucket, broken files included.
pub(crate) fn objects() -> s3::Objects {
    let header = "USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE\n";
    let mut files = [header.to_owned(), header.to_owned()];
    for row in 0..2000 {
        let (user, step) = (row % 100, row / 100);
        // Neighbours in time are neighbours in the shop, and the first items are the most popular.
        let item = (user % 2) * 20 + (user / 2 + step) % (20 - step % 3 * 5);
        let line = format!(
            "u{user},i{item},{},view\n",
            1_700_000_000 + step * 100 + user
        );
        files[row % 2].push_str(&line);
    }
    let mut items = "ITEM_ID,PRICE,CATEGORY\n".to_owned();
    for item in 0..40 {
        let category = if item < 20 { "mugs" } else { "plates" };
        let _ = writeln!(items, "i{item},{item}.5,{category}");
    }
    let [first, second] = files;
    let few: String = first
        .lines()
        .take(500)
        .flat_map(|line| [line, "\n"])
        .collect();
    let objects = BTreeMap::from([
        ("interactions/1.csv".to_owned(), first),
        ("interactions/2.csv".to_owned(), second),
        ("items/items.csv".to_owned(), items),
        ("few/few.csv".to_owned(), few),
        (
            "broken/time.csv".to_owned(),
            format!("{header}u,i,1,view\nu,i,noon,view\n"),
        ),
        (
            "broken/column.csv".to_owned(),
            "USER_ID,ITEM_ID,EVENT_TYPE\nu,i,view\n".to_owned(),
        ),
        ("broken/empty.csv".to_owned(), header.to_owned()),
    ]);
    Arc::new(Mutex::new(objects))
}

/// Makes the group with its two datasets.
pub(crate) async fn create_datasets(clients: &Clients) -> Result<Group> {
    let control = &clients.control;
    let group = control.create_dataset_group().name("shop").send().await?;
    let group = group.dataset_group_arn.unwrap_or_default();
    let status = settled(|| async {
        let described = control.describe_dataset_group().dataset_group_arn(&group);
        let described = described.send().await?.dataset_group;
        Ok(described.and_then(|one| one.status).unwrap_or_default())
    });
    assert_eq!(status.await?, "ACTIVE");
    Ok(Group {
        interactions: dataset(clients, &group, "interactions", INTERACTIONS).await?,
        items: dataset(clients, &group, "items", ITEMS).await?,
        arn: group,
    })
}

/// ARNs of the group and its datasets.
#[allow(dead_code, reason = "not every test reads all of them")]
pub(crate) struct Group {
    pub(crate) arn: String,
    pub(crate) interactions: String,
    pub(crate) items: String,
}

/// Makes a dataset with a schema of its own.
pub(crate) async fn dataset(
    clients: &Clients,
    group: &str,
    kind: &str,
    schema: &str,
) -> Result<String> {
    let control = &clients.control;
    let schema = control
        .create_schema()
        .name(kind)
        .schema(schema)
        .send()
        .await?;
    let dataset = control
        .create_dataset()
        .name(kind)
        .dataset_group_arn(group)
        .dataset_type(kind)
        .schema_arn(schema.schema_arn.unwrap_or_default())
        .send()
        .await?;
    let arn = dataset.dataset_arn.unwrap_or_default();
    let status = settled(|| async {
        let described = control
            .describe_dataset()
            .dataset_arn(&arn)
            .send()
            .await?
            .dataset;
        Ok(described.and_then(|one| one.status).unwrap_or_default())
    });
    assert_eq!(status.await?, "ACTIVE");
    Ok(arn)
}

/// Imports a file or folder; the answer is the failure reason, or nothing.
pub(crate) async fn import(clients: &Clients, dataset: &str, path: &str) -> Result<Option<String>> {
    let control = &clients.control;
    let name: String = path.chars().filter(char::is_ascii_alphanumeric).collect();
    let source = DataSource::builder().data_location(format!("s3://data/{path}"));
    let job = control
        .create_dataset_import_job()
        .job_name(name)
        .dataset_arn(dataset)
        .data_source(source.build())
        .role_arn("arn:aws:iam::123456789012:role/import")
        .send()
        .await?;
    let arn = job.dataset_import_job_arn.unwrap_or_default();
    let describe = || async {
        let job = control
            .describe_dataset_import_job()
            .dataset_import_job_arn(&arn);
        Ok::<_, Box<dyn std::error::Error>>(job.send().await?.dataset_import_job.ok_or("no job")?)
    };
    settled(|| async { Ok(describe().await?.status.unwrap_or_default()) }).await?;
    Ok(describe().await?.failure_reason)
}

/// Makes a solution and trains it; the answer is the version's ARN and its failure reason.
pub(crate) async fn train(
    clients: &Clients,
    group: &str,
    name: &str,
    recipe: &str,
) -> Result<(String, Option<String>)> {
    let control = &clients.control;
    let solution = control
        .create_solution()
        .name(name)
        .dataset_group_arn(group)
        .recipe_arn(format!("arn:aws:personalize:::recipe/{recipe}"))
        .perform_auto_training(false)
        .send()
        .await?;
    let solution = solution.solution_arn.unwrap_or_default();
    settled(|| async {
        let described = control.describe_solution().solution_arn(&solution);
        let described = described.send().await?.solution;
        Ok(described.and_then(|one| one.status).unwrap_or_default())
    })
    .await?;
    let version = control.create_solution_version().solution_arn(&solution);
    let version = version
        .send()
        .await?
        .solution_version_arn
        .unwrap_or_default();
    let describe = || async {
        let described = control
            .describe_solution_version()
            .solution_version_arn(&version);
        let described = described.send().await?.solution_version;
        Ok::<_, Box<dyn std::error::Error>>(described.ok_or("no version")?)
    };
    settled(|| async { Ok(describe().await?.status.unwrap_or_default()) }).await?;
    let reason = describe().await?.failure_reason;
    Ok((version, reason))
}

/// Deploys a version.
pub(crate) async fn deploy(clients: &Clients, name: &str, version: &str) -> Result<String> {
    let control = &clients.control;
    let campaign = control
        .create_campaign()
        .name(name)
        .solution_version_arn(version);
    let arn = campaign.send().await?.campaign_arn.unwrap_or_default();
    let status = settled(|| async {
        let described = control
            .describe_campaign()
            .campaign_arn(&arn)
            .send()
            .await?;
        Ok(described
            .campaign
            .and_then(|one| one.status)
            .unwrap_or_default())
    });
    assert_eq!(status.await?, "ACTIVE");
    Ok(arn)
}
