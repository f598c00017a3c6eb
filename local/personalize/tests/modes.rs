//! Modes that only some requests may ask for: UPDATE of a solution version, themes of a batch job.

mod support;

use aws_sdk_personalize::{
    error::ProvideErrorMetadata,
    types::{
        BatchInferenceJobInput, BatchInferenceJobMode, BatchInferenceJobOutput, S3DataConfig,
        TrainingMode,
    },
};
use support::{Clients, Result, s3, settled, shop, start};

/// Asks for an UPDATE; answers the version's ARN, or the error's code and message.
async fn update(
    clients: &Clients,
    solution: &str,
) -> std::result::Result<String, (String, String)> {
    let version = clients.control.create_solution_version();
    let version = version
        .solution_arn(solution)
        .training_mode(TrainingMode::Update);
    match version.send().await {
        Ok(made) => Ok(made.solution_version_arn.unwrap_or_default()),
        Err(error) => Err((
            error.code().unwrap_or_default().to_owned(),
            error.message().unwrap_or_default().to_owned(),
        )),
    }
}

async fn solution(clients: &Clients, group: &str, name: &str, recipe: &str) -> Result<String> {
    let made = clients
        .control
        .create_solution()
        .name(name)
        .dataset_group_arn(group)
        .recipe_arn(format!("arn:aws:personalize:::recipe/{recipe}"))
        .perform_auto_training(false);
    let arn = made.send().await?.solution_arn.unwrap_or_default();
    settled(|| async {
        let described = clients.control.describe_solution().solution_arn(&arn);
        let described = described.send().await?.solution;
        Ok(described.and_then(|one| one.status).unwrap_or_default())
    })
    .await?;
    Ok(arn)
}

async fn trained(clients: &Clients, version: &str) -> Result<()> {
    let status = settled(|| async {
        let described = clients.control.describe_solution_version();
        let described = described.solution_version_arn(version).send().await?;
        let version = described.solution_version;
        Ok(version.and_then(|one| one.status).unwrap_or_default())
    });
    assert_eq!(status.await?, "ACTIVE");
    Ok(())
}

#[tokio::test]
async fn update_is_for_two_recipes_and_after_a_full_training() -> Result<()> {
    let (server, clients) = start(None, s3::serve(shop::objects()).await?).await?;
    let group = shop::create_datasets(&clients).await?;
    shop::import(&clients, &group.interactions, "interactions/").await?;

    let newer = solution(&clients, &group.arn, "newer", "aws-user-personalization-v2").await?;
    let older = solution(&clients, &group.arn, "older", "aws-user-personalization").await?;
    for (solution, says) in [
        (&newer, "is for the recipes"),
        (&older, "train with FULL first"),
    ] {
        let (code, message) = update(&clients, solution).await.err().unwrap_or_default();
        assert_eq!(code, "InvalidInputException");
        assert!(message.contains("'trainingMode'"), "{message}");
        assert!(message.contains(says), "{message}");
    }

    let full = clients.control.create_solution_version();
    let full = full.solution_arn(&older).send().await?;
    trained(&clients, &full.solution_version_arn.unwrap_or_default()).await?;
    let updated = update(&clients, &older).await;
    let updated = updated.map_err(|(code, message)| format!("{code}: {message}"))?;
    trained(&clients, &updated).await?;
    server.stop().await?;
    Ok(())
}

#[tokio::test]
async fn themes_are_refused_with_what_to_use_instead() -> Result<()> {
    let (server, clients) = start(None, s3::serve(shop::objects()).await?).await?;
    let place = |path: &str| S3DataConfig::builder().path(path).build();
    let input = BatchInferenceJobInput::builder().s3_data_source(place("s3://data/in/")?);
    let output = BatchInferenceJobOutput::builder().s3_data_destination(place("s3://data/out/")?);
    let job = clients
        .control
        .create_batch_inference_job()
        .job_name("themes")
        .solution_version_arn("arn:aws:personalize:eu-west-1:123456789012:solution/x/1")
        .batch_inference_job_mode(BatchInferenceJobMode::ThemeGeneration)
        .job_input(input.build())
        .job_output(output.build())
        .role_arn("arn:aws:iam::123456789012:role/personalize");
    let error = job.send().await.err().ok_or("themes were accepted")?;
    assert_eq!(error.code(), Some("InvalidInputException"));
    let message = error.message().unwrap_or_default();
    assert!(message.contains("'batchInferenceJobMode'"), "{message}");
    assert!(message.contains("use BATCH_INFERENCE"), "{message}");
    server.stop().await?;
    Ok(())
}
