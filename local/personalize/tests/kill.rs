//! The binary killed with SIGKILL while it works: what it has said to have is there afterwards.

mod support;

use std::{
    io::{BufRead, BufReader},
    net::SocketAddr,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, SystemTime},
};

use aws_sdk_personalize::types::DataSource;
use aws_sdk_personalizeevents::{primitives::DateTime, types::Event};
use support::{Clients, Result, clients, s3, settled, shop};

/// Starts the binary; killing it is SIGKILL.
async fn spawn(state: &Path, s3: SocketAddr) -> Result<(Child, Clients)> {
    let mut child = Command::new(env!("CARGO_BIN_EXE_personalize-local"))
        .args(["--port", "0", "--pace", "fast", "--state"])
        .arg(state)
        .args(["--s3-endpoint", &format!("http://{s3}")])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let mut line = String::new();
    BufReader::new(child.stdout.take().ok_or("no output")?).read_line(&mut line)?;
    let address = line.trim().rsplit("http://").next().ok_or("not ready")?;
    let clients = clients(address.parse()?).await;
    Ok((child, clients))
}

fn kill(mut child: Child) -> Result<()> {
    child.kill()?;
    child.wait()?;
    Ok(())
}

/// Puts events until the server is gone; the ids of those that were accepted.
async fn put_until_killed(clients: &Clients, tracking_id: &str) -> Result<Vec<String>> {
    let mut accepted = Vec::new();
    for number in 0.. {
        let id = format!("event-{number}");
        let event = Event::builder()
            .event_id(&id)
            .event_type("view")
            .item_id("i1")
            .sent_at(DateTime::from(SystemTime::now()))
            .build()?;
        let put = clients.events.put_events().tracking_id(tracking_id);
        let put = put.user_id("u1").session_id("visit").event_list(event);
        match put.send().await {
            Ok(_) => accepted.push(id),
            Err(_) => break,
        }
    }
    Ok(accepted)
}

#[tokio::test]
async fn nothing_that_was_accepted_is_lost_and_unfinished_work_goes_on() -> Result<()> {
    let state = std::env::temp_dir().join(format!("personalize-local-{}", uuid::Uuid::new_v4()));
    let s3 = s3::serve(shop::objects()).await?;
    let (server, clients) = spawn(&state, s3).await?;
    let group = shop::create_datasets(&clients).await?;
    let tracker = clients.control.create_event_tracker().name("events");
    let tracker = tracker.dataset_group_arn(&group.arn).send().await?;
    let (tracker, tracking_id) = (
        tracker.event_tracker_arn.unwrap_or_default(),
        tracker.tracking_id.unwrap_or_default(),
    );
    settled(|| async {
        let described = clients.control.describe_event_tracker();
        let described = described.event_tracker_arn(&tracker).send().await?;
        let tracker = described.event_tracker;
        Ok(tracker.and_then(|one| one.status).unwrap_or_default())
    })
    .await?;

    // An import that has only begun, and events in the middle of which the server dies.
    let source = DataSource::builder().data_location("s3://data/interactions/");
    let job = clients
        .control
        .create_dataset_import_job()
        .job_name("interactions")
        .dataset_arn(&group.interactions)
        .data_source(source.build())
        .role_arn("arn:aws:iam::123456789012:role/import");
    let job = job.send().await?.dataset_import_job_arn.unwrap_or_default();
    let putting = put_until_killed(&clients, &tracking_id);
    let killing = async {
        tokio::time::sleep(Duration::from_millis(150)).await;
        kill(server)
    };
    let (accepted, killed) = tokio::join!(putting, killing);
    killed?;
    let accepted = accepted?;
    assert!(!accepted.is_empty());

    let (server, clients) = spawn(&state, s3).await?;
    let status = settled(|| async {
        let described = clients.control.describe_dataset_import_job();
        let described = described.dataset_import_job_arn(&job).send().await?;
        let job = described.dataset_import_job;
        Ok(job.and_then(|one| one.status).unwrap_or_default())
    });
    assert_eq!(status.await?, "ACTIVE");
    let recipe = "aws-user-personalization-v2";
    let (_, reason) = shop::train(&clients, &group.arn, "taste", recipe).await?;
    assert_eq!(reason, None, "the imported rows are there");
    kill(server)?;
    let journal = state.join("eu-west-1/123456789012/dataset-group/shop/stream.jsonl");
    let journal = std::fs::read_to_string(journal)?;
    for id in &accepted {
        assert!(journal.contains(&format!("\"{id}\"")), "{id} is lost");
    }
    std::fs::remove_dir_all(state)?;
    Ok(())
}

