//! The events that products changed, on the event bus.

use std::time::Duration;

use aws_sdk_eventbridge::{
    Client,
    types::{PutEventsRequestEntry, PutEventsResultEntry},
};
use serde_json::json;
use shared::{
    aws::{AwsError, failure},
    state_change::SOURCE,
};

use crate::{changed::Changed, error::WebhookError};

/// The events' detail type.
const DETAIL_TYPE: &str = "ProductChanged";
/// The most entries of one PutEvents.
const MAX_ENTRIES: usize = 10;
/// Between the tries of entries that the bus, though it answered, did not take.
const PAUSES: [Duration; 3] = [
    Duration::from_millis(50),
    Duration::from_millis(100),
    Duration::from_millis(200),
];

/// Takes events.
pub(crate) trait Bus {
    /// Sends at most [`MAX_ENTRIES`] entries; gives what became of each.
    async fn put(
        &self,
        entries: Vec<PutEventsRequestEntry>,
    ) -> Result<Vec<PutEventsResultEntry>, AwsError>;
}

/// EventBridge.
#[derive(Debug)]
pub(crate) struct EventBus {
    /// The service.
    pub(crate) client: Client,
    /// The bus's name or ARN.
    pub(crate) name: String,
}

impl Bus for EventBus {
    async fn put(
        &self,
        entries: Vec<PutEventsRequestEntry>,
    ) -> Result<Vec<PutEventsResultEntry>, AwsError> {
        let name = |mut entry: PutEventsRequestEntry| {
            entry.event_bus_name = Some(self.name.clone());
            entry
        };
        let entries = entries.into_iter().map(name).collect();
        let answer = self.client.put_events().set_entries(Some(entries));
        let answer = answer.send().await.map_err(failure("events:PutEvents"))?;
        Ok(answer.entries.unwrap_or_default())
    }
}

/// Says on `bus` that products of `estate` changed.
///
/// # Errors
/// When the bus does not answer, or does not take an event after several tries; others may be on it by
/// then, and are again when the backend calls again.
pub(crate) async fn publish(
    bus: &impl Bus,
    estate: &str,
    changed: &Changed,
) -> Result<(), WebhookError> {
    let entry = |id: &String| {
        let detail = json!({"estate": estate, "id": id, "deleted": changed.deleted});
        PutEventsRequestEntry::builder()
            .source(SOURCE)
            .detail_type(DETAIL_TYPE)
            .detail(detail.to_string())
            .build()
    };
    for ids in changed.ids.chunks(MAX_ENTRIES) {
        put(bus, ids.iter().map(entry).collect()).await?;
    }
    Ok(())
}

async fn put(bus: &impl Bus, mut entries: Vec<PutEventsRequestEntry>) -> Result<(), WebhookError> {
    let mut pauses = PAUSES.into_iter();
    loop {
        let results = bus.put(entries.clone()).await?;
        let failed = results
            .iter()
            .zip(entries)
            .filter(|(result, _)| result.error_code.is_some());
        entries = failed.map(|(_, entry)| entry).collect();
        if entries.is_empty() {
            return Ok(());
        }
        let Some(pause) = pauses.next() else {
            let code = results.iter().find_map(PutEventsResultEntry::error_code);
            return Err(WebhookError::Refused {
                attempts: PAUSES.len() + 1,
                code: code.unwrap_or("no code").to_owned(),
            });
        };
        tokio::time::sleep(pause).await;
    }
}

#[cfg(test)]
pub(crate) mod fake {
    use std::cell::RefCell;

    use super::*;

    /// A bus that does not take the first entries it is given.
    #[derive(Default)]
    pub(crate) struct FakeBus {
        /// How many entries it refuses, one after another.
        pub(crate) refuses: RefCell<usize>,
        /// The details of those it took.
        pub(crate) taken: RefCell<Vec<String>>,
    }

    impl Bus for &FakeBus {
        async fn put(
            &self,
            entries: Vec<PutEventsRequestEntry>,
        ) -> Result<Vec<PutEventsResultEntry>, AwsError> {
            assert!(entries.len() <= MAX_ENTRIES);
            let result = |entry: PutEventsRequestEntry| {
                assert_eq!(entry.source(), Some("retail.personalization"));
                assert_eq!(entry.detail_type(), Some("ProductChanged"));
                let mut refuses = self.refuses.borrow_mut();
                let result = PutEventsResultEntry::builder();
                if *refuses > 0 {
                    *refuses -= 1;
                    return result.error_code("InternalFailure").build();
                }
                let detail = entry.detail().unwrap_or_default().to_owned();
                self.taken.borrow_mut().push(detail);
                result.event_id("e").build()
            };
            Ok(entries.into_iter().map(result).collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{fake::FakeBus, *};

    fn changed(products: usize) -> Changed {
        Changed {
            ids: (0..products).map(|n| format!("p{n}")).collect(),
            deleted: false,
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_the_bus_did_not_take_is_sent_again() {
        let bus = FakeBus {
            refuses: 3.into(),
            ..FakeBus::default()
        };
        publish(&&bus, "shop", &changed(12)).await.unwrap();
        let mut taken = bus.taken.take();
        assert_eq!(taken.len(), 12);
        taken.sort();
        taken.dedup();
        assert_eq!(taken.len(), 12, "each once");
        assert_eq!(taken[0], r#"{"deleted":false,"estate":"shop","id":"p0"}"#);
    }

    #[tokio::test(start_paused = true)]
    async fn a_bus_that_takes_nothing_is_a_failure() {
        let bus = FakeBus {
            refuses: 100.into(),
            ..FakeBus::default()
        };
        let error = publish(&&bus, "shop", &changed(1)).await.unwrap_err();
        assert!(error.to_string().contains("4 times"), "{error}");
        assert_eq!(*bus.refuses.borrow(), 96);
    }
}
