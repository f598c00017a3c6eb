//! The work of a data deletion job: users named in CSV files leave the datasets and the stream of a
//! group, in memory and on disk. Models keep what they learned until the next training.

use std::{collections::BTreeSet, io::Read, sync::Arc};

use crate::{
    app::App,
    error::Error,
    import::{
        copies,
        csv::ID_LENGTH,
        s3::{Location, Reach},
    },
    lifecycle::{Outcome, Stages, Work},
    resources::{DataDeletionJob, Status},
};

impl Work for DataDeletionJob {
    const STAGES: Stages = Stages {
        working: Status::InProgress,
        done: Status::Completed,
        failed: Status::Failed,
    };

    async fn work(app: Arc<App>, arn: String) -> Outcome {
        let job = app.read(|estate| estate.get::<Self>(&arn).cloned());
        let job = job.map_err(|fault| fault.message)?;
        let users = users(&app, &job).await?;
        let group = job.dataset_group_arn;
        let working = Arc::clone(&app);
        let erased = tokio::task::spawn_blocking(move || erase(&working, &group, &users));
        let erased = erased
            .await
            .map_err(|error| format!("Deletion stopped: {error}"))?
            .map_err(|error| error.to_string())?;
        // At once, because after a kill there would be nothing left to count.
        let kept = app.change(|estate| {
            let job = estate.get_mut::<Self>(&arn)?;
            job.num_deleted = Some(job.num_deleted.unwrap_or(0) + erased);
            Ok(())
        });
        kept.map_err(|fault| fault.message)?;
        Ok(Box::new(|_| {}))
    }
}

/// The users that the files at the job's location name.
async fn users(app: &Arc<App>, job: &DataDeletionJob) -> Result<BTreeSet<String>, String> {
    let text = job.data_source["dataLocation"].as_str().unwrap_or_default();
    let location = Location::parse(text).ok_or_else(|| format!("Invalid Data location: {text}"))?;
    let keys = app.bucket.keys(&location, Reach::Folder).await?;
    let mut users = BTreeSet::new();
    let mut left = app.quotas.batch.deletion_bytes;
    for key in keys {
        let object = format!("s3://{}/{key}", location.bucket);
        let content = app.bucket.open(&location.bucket, &key).await;
        let content = content.map_err(|problem| format!("{problem} ({object})"))?;
        let read = tokio::task::spawn_blocking(move || read(content, left));
        let read = read
            .await
            .map_err(|error| format!("reading stopped: {error}"))?;
        let (named, size) = read.map_err(|problem| format!("{problem} ({object})"))?;
        users.extend(named);
        left = left.saturating_sub(size);
    }
    Ok(users)
}

/// Reads one file of at most `most` bytes; answers its users and its size.
fn read(content: impl Read, most: u64) -> Result<(Vec<String>, u64), String> {
    let mut bytes = Vec::new();
    let size = content.take(most + 1).read_to_end(&mut bytes);
    let size = size.map_err(|error| format!("Input CSV cannot be read: {error}"))? as u64;
    if size > most {
        return Err("The files of a data deletion job are too large together".to_owned());
    }
    let mut reader = csv::Reader::from_reader(bytes.as_slice());
    let broken = |error: csv::Error| format!("Input CSV cannot be read: {error}");
    let header = reader.headers().map_err(broken)?;
    let column = header
        .iter()
        .position(|name| name.trim_start_matches('\u{feff}').trim() == "USER_ID")
        .ok_or("Input CSV is missing the following columns: [USER_ID] (line 1)")?;
    let mut users = Vec::new();
    for record in reader.records() {
        let record = record.map_err(broken)?;
        match record.get(column) {
            Some(user) if !user.is_empty() && user.chars().count() <= ID_LENGTH => {
                users.push(user.to_owned());
            }
            _ => {
                let line = record.position().map_or(0, csv::Position::line);
                return Err(format!(
                    "USER_ID must have 1 to {ID_LENGTH} characters (line {line})"
                ));
            }
        }
    }
    Ok((users, size))
}

/// Erases users everywhere; answers how many rows went.
fn erase(app: &App, group_arn: &str, users: &BTreeSet<String>) -> Result<u64, Error> {
    if let Some(state) = &app.state {
        let files = app.read(|estate| {
            let datasets = estate.datasets.values();
            let of_group = datasets.filter(|one| one.dataset_group_arn == group_arn);
            let files = of_group.flat_map(|one| {
                let jobs = estate.imports.get(&one.dataset_arn).into_iter().flatten();
                jobs.map(|job| state.import_file(&one.dataset_arn, job))
            });
            files.collect::<Vec<_>>()
        });
        for path in files {
            copies::erase(&path, users)?;
        }
    }
    let Some(data) = app.groups.get(group_arn) else {
        return Ok(0);
    };
    data.erase(users)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_are_read_from_their_column_and_size_is_limited() {
        let file = "NOTE,USER_ID\nx,ann\ny,bob\n";
        let (users, size) = read(file.as_bytes(), 100).unwrap();
        assert_eq!(
            (users, size),
            (vec!["ann".to_owned(), "bob".to_owned()], file.len() as u64)
        );
        for (file, most, says) in [
            (file, 5, "too large"),
            ("ID\nann\n", 100, "USER_ID"),
            ("USER_ID,X\n,1\n", 100, "line 2"),
        ] {
            let problem = read(file.as_bytes(), most).unwrap_err();
            assert!(problem.contains(says), "{problem}");
        }
    }
}
