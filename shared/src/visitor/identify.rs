//! A session that turns out to be a user: what was remembered of it goes over to the user.

use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};

use super::{
    Memories, Memory, VisitorError,
    memories::{DUE, TIMES, UNLESS_REFUSED, due, life, number, texts},
};

impl Memories {
    /// Takes what is remembered under the key `session` over into `user`: purchases, and consent where
    /// the user never said. Of who refused nothing is taken over. The user's lists made before are
    /// stale. Gives what the user's memory is then; done twice it adds nothing. `now` is in epoch seconds.
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
        let said = of_user.personalization.or(of_session.personalization);
        if said == Some(false) {
            self.agreed(user, false, now).await?;
            return self.get(user).await;
        }
        let purchases = match of_session.agreed() {
            true => of_session.purchases,
            // Said after the user agreed, or before: the session's past is nobody's.
            false => Vec::new(),
        };
        let (mut set, mut add) = (TIMES.to_owned(), "generation :one".to_owned());
        let mut update = self
            .update(user)
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":now", number(now))
            .expression_attribute_values(":until", number(now + life(user)))
            .expression_attribute_values(":yes", AttributeValue::Bool(true))
            .condition_expression(UNLESS_REFUSED)
            .return_values(ReturnValue::AllNew);
        if said == Some(true) {
            set.push_str(", personalization = :yes");
        }
        if !purchases.is_empty() {
            update =
                due(update, user, now).expression_attribute_values(":purchases", texts(&purchases));
            set.push_str(DUE);
            add.push_str(", purchases :purchases");
        }
        let update = update.update_expression(format!("SET {set} ADD {add}"));
        match self.dynamodb.update_item(update).await {
            Ok(answer) => self.remembered(answer),
            // The user refused in this moment.
            Err(error) if error.condition_failed() => self.get(user).await,
            Err(error) => Err(error.into()),
        }
    }
}
