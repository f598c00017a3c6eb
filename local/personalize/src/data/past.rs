//! What users did with one kind of thing, items or actions: imported and streamed.

use super::{
    histories::{Histories, Interaction},
    stream::Stream,
};
use crate::resources::ImportMode;

/// Interactions of all users.
#[derive(Debug, Default)]
pub(super) struct Past {
    imported: Histories,
    /// What came one by one.
    pub(super) streamed: Stream,
}

impl Past {
    /// Takes imported interactions: instead of those that are there, or with them.
    pub(super) fn import(&mut self, mut rows: Vec<(u32, Interaction)>, mode: ImportMode) {
        if mode == ImportMode::Incremental {
            rows.extend(self.imported.iter());
        }
        self.imported = Histories::new(rows);
    }

    /// Forgets what was imported.
    pub(super) fn forget_imported(&mut self) {
        self.imported = Histories::default();
    }

    /// What a user did, and what was done in a session that has no user yet; in time order.
    pub(super) fn of(&self, user: Option<u32>, session: &str) -> Vec<Interaction> {
        let (imported, streamed) = match user {
            Some(user) => (self.imported.of(user), self.streamed.of(user)),
            None => (&[][..], &[][..]),
        };
        let anonymous = self.streamed.of_session(session);
        let mut history = [anonymous, imported, streamed].concat();
        history.sort_by_key(|interaction| interaction.timestamp);
        history
    }

    /// What a known user did, in no order.
    pub(super) fn of_user(&self, user: u32) -> impl Iterator<Item = &Interaction> {
        self.imported.of(user).iter().chain(self.streamed.of(user))
    }

    /// All interactions of known users; in an order that depends on the data only.
    pub(super) fn all(&self) -> Vec<(u32, Interaction)> {
        let mut streamed: Vec<_> = self.streamed.iter().collect();
        streamed.sort_by_key(|(user, interaction)| (*user, interaction.timestamp));
        self.imported.iter().chain(streamed).collect()
    }
}
