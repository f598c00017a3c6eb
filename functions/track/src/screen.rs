//! What is no customer: programs that say so in their User-Agent, and sessions faster than people.
//!
//! Crawlers that run JavaScript send events like a browser, and the models would learn from them. A
//! program that hides is left to the rate.
//! Backends (IAM) are the shop's own, and send for many; they are not screened.

use std::{
    collections::HashMap,
    hash::{BuildHasher, RandomState},
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use interactions::is_program;
use shared::caller::Caller;

/// What is answered for each interaction.
pub(crate) const REASON: &str = "looks like a bot";

/// Interactions of a session a minute, in one process of the function: five a second.
const MOST_A_MINUTE: u32 = 300;
const MINUTE: Duration = Duration::from_secs(60);

/// Sessions that are counted at once; what comes beyond them within the minute is let through.
const MOST_SESSIONS: usize = 20_000;

/// The screen.
#[derive(Debug)]
pub(crate) struct Screen {
    hasher: RandomState,
    minute: Mutex<Minute>,
}

#[derive(Debug)]
struct Minute {
    since: Instant,
    /// Interactions by the session's hash: the ids themselves are kept nowhere.
    sessions: HashMap<u64, u32>,
}

impl Screen {
    /// Nobody has been seen yet.
    pub(crate) fn new(now: Instant) -> Self {
        let sessions = HashMap::new();
        Self {
            hasher: RandomState::new(),
            minute: Mutex::new(Minute {
                since: now,
                sessions,
            }),
        }
    }

    /// Whether `interactions` more of `session` at `now` look like a program's.
    pub(crate) fn is_bot(
        &self,
        caller: &Caller,
        user_agent: Option<&str>,
        session: &str,
        interactions: usize,
        now: Instant,
    ) -> bool {
        if *caller == Caller::Backend {
            return false;
        }
        user_agent.is_some_and(is_program) || self.is_too_fast(session, interactions, now)
    }

    fn is_too_fast(&self, session: &str, interactions: usize, now: Instant) -> bool {
        let mut minute = self.minute.lock().unwrap_or_else(PoisonError::into_inner);
        if now.duration_since(minute.since) >= MINUTE {
            minute.since = now;
            minute.sessions.clear();
        }
        let session = self.hasher.hash_one(session);
        if minute.sessions.len() >= MOST_SESSIONS && !minute.sessions.contains_key(&session) {
            return false;
        }
        let count = minute.sessions.entry(session).or_default();
        *count = count.saturating_add(u32::try_from(interactions).unwrap_or(u32::MAX));
        *count > MOST_A_MINUTE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_does_more_than_five_things_a_second_for_a_minute() {
        let start = Instant::now();
        let screen = Screen::new(start);
        let is_bot = |session, now| screen.is_bot(&Caller::Anonymous, None, session, 100, now);
        assert!(!is_bot("s", start) && !is_bot("s", start) && !is_bot("s", start));
        assert!(is_bot("s", start), "the fourth hundred");
        assert!(!is_bot("other", start));
        assert!(!is_bot("s", start + MINUTE), "the next minute is another");
    }

    #[test]
    fn backends_are_not_screened() {
        let now = Instant::now();
        let screen = Screen::new(now);
        assert!(!screen.is_bot(&Caller::Backend, Some("Boto3/1.0 bot"), "s", 1_000, now));
    }
}
