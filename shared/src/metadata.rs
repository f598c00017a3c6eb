//! Metadata of items and users sent to Personalize row by row: PutItems and PutUsers, which take ten
//! rows a call and ten calls a second. A row sent twice is the same row.

use std::time::Duration;

use aws_sdk_personalizeevents::{
    Client,
    config::http::HttpResponse,
    error::{BuildError, SdkError},
    operation::{put_items::PutItemsError, put_users::PutUsersError},
    types::{Item, User},
};
use tokio::time::sleep;

use crate::{
    aws::{AwsError, failure},
    config::DatasetType,
};

/// Rows of one call.
pub const BATCH: usize = 10;
/// Between the beginnings of two calls.
pub const PAUSE: Duration = Duration::from_millis(100);

/// One item or user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its id.
    pub id: String,
    /// What is known of it, a JSON object whose members are [`property`] names; `None` when nothing is.
    pub properties: Option<String>,
}

/// A row that Personalize did not take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedRow {
    /// Its place among the rows that were sent.
    pub place: usize,
    /// Personalize's words.
    pub why: String,
}

/// The name of a schema's field in `properties`: `CREATION_TIMESTAMP` is `creationTimestamp`.
#[must_use]
pub fn property(field: &str) -> String {
    let words = field.split('_').filter(|word| !word.is_empty()).enumerate();
    let word = |(index, word): (usize, &str)| {
        let lower = word.to_lowercase();
        let mut letters = lower.chars();
        match letters.next().filter(|_| index > 0) {
            Some(first) => first.to_uppercase().chain(letters).collect(),
            None => lower,
        }
    };
    words.map(word).collect()
}

/// Sends at most [`BATCH`] `rows` into the dataset; what Personalize does not take is tried by itself,
/// so that one bad row never keeps nine good ones back. Gives the refused rows.
///
/// # Errors
/// When Personalize does not answer after the client's retries, or refuses for another reason than the
/// rows. Some may be taken by then.
pub async fn put(
    personalize: &Client,
    dataset: DatasetType,
    dataset_arn: &str,
    rows: &[Row],
) -> Result<Vec<RefusedRow>, AwsError> {
    match call(personalize, dataset, dataset_arn, rows).await {
        Err(error) if is_about_the_rows(&error) => {}
        other => return other.map(|()| Vec::new()),
    }
    let mut refused = Vec::new();
    for (place, row) in rows.iter().enumerate() {
        sleep(PAUSE).await;
        match call(personalize, dataset, dataset_arn, std::slice::from_ref(row)).await {
            Err(error) if is_about_the_rows(&error) => refused.push(RefusedRow {
                place,
                why: error.message().to_owned(),
            }),
            other => other?,
        }
    }
    Ok(refused)
}

async fn call(
    personalize: &Client,
    dataset: DatasetType,
    dataset_arn: &str,
    rows: &[Row],
) -> Result<(), AwsError> {
    if dataset == DatasetType::Users {
        let users = rows.iter().map(user).collect::<Result<_, _>>();
        let users = users
            .map_err(SdkError::<PutUsersError, HttpResponse>::construction_failure)
            .map_err(failure("personalize:PutUsers"))?;
        let call = personalize.put_users().dataset_arn(dataset_arn);
        let answer = call.set_users(Some(users)).send().await;
        return answer.map(|_| ()).map_err(failure("personalize:PutUsers"));
    }
    let items = rows.iter().map(item).collect::<Result<_, _>>();
    let items = items
        .map_err(SdkError::<PutItemsError, HttpResponse>::construction_failure)
        .map_err(failure("personalize:PutItems"))?;
    let call = personalize.put_items().dataset_arn(dataset_arn);
    let answer = call.set_items(Some(items)).send().await;
    answer.map(|_| ()).map_err(failure("personalize:PutItems"))
}

fn item(row: &Row) -> Result<Item, BuildError> {
    Item::builder()
        .item_id(&row.id)
        .set_properties(row.properties.clone())
        .build()
}

fn user(row: &Row) -> Result<User, BuildError> {
    User::builder()
        .user_id(&row.id)
        .set_properties(row.properties.clone())
        .build()
}

/// Whether another batch may be taken where this one was not.
fn is_about_the_rows(error: &AwsError) -> bool {
    matches!(
        error.code(),
        "InvalidInputException" | "ValidationException"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_camel_case() {
        let names = ["PRICE", "CREATION_TIMESTAMP", "L1_CATEGORY_", "genre"].map(property);
        assert_eq!(names, ["price", "creationTimestamp", "l1Category", "genre"]);
    }
}
