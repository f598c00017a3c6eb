//! Seeding a running stack: reads a source, uploads what came out of it, and runs the workflows
//! that make a shop of it.

use std::path::PathBuf;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::error::{Error, Result};
use crate::seed::{self, Seeded, Source};
use crate::stack::Stack;
use crate::workflows::{self, Workflow};

/// Reads `source`, uploads datasets and catalogue, and keeps what came out in the state directory.
///
/// # Errors
/// [`Error::Data`] when the source cannot be used, [`Error::Aws`], [`Error::File`].
pub async fn seed(stack: &Stack, source: Source) -> Result<Seeded> {
    let now = Timestamp::now();
    let folder = stack.layout().folder("seed")?;
    let rejected = stack.layout().state().join("rejected");
    let files = folder.clone();
    let reading = tokio::task::spawn_blocking(move || {
        seed::read(&source, &files, &rejected, now.as_second())
    });
    let seeded = reading
        .await
        .map_err(|error| Error::Unexpected(error.to_string()))??;
    let pull = now.strftime("%Y%m%dT%H%M%SZ").to_string();
    let bucket = stack.output("DataBucketName")?;
    seed::upload(&stack.clients().s3, bucket, &folder, &pull).await?;
    let file = summary_file(stack);
    let text = serde_json::to_string_pretty(&seeded).unwrap_or_default();
    std::fs::write(&file, text).map_err(Error::file("writing", file))?;
    Ok(seeded)
}

/// What was seeded last, when anything was.
#[must_use]
pub fn last(stack: &Stack) -> Option<Seeded> {
    serde_json::from_str(&std::fs::read_to_string(summary_file(stack)).ok()?).ok()
}

fn summary_file(stack: &Stack) -> PathBuf {
    stack.layout().state().join("seed.json")
}

/// How many interactions the import took, from the output of `import-data`, whose `rows` are the
/// good ones.
#[must_use]
pub fn imported_interactions(output: &Value) -> u64 {
    let datasets = output["datasets"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    let interactions = datasets
        .iter()
        .find(|dataset| dataset["dataset"] == "interactions");
    interactions
        .and_then(|import| import["rows"].as_u64())
        .unwrap_or_default()
}

/// Runs one workflow with the input it needs from here, which is none.
///
/// # Errors
/// [`Error::Workflow`].
pub async fn workflow(stack: &Stack, workflow: Workflow) -> Result<Value> {
    workflows::run(stack, workflow, &json!({})).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_import_of_interactions_is_counted_and_no_other() {
        let output = json!({"datasets": [
            {"dataset": "items", "rows": 7},
            {"dataset": "interactions", "rows": 100, "rejected": {"bad-time": 2}},
        ]});
        assert_eq!(imported_interactions(&output), 100);
        assert_eq!(imported_interactions(&json!({})), 0);
    }
}
