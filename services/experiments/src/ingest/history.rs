//! Which definitions were in force when: an event is judged by those of the second it was received in.

use std::{collections::BTreeMap, sync::Arc};

use experiment::definition::Definitions;

use crate::{error::ServiceError, store::DefinitionsStore, store::definitions::InForce};

/// The writings that matter for events not counted yet, by version.
#[derive(Debug, Default)]
pub(crate) struct History {
    writings: BTreeMap<u64, Arc<InForce>>,
}

impl History {
    /// Reads what was written since, at `now`; of the past only what reaches back to `since`. Both are
    /// epoch seconds.
    pub(crate) async fn refresh(
        &mut self,
        store: &DefinitionsStore,
        since: i64,
        now: i64,
    ) -> Result<(), ServiceError> {
        let current = store.read().await?;
        let known = self.writings.keys().next_back().copied().unwrap_or(0);
        let mut version = current.version;
        while version > known {
            let found = match store.at(version).await? {
                Some(found) => Some(found),
                // Its writer ended too early to remember it: it counts from now on.
                None if version == current.version => {
                    let definitions = &current.definitions;
                    store.remember(version, now, definitions).await?;
                    Some(InForce {
                        from: now,
                        definitions: definitions.clone(),
                    })
                }
                None => None,
            };
            let reaches = found.as_ref().is_some_and(|found| found.from <= since);
            self.writings
                .extend(found.map(|found| (version, Arc::new(found))));
            if reaches {
                break;
            }
            version -= 1;
        }
        self.forget(since);
        Ok(())
    }

    /// The definitions in force at `at`; none before the first.
    pub(crate) fn at(&self, at: i64) -> Option<&Definitions> {
        let mut before = self.writings.values().rev();
        let found = before.find(|writing| writing.from <= at);
        found.map(|writing| &writing.definitions)
    }

    /// Forgets what was over before `since`.
    fn forget(&mut self, since: i64) {
        let before = self.writings.iter().rev();
        let first = before.skip_while(|(_, writing)| writing.from > since);
        let first = first.map(|(version, _)| *version).next();
        if let Some(first) = first {
            self.writings = self.writings.split_off(&first);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_writing_before_an_event_is_in_force() {
        let mut history = History::default();
        for (version, from) in [(1, 100), (2, 200), (4, 300)] {
            let mut definitions = Definitions::default();
            definitions.layers.push(experiment::definition::Layer {
                name: version.to_string(),
                salt: String::new(),
            });
            let writing = InForce { from, definitions };
            history.writings.insert(version, Arc::new(writing));
        }
        let name = |history: &History, at| {
            let found = history.at(at);
            found.map(|found| found.layers[0].name.clone())
        };
        assert_eq!(name(&history, 99), None);
        assert_eq!(name(&history, 299).as_deref(), Some("2"));
        history.forget(250);
        assert_eq!(history.writings.len(), 2);
        assert_eq!(name(&history, 260).as_deref(), Some("2"));
        assert_eq!(name(&history, 400).as_deref(), Some("4"));
    }
}
