//! Jobs from S3 to S3 over the wire, with the AWS SDK: batch inference, segments, export, deletion.

mod support;

use aws_sdk_personalize::types::{
    BatchInferenceJobInput, BatchInferenceJobOutput, BatchSegmentJobInput, BatchSegmentJobOutput,
    DataSource, DatasetExportJobOutput, IngestionMode, S3DataConfig,
};
use support::{Clients, Result, s3, settled, shop, start};

const ROLE: &str = "arn:aws:iam::123456789012:role/personalize";

fn at(path: &str) -> Result<S3DataConfig> {
    let place = S3DataConfig::builder().path(format!("s3://data/{path}"));
    Ok(place.build()?)
}

fn put(objects: &s3::Objects, key: &str, content: &str) -> Result<()> {
    let mut objects = objects.lock().map_err(|error| error.to_string())?;
    objects.insert(key.to_owned(), content.to_owned());
    Ok(())
}

fn get(objects: &s3::Objects, key: &str) -> Result<String> {
    let objects = objects.lock().map_err(|error| error.to_string())?;
    let keys: Vec<&String> = objects.keys().collect();
    let found = objects.get(key).cloned();
    found.ok_or_else(|| format!("no {key} in {keys:?}").into())
}

fn lines(text: &str) -> Vec<serde_json::Value> {
    let lines = text.lines().map(serde_json::from_str);
    lines.filter_map(std::result::Result::ok).collect()
}

async fn infer(clients: &Clients, version: &str, name: &str, filter: Option<String>) -> Result<()> {
    let control = &clients.control;
    let input = BatchInferenceJobInput::builder().s3_data_source(at(&format!("batch/{name}"))?);
    let output = BatchInferenceJobOutput::builder().s3_data_destination(at("out/")?);
    let job = control
        .create_batch_inference_job()
        .job_name(name)
        .solution_version_arn(version)
        .num_results(5)
        .set_filter_arn(filter)
        .job_input(input.build())
        .job_output(output.build())
        .role_arn(ROLE);
    let arn = job.send().await?.batch_inference_job_arn;
    let arn = arn.unwrap_or_default();
    let status = settled(|| async {
        let job = control.describe_batch_inference_job();
        let job = job.batch_inference_job_arn(&arn).send().await?;
        let job = job.batch_inference_job.ok_or("no job")?;
        assert_eq!(job.failure_reason, None);
        Ok(job.status.unwrap_or_default())
    });
    assert_eq!(status.await?, "ACTIVE");
    Ok(())
}

