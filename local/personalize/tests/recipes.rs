//! What each kind of recipe asks for, answers and is measured by; over the wire, with the AWS SDK.

mod support;

use std::collections::HashMap;

use aws_sdk_personalize::{
    error::ProvideErrorMetadata,
    types::{BatchInferenceJobInput, BatchInferenceJobOutput, S3DataConfig, SolutionConfig},
};
use support::{Clients, Result, s3, shop, start};

async fn metrics(clients: &Clients, version: &str) -> Result<HashMap<String, f64>> {
    let metrics = clients.control.get_solution_metrics();
    let metrics = metrics.solution_version_arn(version).send().await?.metrics;
    Ok(metrics.unwrap_or_default())
}

async fn filled_shop(clients: &Clients) -> Result<shop::Group> {
    let group = shop::create_datasets(clients).await?;
    let failure = shop::import(clients, &group.interactions, "interactions/").await?;
    assert_eq!(failure, None);
    Ok(group)
}

/// The code and the message of the refusal of a solution about trends.
async fn refused_frequency(clients: &Clients, group: &str, frequency: &str) -> Result<String> {
    let parameters = SolutionConfig::builder()
        .feature_transformation_parameters("trend_discovery_frequency", frequency);
    let made = clients
        .control
        .create_solution()
        .name("refused")
        .dataset_group_arn(group)
        .recipe_arn("arn:aws:personalize:::recipe/aws-trending-now")
        .solution_config(parameters.build())
        .send()
        .await;
    let refusal = made.err().ok_or("accepted")?;
    assert_eq!(refusal.code(), Some("InvalidInputException"));
    Ok(refusal.message().unwrap_or_default().to_owned())
}

#[tokio::test]
async fn trends_are_for_everybody_and_measured_as_such() -> Result<()> {
    let s3 = s3::serve(shop::objects()).await?;
    let (server, clients) = start(None, s3).await?;
    let group = filled_shop(&clients).await?;
    let problem = refused_frequency(&clients, &group.arn, "4 hours").await?;
    let member = "solutionConfig.featureTransformationParameters.trend_discovery_frequency";
    assert!(problem.contains(member), "{problem}");

    let (version, failure) =
        shop::train(&clients, &group.arn, "trends", "aws-trending-now").await?;
    assert_eq!(failure, None);
    let measured = metrics(&clients, &version).await?;
    let accuracy = measured.get("trend_prediction_accuracy").copied();
    assert!(accuracy.is_some_and(|accuracy| (0.0..=1.0).contains(&accuracy)));
    assert!(measured.contains_key("precision_at_25"));

    let campaign = shop::deploy(&clients, "trends", &version).await?;
    let answer = clients
        .runtime
        .get_recommendations()
        .campaign_arn(&campaign);
    let answer = answer.num_results(10).send().await?;
    assert_eq!(answer.item_list.unwrap_or_default().len(), 10);

    let place = |path| S3DataConfig::builder().path(path).build();
    let job = clients
        .control
        .create_batch_inference_job()
        .job_name("trends")
        .solution_version_arn(&version)
        .job_input(
            BatchInferenceJobInput::builder()
                .s3_data_source(place("s3://data/in/")?)
                .build(),
        )
        .job_output(
            BatchInferenceJobOutput::builder()
                .s3_data_destination(place("s3://data/out/")?)
                .build(),
        )
        .role_arn("arn:aws:iam::123456789012:role/batch")
        .send()
        .await;
    let refusal = job.err().ok_or("accepted")?;
    assert!(refusal.message().unwrap_or_default().contains("trends"));
    server.stop().await.map_err(Into::into)
}

#[tokio::test]
async fn segments_have_metrics_of_their_own() -> Result<()> {
    let s3 = s3::serve(shop::objects()).await?;
    let (server, clients) = start(None, s3).await?;
    let group = filled_shop(&clients).await?;
    let (version, failure) =
        shop::train(&clients, &group.arn, "segments", "aws-item-affinity").await?;
    assert_eq!(failure, None);
    let measured = metrics(&clients, &version).await?;
    let mut names: Vec<&str> = measured.keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(
        names,
        ["coverage", "hits_at_1_percent", "recall_at_1_percent"]
    );
    server.stop().await.map_err(Into::into)
}
