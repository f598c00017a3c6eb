//! What users did with one kind of thing, items or actions: imported and streamed.

use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::{
    export::Ingestion,
    histories::{Histories, Interaction},
    stream::Stream,
};

/// Interactions of all users.
#[derive(Debug, Default)]
pub(super) struct Past {
    /// Shared, so that an import can add to them while questions are answered.
    imported: Arc<Histories>,
    /// What came one by one.
    pub(super) streamed: Stream,
}

impl Past {
    /// What was imported.
    pub(super) fn imported(&self) -> Arc<Histories> {
        Arc::clone(&self.imported)
    }

    /// Takes other imported interactions; answers those that were there.
    pub(super) fn replace(&mut self, imported: Histories) -> Arc<Histories> {
        std::mem::replace(&mut self.imported, Arc::new(imported))
    }

    /// Forgets what was imported.
    pub(super) fn forget_imported(&mut self) {
        self.imported = Arc::default();
    }

    /// Takes away all that some users did; answers how much that was.
    pub(super) fn erase(&mut self, users: &FxHashSet<u32>) -> usize {
        let before = self.imported.iter().count();
        let kept: Vec<_> = self
            .imported
            .iter()
            .filter(|(user, _)| !users.contains(user))
            .collect();
        let imported = before - kept.len();
        if imported > 0 {
            self.imported = Arc::new(Histories::new(kept));
        }
        let streamed: usize = users.iter().map(|user| self.streamed.erase(*user)).sum();
        imported + streamed
    }

    /// What known users did, of the kind asked for; in an order that depends on the data only.
    pub(super) fn of_kind(&self, ingestion: Ingestion) -> Vec<(u32, Interaction)> {
        let mut streamed: Vec<_> = self.streamed.iter().collect();
        streamed.sort_by_key(|(user, interaction)| (*user, interaction.timestamp));
        let imported = self.imported.iter().filter(|_| ingestion.has(true));
        let streamed = streamed.into_iter().filter(|_| ingestion.has(false));
        imported.chain(streamed).collect()
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
        self.of_kind(Ingestion::All)
    }
}
