//! A session that turns out to be a user: what was remembered of it goes over to the user.

use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};

use super::{Memories, Memory, VisitorError, life, number, texts};
use crate::aws::failure;

impl Memories {
    /// Takes what is remembered under the key `session` over into `user`: purchases the user is not
    /// known for, and consent where the user never said. The user's lists made before are stale.
    /// Gives what the user's memory is then; done twice it adds nothing. `now` is in epoch seconds.
    ///
    /// # Errors
    /// When the table cannot be read or written, or holds something else under a key.
    pub async fn identified(
        &self,
        session: &str,
        user: &str,
        now: i64,
    ) -> Result<Memory, VisitorError> {
        let (of_session, of_user) = tokio::try_join!(self.get(session), self.get(user))?;
        let bought = missing(&of_session, &of_user);
        let said = of_user.personalization.or(of_session.personalization);
        let mut set = vec!["updatedAt = :now"];
        let mut update = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("listKey", AttributeValue::S(user.to_owned()))
            .expression_attribute_values(":one", AttributeValue::N("1".to_owned()))
            .expression_attribute_values(":now", number(now))
            .return_values(ReturnValue::AllNew);
        if !bought.is_empty() {
            set.push("bought = list_append(if_not_exists(bought, :none), :bought)");
            update = update
                .expression_attribute_values(":none", AttributeValue::L(Vec::new()))
                .expression_attribute_values(":bought", texts(&bought));
        }
        if let Some(said) = said {
            set.push("personalization = if_not_exists(personalization, :said)");
            update = update.expression_attribute_values(":said", AttributeValue::Bool(said));
        } else {
            set.push("expiresAt = :until");
            update = update.expression_attribute_values(":until", number(now + life(user)));
        }
        // What was said is remembered for good.
        let forever = if said.is_some() {
            " REMOVE expiresAt"
        } else {
            ""
        };
        let answer = update
            .update_expression(format!(
                "SET {}{forever} ADD generation :one",
                set.join(", ")
            ))
            .send()
            .await
            .map_err(failure("dynamodb:UpdateItem"))?;
        self.remembered(answer)
    }
}

/// Purchases of the session that the user is not known for, oldest first.
fn missing(session: &Memory, user: &Memory) -> Vec<String> {
    let unknown = |item: &&String| !user.bought.contains(item);
    session.bought.iter().filter(unknown).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn purchases_are_taken_over_once() {
        let bought = |items: &[&str]| Memory {
            bought: items.iter().map(|&item| item.to_owned()).collect(),
            ..Memory::default()
        };
        assert_eq!(missing(&bought(&["a", "b"]), &bought(&["b"])), ["a"]);
        assert!(missing(&bought(&["a"]), &bought(&["a", "b"])).is_empty());
    }
}
