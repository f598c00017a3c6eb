//! Seeding a running stack: reads a source, uploads what came out of it, and runs the workflows
//! that make a shop of it.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::error::{Error, Result};
use crate::layout::Layout;
use crate::seed::{self, Seeded, Source};
use crate::services;
use crate::stack::Stack;
use crate::workflows::{self, Workflow};

/// The shop whose data the state holds, when it is another than `source`.
///
/// One state is one shop: a model of one does not stand comparison with a model of another, and
/// its products would be withdrawn one by one.
#[must_use]
pub fn other_shop(layout: &Layout, source: &Source) -> Option<String> {
    let shop = std::fs::read_to_string(layout.shop()).ok()?;
    (shop != source.shop()).then_some(shop)
}

/// Stops the stack and forgets the shop of its state.
///
/// # Errors
/// [`Error::File`].
pub async fn forget_shop(layout: &Layout) -> Result<()> {
    services::stop(layout).await?;
    layout.remove_shop()
}

/// Reads `source` and puts it where the product gets it from: the sample shop, or the data bucket of a
/// stack without one.
///
/// # Errors
/// [`Error::Usage`] when the stack holds another shop, [`Error::Data`] when the source cannot be
/// used, [`Error::Aws`], [`Error::File`].
pub async fn seed(stack: &Stack, source: Source) -> Result<Seeded> {
    if let Some(other) = other_shop(stack.layout(), &source) {
        return Err(Error::Usage(format!(
            "this stack holds another shop ({other}); `cargo demo` starts afresh with the new one, \
             and `--state DIR` keeps both"
        )));
    }
    let shop = source.shop();
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
    let marker = stack.layout().shop();
    std::fs::write(&marker, shop).map_err(Error::file("writing", marker))?;
    if stack.has_backend() {
        stack.fill_backend(folder).await?;
        return Ok(seeded);
    }
    let pull = now.strftime("%Y%m%dT%H%M%SZ").to_string();
    let bucket = stack.output("DataBucketName")?;
    seed::upload(&stack.clients().s3, bucket, &folder, &pull).await?;
    Ok(seeded)
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
