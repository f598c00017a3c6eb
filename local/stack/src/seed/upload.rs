//! Staged files to S3: uploads the new ones, then removes datasets of an earlier seed, so that at
//! no moment half of a dataset is there alone.

use std::path::{Path, PathBuf};

use aws_sdk_s3::Client;
use futures::stream::{self, StreamExt, TryStreamExt};

use crate::error::{Error, Result};
use crate::progress::Progress;
use crate::s3;

/// Uploads what [`Staging`](super::Staging) wrote below `folder` into `bucket`, the catalogue as
/// the pull named `pull`.
///
/// # Errors
/// [`Error::Aws`], [`Error::File`].
pub async fn upload(client: &Client, bucket: &str, folder: &Path, pull: &str) -> Result<()> {
    let mut files = Vec::new();
    for dataset in ["interactions", "items", "users"] {
        let prefix = format!("datasets/full/{dataset}/");
        collect(&folder.join(&prefix), &prefix, &mut files)?;
    }
    collect(
        &folder.join("catalogue"),
        &format!("raw/products/{pull}/"),
        &mut files,
    )?;

    let before = s3::list(client, bucket, "datasets/full/").await?;
    let progress = Progress::count("upload data", files.len() as u64);
    let uploads = files.iter().map(|(key, path)| {
        let progress = &progress;
        async move {
            s3::put_file(client, bucket, key, path).await?;
            progress.advance(1);
            Ok::<(), Error>(())
        }
    });
    stream::iter(uploads)
        .buffer_unordered(4)
        .try_collect::<()>()
        .await?;
    let gone: Vec<String> = before
        .into_iter()
        .filter(|key| !files.iter().any(|(new, _)| new == key))
        .collect();
    s3::delete(client, bucket, &gone).await?;
    progress.done(&format!("{} files", files.len()));
    Ok(())
}

fn collect(folder: &Path, prefix: &str, files: &mut Vec<(String, PathBuf)>) -> Result<()> {
    let entries = std::fs::read_dir(folder).map_err(Error::file("listing", folder))?;
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        files.push((format!("{prefix}{name}"), entry.path()));
    }
    files.sort();
    Ok(())
}
