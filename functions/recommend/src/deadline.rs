//! The time a shopper waits, shared out among the rungs of the ladder.

use std::time::{Duration, Instant};

use shared::config::Serving;

/// When an answer is due, and what of the time is whose.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Deadline {
    total: Duration,
    due: Instant,
    personalize: Duration,
}

impl Deadline {
    /// For a request that came at `started`.
    pub(crate) fn new(serving: &Serving, started: Instant) -> Self {
        let total = Duration::from_millis(serving.answer_within);
        Self {
            total,
            due: started + total,
            personalize: Duration::from_millis(serving.personalize_within),
        }
    }

    /// What is left.
    pub(crate) fn left(&self) -> Duration {
        self.due.saturating_duration_since(Instant::now())
    }

    /// For what is kept: a fifth of all, so that a slow table is not what makes a slow shop.
    pub(crate) fn for_recall(&self) -> Duration {
        (self.total / 5).min(self.left())
    }

    /// For Personalize: its own time, as long as a quarter of all remains for what comes after it.
    pub(crate) fn for_personalize(&self) -> Duration {
        let after = self.total / 4;
        self.personalize.min(self.left().saturating_sub(after))
    }

    /// For ready-made lists: half of what is left.
    pub(crate) fn for_lists(&self) -> Duration {
        self.left() / 2
    }

    /// For what every request needs, and which is read only when a process has just started: a third.
    pub(crate) fn for_estate(&self) -> Duration {
        (self.total / 3).min(self.left())
    }

    /// For products: what is left but a tenth of all. What the process knows of them takes no time.
    pub(crate) fn for_products(&self) -> Duration {
        self.left().saturating_sub(self.total / 10)
    }

    /// For keeping what was found: at most a tenth of all.
    pub(crate) fn for_keeping(&self) -> Duration {
        (self.total / 10).min(self.left())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_rungs_together_take_no_longer_than_the_answer() {
        let serving = Serving::default();
        let total = Duration::from_millis(serving.answer_within);
        let started = Instant::now();
        let mut spent = Duration::ZERO;
        // As if every step took all of its time.
        let at = |spent: Duration| {
            started
                .checked_sub(spent)
                .map(|started| Deadline::new(&serving, started))
        };
        for step in [
            Deadline::for_recall,
            Deadline::for_personalize,
            Deadline::for_lists,
            Deadline::for_products,
            Deadline::for_keeping,
        ] {
            spent += step(&at(spent).unwrap());
        }
        assert!(spent <= total, "{spent:?}");
        let personalize = Deadline::new(&serving, started).for_personalize();
        assert_eq!(
            personalize,
            Duration::from_millis(serving.personalize_within)
        );
    }
}
