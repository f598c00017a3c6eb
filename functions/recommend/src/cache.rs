//! A bounded map whose entries grow old. The first in is the first out: of entries that all live
//! equally long it is the one of least use, and each new entry pays for one old one, so that no
//! request pays for thousands.

use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
    time::{Duration, Instant},
};

/// The map.
#[derive(Debug)]
pub(crate) struct Cache<V> {
    entries: HashMap<Arc<str>, Entry<V>>,
    /// The keys of `entries`, each once, in the order they came.
    order: VecDeque<Arc<str>>,
    capacity: usize,
    life: Duration,
}

#[derive(Debug)]
struct Entry<V> {
    value: V,
    since: Instant,
}

impl<V> Cache<V> {
    /// At most `capacity` entries, none given out longer than `life` after it was put.
    pub(crate) fn new(capacity: usize, life: Duration) -> Self {
        Self {
            entries: HashMap::new(),
            order: VecDeque::new(),
            capacity,
            life,
        }
    }

    /// The value under `key` as of `now`.
    pub(crate) fn get(&self, key: &str, now: Instant) -> Option<&V> {
        let entry = self.entries.get(key)?;
        let age = now.saturating_duration_since(entry.since);
        (age < self.life).then_some(&entry.value)
    }

    /// Keeps `value` from `now` on.
    pub(crate) fn put(&mut self, key: &str, value: V, now: Instant) {
        let entry = Entry { value, since: now };
        if let Some(known) = self.entries.get_mut(key) {
            *known = entry;
            return;
        }
        if self.order.len() >= self.capacity
            && let Some(first) = self.order.pop_front()
        {
            self.entries.remove(&first);
        }
        let key: Arc<str> = key.into();
        self.order.push_back(Arc::clone(&key));
        self.entries.insert(key, entry);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIFE: Duration = Duration::from_secs(30);

    #[test]
    fn an_entry_is_forgotten_after_its_life() {
        let (mut cache, start) = (Cache::new(10, LIFE), Instant::now());
        cache.put("a", 1, start);
        assert_eq!(cache.get("a", start + LIFE / 2), Some(&1));
        assert_eq!(cache.get("a", start + LIFE), None);
    }

    #[test]
    fn a_newer_value_takes_the_place_and_lives_anew() {
        let (mut cache, start) = (Cache::new(10, LIFE), Instant::now());
        cache.put("a", 1, start);
        cache.put("a", 2, start + LIFE);
        assert_eq!(cache.get("a", start + LIFE), Some(&2));
        assert_eq!(cache.order.len(), 1);
    }

    #[test]
    fn it_never_holds_more_than_its_capacity() {
        let (mut cache, now) = (Cache::new(10, LIFE), Instant::now());
        for n in 0..1_000 {
            cache.put(&n.to_string(), n, now);
            assert!(cache.entries.len() <= 10 && cache.order.len() == cache.entries.len());
        }
        assert_eq!(cache.get("990", now), Some(&990));
        assert_eq!(cache.get("989", now), None);
    }
}
