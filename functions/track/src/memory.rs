//! What is remembered of visitors, within the time a shopper waits.

use std::time::Duration;

use aws_config::retry::RetryConfig;
use interactions::Interaction;
use shared::{
    config::Serving,
    direct::{Access, DynamoDb},
    fault::Fault,
    visitor::{Memories, Names, Purchase, VisitorError},
};

/// How long a call waits for the visitor's memory.
const WITHIN: Duration = Duration::from_millis(400);

/// Tries of one read or write; with full jitter between them.
const ATTEMPTS: u32 = 3;
const FIRST_PAUSE: Duration = Duration::from_millis(20);

/// Whether a visitor's events may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Consent {
    /// They did not refuse.
    Agreed,
    /// They did.
    Refused,
    /// The table did not answer. The events are kept, and whoever delivers them asks again.
    Unknown,
}

/// What a call changes in the memory of its visitor.
#[derive(Debug, PartialEq)]
pub(crate) struct Change {
    /// What was bought.
    pub(crate) purchases: Vec<Purchase>,
}

/// The memories, for a shopper who waits.
#[derive(Debug)]
pub(crate) struct Memory {
    memories: Memories,
}

impl Memory {
    /// In the table `table`, with the time-outs of `access` and up to three tries.
    pub(crate) fn new(access: &Access, table: String) -> Self {
        let retries = RetryConfig::standard()
            .with_max_attempts(ATTEMPTS)
            .with_initial_backoff(FIRST_PAUSE);
        let dynamodb = DynamoDb::new(&access.with_retries(retries));
        Self {
            memories: Memories::new(dynamodb, table),
        }
    }

    /// Remembers `change` under `names` if the visitor agreed; whether they did. Without a change it is
    /// only read. `now` is in epoch seconds.
    pub(crate) async fn remember(
        &self,
        names: &Names,
        change: Option<&Change>,
        now: i64,
    ) -> Consent {
        let asked = async {
            match change {
                Some(change) => self.memories.told(names, &change.purchases, now).await,
                None => self.memories.agrees(names).await,
            }
        };
        match tokio::time::timeout(WITHIN, asked).await {
            Ok(Ok(true)) => Consent::Agreed,
            Ok(Ok(false)) => Consent::Refused,
            Ok(Err(error)) => {
                tracing::warn!(errorType = error.kind().name(), %error, "consent is not known");
                Consent::Unknown
            }
            Err(_) => {
                tracing::warn!(errorType = "Retryable", "consent is not known in time");
                Consent::Unknown
            }
        }
    }

    /// Remembers whether the visitor under `key` agrees.
    pub(crate) async fn agreed(
        &self,
        key: &str,
        personalization: bool,
        now: i64,
    ) -> Result<(), VisitorError> {
        self.memories.agreed(key, personalization, now).await
    }

    /// Takes a session over into a user; whether the user agreed.
    pub(crate) async fn identified(
        &self,
        session: &str,
        user: &str,
        now: i64,
    ) -> Result<bool, VisitorError> {
        let memory = self.memories.identified(session, user, now).await?;
        Ok(memory.agreed())
    }
}

impl Change {
    /// What `interactions` change, if any makes lists stale. What was only shown does not: every list
    /// that is shown would make itself stale.
    pub(crate) fn by(interactions: &[Interaction], serving: &Serving) -> Option<Self> {
        let did = interactions.iter().filter(|one| one.item_id.is_some());
        let mut stale = did.filter(|one| serving.makes_stale(&one.event_type));
        stale.clone().next()?;
        let bought = stale.by_ref().filter(|one| serving.buys(&one.event_type));
        let purchases = bought.filter_map(Interaction::purchase).collect();
        Some(Self { purchases })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn did(event_type: &str, item: Option<&str>) -> Interaction {
        let json = json!({"eventId": "e", "eventType": event_type, "itemId": item, "sentAt": 1});
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn purchases_are_remembered_and_what_was_shown_changes_nothing() {
        let serving = Serving::default();
        let call = [did("view", Some("a")), did("purchase", Some("b"))];
        let purchases = vec![call[1].purchase().unwrap()];
        assert_eq!(Change::by(&call, &serving), Some(Change { purchases }));
        assert_eq!(Change::by(&[did("impression", None)], &serving), None);
        let carts = Serving {
            stale_after: vec!["cart".to_owned()],
            ..Serving::default()
        };
        assert_eq!(Change::by(&[did("view", Some("a"))], &carts), None);
    }
}
