//! Life cycles of the control plane over the wire, with the AWS SDK: recommenders of a domain,
//! campaigns that follow their solution, stopped trainings, quotas and rates.

mod support;

use aws_sdk_personalize::{
    error::ProvideErrorMetadata,
    types::{CampaignConfig, Domain, RecommenderConfig},
};
use personalize_local::{Config, Pace, Server};
use support::{Clients, Result, s3, settled, shop, start};

async fn recommender_status(clients: &Clients, arn: &str) -> Result<String> {
    settled(|| async {
        let described = clients.control.describe_recommender().recommender_arn(arn);
        let described = described
            .send()
            .await?
            .recommender
            .ok_or("no recommender")?;
        assert_eq!(described.failure_reason, None);
        Ok(described.status.unwrap_or_default())
    })
    .await
}

async fn domain_group(clients: &Clients) -> Result<(String, String)> {
    let control = &clients.control;
    let group = control
        .create_dataset_group()
        .name("shop")
        .domain(Domain::Ecommerce);
    let group = group.send().await?.dataset_group_arn.unwrap_or_default();
    settled(|| async {
        let described = control.describe_dataset_group().dataset_group_arn(&group);
        let described = described.send().await?.dataset_group.ok_or("no group")?;
        assert_eq!(described.domain, Some(Domain::Ecommerce));
        Ok(described.status.unwrap_or_default())
    })
    .await?;
    let schema = control
        .create_schema()
        .name("interactions")
        .schema(shop::INTERACTIONS);
    let schema = schema.domain(Domain::Ecommerce).send().await?;
    let dataset = control
        .create_dataset()
        .name("interactions")
        .dataset_group_arn(&group)
        .dataset_type("INTERACTIONS")
        .schema_arn(schema.schema_arn.unwrap_or_default());
    let dataset = dataset.send().await?.dataset_arn.unwrap_or_default();
    settled(|| async {
        let described = control.describe_dataset().dataset_arn(&dataset);
        let described = described.send().await?.dataset.ok_or("no dataset")?;
        Ok(described.status.unwrap_or_default())
    })
    .await?;
    Ok((group, dataset))
}

#[tokio::test]
async fn a_recommender_answers_until_it_is_stopped() -> Result<()> {
    let s3 = s3::serve(shop::objects()).await?;
    let (server, clients) = start(None, s3).await?;
    let control = &clients.control;
    let (group, dataset) = domain_group(&clients).await?;
    shop::import(&clients, &dataset, "interactions/").await?;
    let create = |name: &str, recipe: &str| {
        let recipe = format!("arn:aws:personalize:::recipe/{recipe}");
        let made = control.create_recommender().name(name).recipe_arn(recipe);
        made.dataset_group_arn(&group).send()
    };
    let other = create("other", "aws-vod-most-popular").await;
    let code = other
        .err()
        .and_then(|error| error.code().map(str::to_owned));
    assert_eq!(code.as_deref(), Some("InvalidInputException"));

    let made = create("views", "aws-ecomm-popular-items-by-views").await?;
    let arn = made.recommender_arn.unwrap_or_default();
    assert_eq!(recommender_status(&clients, &arn).await?, "ACTIVE");
    let described = control
        .describe_recommender()
        .recommender_arn(&arn)
        .send()
        .await?;
    let metrics = described.recommender.and_then(|one| one.model_metrics);
    assert!(metrics.unwrap_or_default()["coverage"] > 0.0);
    let ask = || {
        let asked = clients.runtime.get_recommendations().recommender_arn(&arn);
        asked.user_id("u1").num_results(3).send()
    };
    assert_eq!(ask().await?.item_list.unwrap_or_default().len(), 3);

    let config = RecommenderConfig::builder().min_recommendation_requests_per_second(2);
    let update = control.update_recommender().recommender_arn(&arn);
    update.recommender_config(config.build()).send().await?;
    let in_use = control
        .stop_recommender()
        .recommender_arn(&arn)
        .send()
        .await;
    assert!(in_use.is_err_and(|one| one.into_service_error().is_resource_in_use_exception()));
    settled(|| async {
        let described = control
            .describe_recommender()
            .recommender_arn(&arn)
            .send()
            .await?;
        let update = described
            .recommender
            .and_then(|one| one.latest_recommender_update);
        Ok(update.and_then(|one| one.status).unwrap_or_default())
    })
    .await?;

    control
        .stop_recommender()
        .recommender_arn(&arn)
        .send()
        .await?;
    assert_eq!(recommender_status(&clients, &arn).await?, "INACTIVE");
    assert!(ask().await.is_err());
    control
        .start_recommender()
        .recommender_arn(&arn)
        .send()
        .await?;
    assert_eq!(recommender_status(&clients, &arn).await?, "ACTIVE");
    assert!(ask().await.is_ok());
    server.stop().await.map_err(Into::into)
}

