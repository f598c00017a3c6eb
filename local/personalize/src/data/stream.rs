//! What came one by one: events by user or session, with repeated ones ignored.

use rustc_hash::{FxHashMap, FxHashSet};

use super::histories::Interaction;

/// Streamed interactions of a group.
#[derive(Debug, Clone, Default)]
pub(crate) struct Stream {
    by_user: FxHashMap<u32, Vec<Interaction>>,
    by_session: FxHashMap<Box<str>, Vec<Interaction>>,
    seen: FxHashSet<Box<str>>,
}

impl Stream {
    /// Whether an event is new; its id is remembered.
    pub(crate) fn is_new(&mut self, event_id: Option<&str>) -> bool {
        event_id.is_none_or(|id| self.seen.insert(id.into()))
    }

    /// Adds an event of a known user. What the same session did before it had a user becomes the
    /// user's, as Personalize does when a visitor signs in.
    pub(crate) fn add(&mut self, user: u32, session: &str, event: Interaction) {
        let history = self.by_user.entry(user).or_default();
        history.extend(self.by_session.remove(session).unwrap_or_default());
        history.push(event);
    }

    /// Adds an event of an anonymous visitor.
    pub(crate) fn add_anonymous(&mut self, session: &str, event: Interaction) {
        self.by_session
            .entry(session.into())
            .or_default()
            .push(event);
    }

    /// Takes a user's events away; answers how many there were.
    pub(crate) fn erase(&mut self, user: u32) -> usize {
        self.by_user.remove(&user).map_or(0, |events| events.len())
    }

    /// A user's events, in the order in which they came.
    #[must_use]
    pub(crate) fn of(&self, user: u32) -> &[Interaction] {
        self.by_user.get(&user).map_or(&[], Vec::as_slice)
    }

    /// A session's events that have no user yet.
    #[must_use]
    pub(crate) fn of_session(&self, session: &str) -> &[Interaction] {
        self.by_session.get(session).map_or(&[], Vec::as_slice)
    }

    /// Events of all users, without anonymous ones: training does not count those.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u32, Interaction)> + '_ {
        self.by_user
            .iter()
            .flat_map(|(user, events)| events.iter().map(|event| (*user, *event)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_becomes_the_users_when_a_user_appears_in_it() {
        let mut stream = Stream::default();
        stream.add_anonymous("s", Interaction::new(1, 0));
        assert_eq!(stream.of_session("s").len(), 1);
        stream.add(7, "s", Interaction::new(2, 0));
        let items: Vec<_> = stream.of(7).iter().map(|one| one.item).collect();
        assert_eq!(items, [1, 2]);
        assert!(stream.of_session("s").is_empty());
    }

    #[test]
    fn repetitions_are_told_by_the_event_id_only() {
        let mut stream = Stream::default();
        assert!(stream.is_new(Some("a")) && !stream.is_new(Some("a")));
        assert!(stream.is_new(None) && stream.is_new(None));
    }
}
