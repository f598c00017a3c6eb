//! What is sent to Personalize, in which order, and when it is given up.
//!
//! The batches of a call go one after the other, because the order within a session counts. After a
//! batch that failed because Personalize is not there, the others are not tried: the shop waits, and
//! what is not sent now is sent again from the dead-letter queue.

use crate::interaction::Interaction;

/// The most events PutEvents takes.
pub(crate) const BATCH: usize = 10;

/// Personalize did not take a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NotTaken {
    /// In a few words.
    pub(crate) reason: String,
    /// Whether another batch would fail the same way.
    pub(crate) all_would_fail: bool,
}

/// A batch that is to be sent again later.
#[derive(Debug, PartialEq)]
pub(crate) struct Undelivered<'a> {
    /// At most [`BATCH`], in order.
    pub(crate) events: &'a [Interaction],
    /// Why it was not delivered.
    pub(crate) reason: String,
}

/// Sends `interactions` by `put`, and gives back what could not be sent.
pub(crate) async fn deliver<'a>(
    interactions: &'a [Interaction],
    put: impl AsyncFn(&[Interaction]) -> Result<(), NotTaken>,
) -> Vec<Undelivered<'a>> {
    let mut undelivered = Vec::new();
    let mut given_up = None;
    for events in interactions.chunks(BATCH) {
        let reason = match &given_up {
            Some(reason) => String::clone(reason),
            None => match put(events).await {
                Ok(()) => continue,
                Err(not_taken) => {
                    if not_taken.all_would_fail {
                        given_up = Some(not_taken.reason.clone());
                    }
                    not_taken.reason
                }
            },
        };
        undelivered.push(Undelivered { events, reason });
    }
    undelivered
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    fn interactions(n: usize) -> Vec<Interaction> {
        let interaction = |n: usize| Interaction {
            event_id: n.to_string(),
            event_type: "view".into(),
            item_id: "a".into(),
            sent_at: 1,
            event_value: None,
            recommendation_id: None,
            impression: Vec::new(),
        };
        (0..n).map(interaction).collect()
    }

    /// Delivers 25 interactions to a Personalize that does not take the second batch; gives the
    /// sizes of the batches it saw, and the first event ids of those to be sent again.
    async fn second_fails(all_would_fail: bool) -> (Vec<usize>, Vec<String>) {
        let seen = RefCell::new(Vec::new());
        let interactions = interactions(25);
        let put = async |events: &[Interaction]| {
            seen.borrow_mut().push(events.len());
            if seen.borrow().len() == 2 {
                let reason = "busy".to_owned();
                return Err(NotTaken {
                    reason,
                    all_would_fail,
                });
            }
            Ok(())
        };
        let undelivered = deliver(&interactions, put).await;
        let first = |batch: &Undelivered<'_>| batch.events[0].event_id.clone();
        let firsts = undelivered.iter().map(first).collect();
        (seen.into_inner(), firsts)
    }

    #[tokio::test]
    async fn one_refused_batch_does_not_hold_up_the_next() {
        assert_eq!(
            second_fails(false).await,
            (vec![10, 10, 5], vec!["10".to_owned()])
        );
    }

    #[tokio::test]
    async fn a_personalize_that_is_down_is_not_asked_again() {
        let expected = vec!["10".to_owned(), "20".to_owned()];
        assert_eq!(second_fails(true).await, (vec![10, 10], expected));
    }
}
