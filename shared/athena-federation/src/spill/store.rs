//! Where spilled blocks go.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use crate::{error::Cause, message::S3SpillLocation};

/// A store of objects; S3 for an engine that is Athena.
pub trait SpillStore: Send + Sync {
    /// Stores `body` at `location`, which is no directory.
    ///
    /// # Errors
    /// When it is not stored.
    fn put(
        &self,
        location: &S3SpillLocation,
        body: Vec<u8>,
    ) -> impl Future<Output = Result<(), Cause>> + Send;
}

/// A store in memory, for tests and for engines in the same process.
#[derive(Debug, Clone, Default)]
pub struct MemoryStore {
    objects: Arc<Mutex<Objects>>,
}

/// Bodies by bucket and key.
type Objects = HashMap<(String, String), Vec<u8>>;

impl MemoryStore {
    /// The object at `location`, which is then no longer kept.
    #[must_use]
    pub fn take(&self, location: &S3SpillLocation) -> Option<Vec<u8>> {
        let name = (location.bucket.clone(), location.key.clone());
        let mut objects = self.objects.lock().unwrap_or_else(PoisonError::into_inner);
        objects.remove(&name)
    }
}

impl SpillStore for MemoryStore {
    async fn put(&self, location: &S3SpillLocation, body: Vec<u8>) -> Result<(), Cause> {
        let name = (location.bucket.clone(), location.key.clone());
        let mut objects = self.objects.lock().unwrap_or_else(PoisonError::into_inner);
        objects.insert(name, body);
        Ok(())
    }
}
