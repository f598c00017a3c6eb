//! How long nobody has asked a resource. Pure.

use crate::traffic::Traffic;

/// What is known about a resource's rest.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Life {
    /// Epoch seconds when it was made.
    pub(crate) created: i64,
    /// When it was last seen in another state than ACTIVE: being made, stopped, starting.
    pub(crate) down: Option<i64>,
    /// From when on its traffic was read.
    pub(crate) known_from: i64,
}

/// Seconds without a request up to `now`. The time before the resource could be asked, and the time
/// that nothing is known of, are no rest: without any data it is counted from the latest of them.
pub(crate) fn quiet_for(traffic: &Traffic, life: Life, now: i64) -> i64 {
    let could_be_asked = life.created.max(life.down.unwrap_or(life.created));
    let since = traffic
        .last_request()
        .unwrap_or(life.known_from)
        .max(life.known_from)
        .max(could_be_asked);
    (now - since).max(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600;
    const NOW: i64 = 1_000 * HOUR;

    fn life(created: i64, down: Option<i64>) -> Life {
        Life {
            created,
            down,
            known_from: NOW - 168 * HOUR,
        }
    }

    fn asked_at(at: i64) -> Traffic {
        let mut traffic = Traffic::default();
        traffic.add(at, 1.0);
        traffic.add(NOW - 600, 0.0);
        traffic
    }

    #[test]
    fn rest_begins_with_the_end_of_the_last_requests() {
        let quiet = quiet_for(&asked_at(NOW - 5 * HOUR - 300), life(0, None), NOW);
        assert_eq!(quiet, 5 * HOUR);
    }

    #[test]
    fn without_data_a_resource_rests_no_longer_than_it_exists() {
        let none = Traffic::default();
        assert_eq!(quiet_for(&none, life(NOW - 2 * HOUR, None), NOW), 2 * HOUR);
        assert_eq!(quiet_for(&none, life(0, None), NOW), 168 * HOUR);
    }

    #[test]
    fn one_that_was_just_started_is_not_idle() {
        let stopped = Some(NOW - HOUR);
        let quiet = quiet_for(&asked_at(NOW - 90 * HOUR), life(0, stopped), NOW);
        assert_eq!(quiet, HOUR);
    }

    #[test]
    fn a_clock_ahead_of_ours_is_no_rest() {
        assert_eq!(quiet_for(&asked_at(NOW), life(0, None), NOW), 0);
    }
}
