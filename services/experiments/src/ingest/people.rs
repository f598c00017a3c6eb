//! Who is who: which session is which user, and what sessions did of which no user is known yet, so that
//! it is the user's as soon as one is.
//!
//! A session takes some 35 bytes; one that waits some 200, and with as many events as are remembered of
//! one 1,600: 350 MB for both at most, and mostly a fifth of that.

use serde::{Deserialize, Serialize};

use super::{line::Event, window::Window};

/// Sessions in a half of those whose user is known.
const KNOWN_HALF: usize = 500_000;
/// Sessions in a half of those that did something and wait for a user.
const WAITING_HALF: usize = 100_000;
/// What is remembered of a session that waits.
const DEEDS_MAX: usize = 20;

/// Who is who.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct People {
    users: Window<u64, KNOWN_HALF>,
    waiting: Window<Vec<Deed>, WAITING_HALF>,
}

/// An event that may be an outcome.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Deed {
    pub(super) kind: String,
    pub(super) value: f64,
    /// Epoch seconds of the visitor's clock.
    pub(super) at: i64,
}

impl From<&Event> for Deed {
    fn from(event: &Event) -> Self {
        Self {
            kind: event.kind.clone(),
            value: event.value,
            at: event.sent_at,
        }
    }
}

impl People {
    /// The user of a session, as far as known.
    pub(super) fn user(&self, session: u64) -> Option<u64> {
        self.users.get(session).copied()
    }

    /// The session is the user; when that is news, what it did before.
    pub(super) fn identify(&mut self, session: u64, user: u64) -> Option<Vec<Deed>> {
        let is_news = self.user(session) != Some(user);
        self.users.insert(session, user);
        is_news.then(|| self.waiting.remove(session).unwrap_or_default())
    }

    /// A session without a user did something.
    pub(super) fn wait(&mut self, session: u64, deed: Deed) {
        let mut deeds = self.waiting.remove(session).unwrap_or_default();
        if deeds.len() < DEEDS_MAX {
            deeds.push(deed);
        }
        self.waiting.insert(session, deeds);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deed(at: i64) -> Deed {
        Deed {
            kind: "purchase".to_owned(),
            value: 1.0,
            at,
        }
    }

    #[test]
    fn what_a_session_did_is_told_once() {
        let mut people = People::default();
        people.wait(1, deed(5));
        people.wait(1, deed(6));
        assert_eq!(people.user(1), None);
        assert_eq!(people.identify(1, 9), Some(vec![deed(5), deed(6)]));
        assert_eq!(people.user(1), Some(9));
        assert_eq!(people.identify(1, 9), None, "no news");
        assert_eq!(people.identify(1, 8), Some(Vec::new()), "somebody else");
    }

    #[test]
    fn of_a_session_little_is_remembered() {
        let mut people = People::default();
        (0..1_000).for_each(|at| people.wait(1, deed(at)));
        assert_eq!(
            people.identify(1, 9).map(|deeds| deeds.len()),
            Some(DEEDS_MAX)
        );
    }
}
