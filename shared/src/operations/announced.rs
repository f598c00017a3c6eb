//! How many new items a run has sent to Personalize one by one: steps of a run are processes of their
//! own, and together they send no more than one limit.

use aws_sdk_dynamodb::{
    operation::update_item::UpdateItemInput,
    types::{AttributeValue, ReturnValue},
};
use serde::Deserialize;

use super::{Operations, OperationsError};

/// How long the number of a run is kept: longer than the run.
const MEMORY_SECONDS: i64 = 7 * 86_400;

#[derive(Deserialize)]
struct Announced {
    items: u64,
}

impl Operations {
    /// Counts `items` more for `run` at `now` (epoch seconds); gives how many it has in all.
    /// A step that is repeated counts its items again.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn count_announced(
        &self,
        run: &str,
        items: u64,
        now: i64,
    ) -> Result<u64, OperationsError> {
        let sk = format!("announced#{run}");
        let number = |value: String| AttributeValue::N(value);
        let input = UpdateItemInput::builder()
            .table_name(&self.table)
            .key("pk", AttributeValue::S(self.pk()))
            .key("sk", AttributeValue::S(sk.clone()))
            .update_expression("SET expiresAt = :until ADD #items :more")
            .expression_attribute_names("#items", "items")
            .expression_attribute_values(":more", number(items.to_string()))
            .expression_attribute_values(":until", number((now + MEMORY_SECONDS).to_string()))
            .return_values(ReturnValue::UpdatedNew);
        let answer = self.dynamodb.update_item(input).await?;
        let announced: Announced = self.decode(&sk, answer.attributes.unwrap_or_default())?;
        Ok(announced.items)
    }
}