#[tokio::test]
async fn a_campaign_follows_its_solution_and_a_training_can_be_stopped() -> Result<()> {
    let s3 = s3::serve(shop::objects()).await?;
    let (server, clients) = start(None, s3).await?;
    let control = &clients.control;
    let group = shop::create_datasets(&clients).await?;
    shop::import(&clients, &group.interactions, "interactions/").await?;
    let (first, _) = shop::train(&clients, &group.arn, "taste", "aws-popularity-count").await?;
    let solution = "arn:aws:personalize:eu-west-1:123456789012:solution/taste";
    let config = CampaignConfig::builder()
        .sync_with_latest_solution_version(true)
        .build();
    let create = |version: String| {
        let made = control
            .create_campaign()
            .name("taste")
            .solution_version_arn(version);
        made.campaign_config(config.clone()).send()
    };
    let fixed = create(first.clone()).await;
    assert!(fixed.is_err_and(|one| one.into_service_error().is_invalid_input_exception()));
    let campaign = create(format!("{solution}/$LATEST")).await?;
    let campaign = campaign.campaign_arn.unwrap_or_default();
    let deployed = || async {
        let described = control
            .describe_campaign()
            .campaign_arn(&campaign)
            .send()
            .await?;
        Ok::<_, Box<dyn std::error::Error>>(described.campaign.ok_or("no campaign")?)
    };
    settled(|| async { Ok(deployed().await?.status.unwrap_or_default()) }).await?;
    assert_eq!(deployed().await?.solution_version_arn, Some(first));

    let train = || {
        control
            .create_solution_version()
            .solution_arn(solution)
            .send()
    };
    let second = train().await?.solution_version_arn.unwrap_or_default();
    settled(|| async {
        let now = deployed().await?.solution_version_arn.unwrap_or_default();
        let follows = if now == second {
            "it follows"
        } else {
            "PENDING"
        };
        Ok(follows.to_owned())
    })
    .await?;

    let third = train().await?.solution_version_arn.unwrap_or_default();
    let stop = control
        .stop_solution_version_creation()
        .solution_version_arn(&third);
    stop.send().await?;
    let status = settled(|| async {
        let described = control
            .describe_solution_version()
            .solution_version_arn(&third);
        let described = described
            .send()
            .await?
            .solution_version
            .ok_or("no version")?;
        Ok(described
            .status
            .unwrap_or_default()
            .replace("STOPPING", "PENDING"))
    });
    assert_eq!(status.await?, "CREATE STOPPED");
    assert_eq!(deployed().await?.solution_version_arn, Some(second));

    let update = control.update_solution().solution_arn(solution);
    update.perform_auto_training(true).send().await?;
    settled(|| async {
        let described = control
            .describe_solution()
            .solution_arn(solution)
            .send()
            .await?;
        let update = described
            .solution
            .and_then(|one| one.latest_solution_update);
        Ok(update.and_then(|one| one.status).unwrap_or_default())
    })
    .await?;
    let described = control
        .describe_solution()
        .solution_arn(solution)
        .send()
        .await?;
    assert_eq!(
        described.solution.and_then(|one| one.perform_auto_training),
        Some(true)
    );
    server.stop().await.map_err(Into::into)
}

#[tokio::test]
async fn quotas_come_from_a_file_and_rates_are_kept_on_request() -> Result<()> {
    let file = std::env::temp_dir().join(format!("quotas-{}.json", uuid::Uuid::new_v4()));
    std::fs::write(
        &file,
        r#"{"counts":{"datasetGroupsInRegion":1},"rates":{"ListSchemas":3}}"#,
    )?;
    let server = Server::start(Config {
        pace: Pace::FAST,
        quotas: Some(file.clone()),
        throttle: true,
        ..Config::default()
    })
    .await?;
    let clients = support::clients(server.address()).await;
    let create = |name: &str| clients.control.create_dataset_group().name(name).send();
    create("one").await?;
    let two = create("two").await;
    assert!(two.is_err_and(|one| one.into_service_error().is_limit_exceeded_exception()));
    let mut codes = Vec::new();
    for _ in 0..4 {
        let listed = clients.control.list_schemas().send().await;
        codes.push(
            listed
                .err()
                .and_then(|error| error.code().map(str::to_owned)),
        );
    }
    assert_eq!(codes[0], None);
    assert_eq!(codes[3].as_deref(), Some("ThrottlingException"));
    server.stop().await?;
    std::fs::remove_file(file).map_err(Into::into)
}