#[tokio::test]
async fn batch_jobs_answer_line_by_line() -> Result<()> {
    let objects = shop::objects();
    let s3 = s3::serve(objects.clone()).await?;
    let (server, clients) = start(None, s3).await?;
    let group = shop::create_datasets(&clients).await?;
    shop::import(&clients, &group.interactions, "interactions/").await?;
    shop::import(&clients, &group.items, "items/items.csv").await?;

    let recipe = "aws-user-personalization-v2";
    let (taste, _) = shop::train(&clients, &group.arn, "taste", recipe).await?;
    put(
        &objects,
        "batch/users",
        "{\"userId\":\"u1\"}\nno json\n\n{\"itemId\":\"i1\"}\n",
    )?;
    infer(&clients, &taste, "users", None).await?;
    let out = lines(&get(&objects, "out/users.out")?);
    assert_eq!(out.len(), 3, "{out:?}");
    assert_eq!(out[0]["input"]["userId"], "u1");
    assert_eq!(
        out[0]["output"]["recommendedItems"]
            .as_array()
            .map(Vec::len),
        Some(5)
    );
    assert_eq!(out[0]["output"]["scores"].as_array().map(Vec::len), Some(5));
    let error = out[2]["error"].as_str().unwrap_or_default();
    assert!(error.contains("'userId'"), "{error}");
    assert_eq!(lines(&get(&objects, "out/users_errors.out")?).len(), 2);

    // Two files of one name have two outputs.
    put(&objects, "batch/many/a/users.json", "{\"userId\":\"u1\"}\n")?;
    put(&objects, "batch/many/b/users.json", "{\"userId\":\"u2\"}\n")?;
    infer(&clients, &taste, "many", None).await?;
    for (folder, user) in [("a", "u1"), ("b", "u2")] {
        let out = lines(&get(&objects, &format!("out/{folder}/users.json.out"))?);
        assert_eq!(out[0]["input"]["userId"], user);
    }

    let filter = clients
        .control
        .create_filter()
        .name("category")
        .dataset_group_arn(&group.arn)
        .filter_expression("INCLUDE ItemID WHERE Items.CATEGORY IN ($C)");
    let filter = filter.send().await?.filter_arn.unwrap_or_default();
    settled(|| async {
        let described = clients.control.describe_filter().filter_arn(&filter);
        let described = described.send().await?.filter;
        Ok(described.and_then(|one| one.status).unwrap_or_default())
    })
    .await?;
    let asked = r#"{"userId":"u1","filterValues":{"C":"\"mugs\""}}"#;
    put(&objects, "batch/filtered", asked)?;
    infer(&clients, &taste, "filtered", Some(filter)).await?;
    let out = lines(&get(&objects, "out/filtered.out")?);
    let mugs = out[0]["output"]["recommendedItems"].as_array();
    let number = |item: &serde_json::Value| item.as_str()?[1..].parse::<u32>().ok();
    let mugs: Vec<u32> = mugs.into_iter().flatten().filter_map(number).collect();
    assert!(
        mugs.len() == 5 && mugs.iter().all(|item| *item < 20),
        "{out:?}"
    );

    let recipe = "aws-personalized-ranking-v2";
    let (ranking, _) = shop::train(&clients, &group.arn, "ranking", recipe).await?;
    put(
        &objects,
        "batch/lists",
        r#"{"userId":"u1","itemList":["i1","i25"]}"#,
    )?;
    infer(&clients, &ranking, "lists", None).await?;
    let out = lines(&get(&objects, "out/lists.out")?);
    assert_eq!(out[0]["output"]["recommendedItems"][0], "i25");

    // Even users like mugs, odd ones plates.
    for (recipe, line) in [
        ("aws-item-affinity", r#"{"itemId":"i25"}"#),
        (
            "aws-item-attribute-affinity",
            r#"{"itemAttributes":"ITEMS.CATEGORY = \"plates\""}"#,
        ),
    ] {
        let (version, reason) = shop::train(&clients, &group.arn, recipe, recipe).await?;
        assert_eq!(reason, None);
        put(&objects, "batch/segments", line)?;
        let users = segment(&clients, &objects, &version, recipe).await?;
        let odd = |user: &&String| user[1..].parse::<u32>().is_ok_and(|user| user % 2 == 1);
        assert_eq!(users.len(), 20);
        assert_eq!(users.iter().filter(odd).count(), 20, "{recipe}: {users:?}");
    }
    server.stop().await.map_err(Into::into)
}

async fn segment(
    clients: &Clients,
    objects: &s3::Objects,
    version: &str,
    name: &str,
) -> Result<Vec<String>> {
    let control = &clients.control;
    let input = BatchSegmentJobInput::builder().s3_data_source(at("batch/segments")?);
    let output = BatchSegmentJobOutput::builder().s3_data_destination(at("out")?);
    let job = control
        .create_batch_segment_job()
        .job_name(name)
        .solution_version_arn(version)
        .num_results(20)
        .job_input(input.build())
        .job_output(output.build())
        .role_arn(ROLE);
    let arn = job.send().await?.batch_segment_job_arn.unwrap_or_default();
    let status = settled(|| async {
        let job = control.describe_batch_segment_job();
        let job = job.batch_segment_job_arn(&arn).send().await?;
        let job = job.batch_segment_job.ok_or("no job")?;
        Ok(job.status.unwrap_or_default())
    });
    assert_eq!(status.await?, "ACTIVE");
    let out = lines(&get(objects, "out/segments.out")?);
    let users = out[0]["output"]["usersList"].as_array().cloned();
    let users = users.unwrap_or_default().into_iter();
    Ok(users
        .filter_map(|user| user.as_str().map(str::to_owned))
        .collect())
}

async fn export(
    clients: &Clients,
    objects: &s3::Objects,
    dataset: &str,
    name: &str,
) -> Result<String> {
    let control = &clients.control;
    let output = DatasetExportJobOutput::builder().s3_data_destination(at("export/")?);
    let job = control
        .create_dataset_export_job()
        .job_name(name)
        .dataset_arn(dataset)
        .ingestion_mode(IngestionMode::All)
        .job_output(output.build())
        .role_arn(ROLE);
    let arn = job.send().await?.dataset_export_job_arn.unwrap_or_default();
    settled(|| async {
        let job = control.describe_dataset_export_job();
        let job = job.dataset_export_job_arn(&arn).send().await?;
        let job = job.dataset_export_job.ok_or("no job")?;
        assert_eq!(job.failure_reason, None);
        Ok(job.status.unwrap_or_default())
    })
    .await?;
    get(objects, &format!("export/{name}.csv"))
}

#[tokio::test]
async fn deleted_users_are_in_no_export_and_do_not_come_back() -> Result<()> {
    let directory =
        std::env::temp_dir().join(format!("personalize-local-{}", uuid::Uuid::new_v4()));
    let objects = shop::objects();
    let s3 = s3::serve(objects.clone()).await?;
    let (server, clients) = start(Some(directory.clone()), s3).await?;
    let group = shop::create_datasets(&clients).await?;
    shop::import(&clients, &group.interactions, "interactions/").await?;
    let before = export(&clients, &objects, &group.interactions, "before").await?;
    assert_eq!(before.lines().count(), 2001);
    assert!(before.contains("\nu1,"));

    put(&objects, "gone/users.csv", "USER_ID\nu1\nu3\nnobody\n")?;
    let source = DataSource::builder().data_location("s3://data/gone/");
    let job = clients
        .control
        .create_data_deletion_job()
        .job_name("gone")
        .dataset_group_arn(&group.arn)
        .data_source(source.build())
        .role_arn(ROLE);
    let arn = job.send().await?.data_deletion_job_arn.unwrap_or_default();
    let describe = || async {
        let job = clients.control.describe_data_deletion_job();
        let job = job.data_deletion_job_arn(&arn).send().await?;
        Ok::<_, Box<dyn std::error::Error>>(job.data_deletion_job.ok_or("no job")?)
    };
    let status = settled(|| async { Ok(describe().await?.status.unwrap_or_default()) }).await?;
    assert_eq!(status, "COMPLETED");
    assert_eq!(describe().await?.num_deleted, Some(40));
    let after = export(&clients, &objects, &group.interactions, "after").await?;
    assert!(!after.contains("\nu1,") && !after.contains("\nu3,"));

    server.stop().await?;
    let (server, clients) = start(Some(directory.clone()), s3).await?;
    let restarted = export(&clients, &objects, &group.interactions, "restarted").await?;
    assert_eq!(restarted.lines().count(), 1961);
    assert_eq!(restarted, after);
    server.stop().await?;
    std::fs::remove_dir_all(directory).map_err(Into::into)
}
