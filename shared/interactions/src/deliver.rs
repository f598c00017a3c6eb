//! What is sent to Personalize, in which order, and when it is given up.
//!
//! The batches of a visit go one after the other, because the order within a session counts. After a
//! batch that failed because Personalize is not there, the others are not tried: who waits is a shop,
//! and what is not sent now is sent later from the dead-letter queue.

use crate::interaction::Interaction;

/// The most events PutEvents takes. With 10 KB an event a call has 100 KB at most: Personalize names
/// no limit of its own for the whole.
pub const BATCH: usize = 10;

/// Personalize did not take a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotTaken {
    /// In a few words.
    pub reason: String,
    /// Whether another batch would fail the same way.
    pub all_would_fail: bool,
}

impl NotTaken {
    /// Nothing can be sent now, for `reason`.
    #[must_use]
    pub fn unready(reason: &str) -> Self {
        Self {
            reason: reason.to_owned(),
            all_would_fail: true,
        }
    }
}

/// A batch that is to be sent again later.
#[derive(Debug, PartialEq)]
pub struct Undelivered {
    /// At most [`BATCH`], in order.
    pub events: Vec<Interaction>,
    /// Why it was not delivered.
    pub reason: String,
}

/// Sends those of `interactions` that are for Personalize by `put`, and gives back what could not be
/// sent.
pub async fn deliver(
    interactions: &[Interaction],
    put: impl AsyncFn(&[Interaction]) -> Result<(), NotTaken>,
) -> Vec<Undelivered> {
    let mut undelivered = Vec::new();
    let mut given_up = None;
    let learnable = interactions.iter().filter(|one| one.is_for_personalize());
    let learnable: Vec<Interaction> = learnable.cloned().collect();
    for events in learnable.chunks(BATCH) {
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
        let events = events.to_vec();
        undelivered.push(Undelivered { events, reason });
    }
    undelivered
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;
    use crate::interaction::tests::view;

    /// Delivers 25 interactions to a Personalize that does not take the second batch; gives the
    /// sizes of the batches it saw, and the first event ids of those to be sent again.
    async fn second_fails(all_would_fail: bool) -> (Vec<usize>, Vec<String>) {
        let seen = RefCell::new(Vec::new());
        let interactions: Vec<_> = (0..25).map(|n| view(&n.to_string(), "a")).collect();
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
        let first = |batch: &Undelivered| batch.events[0].event_id.clone();
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

    #[tokio::test]
    async fn what_was_only_shown_is_not_sent() {
        let mut shown = view("e", "a");
        shown.item_id = None;
        let put = async |_: &[Interaction]| Err(NotTaken::unready("nobody should ask"));
        assert_eq!(deliver(&[shown], put).await, []);
    }
}