/// Kills the server again and again while it works, each time a little later after its start.
async fn kill_often(mut server: Child, state: &Path, s3: SocketAddr) -> Result<(Child, Clients)> {
    for milliseconds in [0, 30, 90, 150, 250] {
        tokio::time::sleep(Duration::from_millis(milliseconds)).await;
        kill(server)?;
        (server, _) = spawn(state, s3).await?;
    }
    kill(server)?;
    spawn(state, s3).await
}

/// All files of a directory with what is in them.
fn files(directory: &Path) -> Result<Vec<(std::path::PathBuf, Vec<u8>)>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files(&path)?);
        } else {
            let content = std::fs::read(&path)?;
            found.push((path, content));
        }
    }
    Ok(found)
}

#[tokio::test]
async fn training_and_deletion_go_on_after_any_number_of_kills() -> Result<()> {
    let state = std::env::temp_dir().join(format!("personalize-local-{}", uuid::Uuid::new_v4()));
    let objects = shop::objects();
    {
        let mut objects = objects.lock().map_err(|error| error.to_string())?;
        objects.insert("deletion/users.csv".to_owned(), "USER_ID\nu7\n".to_owned());
    }
    let s3 = s3::serve(objects).await?;
    let (server, clients) = spawn(&state, s3).await?;
    let group = shop::create_datasets(&clients).await?;
    assert_eq!(
        shop::import(&clients, &group.interactions, "interactions/").await?,
        None
    );
    let recipe = "aws-user-personalization-v2";
    let (first, _) = shop::train(&clients, &group.arn, "taste", recipe).await?;
    let campaign = shop::deploy(&clients, "taste", &first).await?;

    // A training that is killed before, while and after it writes its model.
    let (solution, _) = first.rsplit_once('/').ok_or("no version")?;
    let version = clients.control.create_solution_version();
    let version = version.solution_arn(solution).send().await?;
    let version = version.solution_version_arn.unwrap_or_default();
    let (server, clients) = kill_often(server, &state, s3).await?;
    let status = settled(|| async {
        let described = clients.control.describe_solution_version();
        let described = described.solution_version_arn(&version).send().await?;
        let version = described.solution_version;
        Ok(version.and_then(|one| one.status).unwrap_or_default())
    });
    assert_eq!(status.await?, "ACTIVE");

    // The same with a deletion.
    let source = DataSource::builder().data_location("s3://data/deletion/");
    let job = clients.control.create_data_deletion_job();
    let job = job
        .job_name("deletion")
        .dataset_group_arn(&group.arn)
        .data_source(source.build())
        .role_arn("arn:aws:iam::123456789012:role/deletion");
    let job = job.send().await?.data_deletion_job_arn.unwrap_or_default();
    let (server, clients) = kill_often(server, &state, s3).await?;
    let status = settled(|| async {
        let described = clients.control.describe_data_deletion_job();
        let described = described.data_deletion_job_arn(&job).send().await?;
        let job = described.data_deletion_job;
        Ok(job.and_then(|one| one.status).unwrap_or_default())
    });
    assert_eq!(status.await?, "COMPLETED");

    // A file that was being written when the server died is not taken for a whole one.
    kill(server)?;
    let all = files(&state)?;
    for (path, content) in &all {
        let holds = |text: &str| {
            content
                .windows(text.len())
                .any(|part| part == text.as_bytes())
        };
        let rows = path.extension().is_some_and(|one| one == "csv");
        assert!(
            !rows || !holds("\nu7,"),
            "u7 is still in {}",
            path.display()
        );
        let half = &content[..content.len() / 2];
        std::fs::write(path.with_extension("new"), half)?;
    }
    let (server, clients) = spawn(&state, s3).await?;
    for (campaign, user) in [(&campaign, "u1"), (&campaign, "u7")] {
        let asked = clients.runtime.get_recommendations();
        let answer = asked.campaign_arn(campaign).user_id(user).send().await?;
        assert_eq!(answer.item_list().len(), 25);
    }
    kill(server)?;
    std::fs::remove_dir_all(state)?;
    Ok(())
}
