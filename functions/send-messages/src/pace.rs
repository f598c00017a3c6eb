//! No more messages a second than this sender's share of what the account may send.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use serde::{Deserialize, Serialize};
use shared::config::messages::Channel;
use tokio::time::Instant;

/// How often whoever waits looks whether it is over.
const LOOK: Duration = Duration::from_millis(200);

/// Messages a second of one sender, by channel.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Rates {
    /// Emails.
    pub(crate) email: f64,
    /// Texts.
    pub(crate) sms: f64,
    /// Notifications.
    pub(crate) push: f64,
}

impl Rates {
    /// That of `channel`; never none at all.
    pub(crate) fn of(&self, channel: Channel) -> f64 {
        let rate = match channel {
            Channel::Email => self.email,
            Channel::Sms => self.sms,
            Channel::Push => self.push,
        };
        if rate.is_finite() {
            rate.max(0.01)
        } else {
            0.01
        }
    }

    /// How many people a block of `channel` has at most: as many as leave in two seconds, so that few are
    /// uncertain if their sender dies.
    pub(crate) fn block(&self, channel: Channel) -> usize {
        let most = messages::MAX_BLOCK;
        let two_seconds = (self.of(channel) * 2.0).ceil();
        // Between 1 and 49, so nothing is cut.
        (two_seconds.clamp(1.0, most as f64)) as usize
    }
}

/// When the next message of each channel may leave.
#[derive(Debug)]
pub(crate) struct Pace {
    rates: Rates,
    free: Mutex<[Instant; Channel::ALL.len()]>,
}

impl Pace {
    /// From now on.
    pub(crate) fn new(rates: Rates) -> Self {
        Self {
            rates,
            free: Mutex::new([Instant::now(); Channel::ALL.len()]),
        }
    }

    /// Waits until `messages` of `channel` may leave, in the order of those who wait. After a pause nobody
    /// catches up: services count by the second. False when it `is_over` before: then they are not to leave.
    pub(crate) async fn take(
        &self,
        channel: Channel,
        messages: usize,
        is_over: impl Fn() -> bool,
    ) -> bool {
        let takes = Duration::from_secs_f64(messages as f64 / self.rates.of(channel));
        let from = self.with(channel, |free| {
            let from = (*free).max(Instant::now());
            *free = from + takes;
            from
        });
        while Instant::now() < from {
            if is_over() {
                self.with(channel, |free| *free -= takes);
                return false;
            }
            tokio::time::sleep_until(from.min(Instant::now() + LOOK)).await;
        }
        true
    }

    fn with<T>(&self, channel: Channel, change: impl FnOnce(&mut Instant) -> T) -> T {
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut free[channel as usize])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATES: Rates = Rates {
        email: 98.0,
        sms: 3.0,
        push: f64::NAN,
    };

    #[test]
    fn blocks_are_small_where_messages_are_slow() {
        assert_eq!(RATES.block(Channel::Email), 49);
        assert_eq!(RATES.block(Channel::Sms), 6);
        assert_eq!(RATES.block(Channel::Push), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_second_has_no_more_than_its_rate() {
        let (pace, begin) = (Pace::new(RATES), Instant::now());
        for _ in 0..5 {
            assert!(pace.take(Channel::Email, 49, || false).await);
        }
        assert_eq!(begin.elapsed().as_millis(), 2_000);
        pace.take(Channel::Sms, 6, || false).await;
        assert_eq!(begin.elapsed().as_millis(), 2_000, "of its own");
        tokio::time::advance(Duration::from_secs(60)).await;
        for _ in 0..3 {
            pace.take(Channel::Email, 49, || false).await;
        }
        assert_eq!(begin.elapsed().as_millis(), 63_000);
    }

    #[tokio::test(start_paused = true)]
    async fn who_waits_ends_when_it_is_over_and_leaves_the_turn_to_others() {
        let (pace, begin) = (Pace::new(RATES), Instant::now());
        pace.take(Channel::Push, 1, || false).await;
        let is_over = || begin.elapsed() >= Duration::from_secs(1);
        assert!(!pace.take(Channel::Push, 1, is_over).await);
        assert_eq!(begin.elapsed().as_millis(), 1_000);
        assert!(pace.take(Channel::Push, 1, || false).await);
        assert_eq!(begin.elapsed().as_millis(), 100_000);
    }
}
