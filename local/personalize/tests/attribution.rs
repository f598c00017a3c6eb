//! Metric attributions over the wire: events to the file of metrics, an import to a report in S3.

mod support;

use std::time::SystemTime;

use aws_sdk_personalize::types::{
    DataSource, MetricAttribute, MetricAttributionOutput, S3DataConfig,
};
use aws_sdk_personalizeevents::{
    primitives::DateTime,
    types::{Event, MetricAttribution},
};
use personalize_local::{Config, Pace, Server};
use support::{Clients, Result, clients, s3, settled, shop};

const ROLE: &str = "arn:aws:iam::123456789012:role/personalize";

async fn create_attribution(clients: &Clients, group: &str) -> Result<()> {
    let metric = |name: &str, event_type: &str, expression: &str| {
        let metric = MetricAttribute::builder().metric_name(name);
        metric.event_type(event_type).expression(expression).build()
    };
    let folder = S3DataConfig::builder().path("s3://data/reports/").build()?;
    let output = MetricAttributionOutput::builder()
        .s3_data_destination(folder)
        .role_arn(ROLE);
    let made = clients
        .control
        .create_metric_attribution()
        .name("shop")
        .dataset_group_arn(group)
        .metrics(metric("views", "view", "SAMPLECOUNT()")?)
        .metrics(metric("sales", "purchase", "SUM(Items.PRICE)")?)
        .metrics_output_config(output.build()?);
    let arn = made.send().await?.metric_attribution_arn;
    let arn = arn.unwrap_or_default();
    let status = settled(|| async {
        let described = clients.control.describe_metric_attribution();
        let described = described.metric_attribution_arn(&arn).send().await?;
        let attribution = described.metric_attribution;
        Ok(attribution.and_then(|one| one.status).unwrap_or_default())
    });
    assert_eq!(status.await?, "ACTIVE");
    Ok(())
}

async fn create_tracker(clients: &Clients, group: &str) -> Result<String> {
    let made = clients.control.create_event_tracker().name("events");
    let made = made.dataset_group_arn(group).send().await?;
    let arn = made.event_tracker_arn.unwrap_or_default();
    settled(|| async {
        let described = clients.control.describe_event_tracker();
        let described = described.event_tracker_arn(&arn).send().await?;
        let tracker = described.event_tracker;
        Ok(tracker.and_then(|one| one.status).unwrap_or_default())
    })
    .await?;
    Ok(made.tracking_id.unwrap_or_default())
}

async fn put(
    clients: &Clients,
    tracking_id: &str,
    id: &str,
    event_type: &str,
    answer: Option<String>,
) -> Result<()> {
    let source = MetricAttribution::builder().event_attribution_source("mail");
    let source = answer.is_none().then(|| source.build()).transpose()?;
    let event = Event::builder()
        .event_id(id)
        .event_type(event_type)
        .item_id("i5")
        .sent_at(DateTime::from(SystemTime::now()))
        .set_recommendation_id(answer)
        .set_metric_attribution(source)
        .build()?;
    let put = clients.events.put_events().tracking_id(tracking_id);
    put.user_id("u1")
        .session_id("visit")
        .event_list(event)
        .send()
        .await?;
    Ok(())
}

#[tokio::test]
async fn events_and_imports_are_counted_for_their_source() -> Result<()> {
    let file = std::env::temp_dir().join(format!("{}.emf", uuid::Uuid::new_v4()));
    let objects = shop::objects();
    let server = Server::start(Config {
        s3_endpoint: Some(format!("http://{}", s3::serve(objects.clone()).await?)),
        pace: Pace::FAST,
        metrics: Some(file.clone()),
        ..Config::default()
    })
    .await?;
    let clients = clients(server.address()).await;
    let group = shop::create_datasets(&clients).await?;
    shop::import(&clients, &group.interactions, "interactions/").await?;
    shop::import(&clients, &group.items, "items/items.csv").await?;
    create_attribution(&clients, &group.arn).await?;

    // Events: one names its source, one the answer that it follows; a repeated one counts once.
    let recipe = "aws-user-personalization-v2";
    let (version, _) = shop::train(&clients, &group.arn, "taste", recipe).await?;
    let campaign = shop::deploy(&clients, "taste", &version).await?;
    let asked = clients.runtime.get_recommendations();
    let answer = asked.campaign_arn(&campaign).user_id("u1").send().await?;
    let tracking_id = create_tracker(&clients, &group.arn).await?;
    put(&clients, &tracking_id, "1", "Purchase", None).await?;
    put(&clients, &tracking_id, "1", "Purchase", None).await?;
    put(
        &clients,
        &tracking_id,
        "2",
        "view",
        answer.recommendation_id,
    )
    .await?;
    let lines = std::fs::read_to_string(&file)?;
    let lines: Vec<serde_json::Value> = lines
        .lines()
        .map(serde_json::from_str)
        .collect::<std::result::Result<_, _>>()?;
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert_eq!(lines[0]["sales"], 5.5);
    assert_eq!(lines[0]["EventAttributionSource"], "mail");
    assert_eq!(lines[1]["views"], 1.0);
    assert_eq!(lines[1]["EventAttributionSource"], campaign.as_str());

    // An import that asks for it leaves a report.
    let source = DataSource::builder().data_location("s3://data/interactions/");
    let job = clients
        .control
        .create_dataset_import_job()
        .job_name("reported")
        .dataset_arn(&group.interactions)
        .data_source(source.build())
        .role_arn(ROLE)
        .publish_attribution_metrics_to_s3(true);
    let job = job.send().await?.dataset_import_job_arn.unwrap_or_default();
    let status = settled(|| async {
        let described = clients.control.describe_dataset_import_job();
        let described = described.dataset_import_job_arn(&job).send().await?;
        let job = described.dataset_import_job;
        Ok(job.and_then(|one| one.status).unwrap_or_default())
    });
    assert_eq!(status.await?, "ACTIVE");
    let objects = objects.lock().map_err(|error| error.to_string())?.clone();
    let report = objects.iter().find(|(key, _)| key.starts_with("reports/"));
    let (key, report) = report.ok_or("no report")?;
    assert!(key.contains("AggregatedAttributionMetrics"), "{key}");
    let rows = report.lines().skip(1).map(|line| line.split(','));
    let views: f64 = rows
        .filter_map(|mut row| row.nth(2)?.parse::<f64>().ok())
        .sum();
    assert_eq!(views, 2000.0);
    server.stop().await?;
    std::fs::remove_file(file)?;
    Ok(())
}
