//! A bounded map whose entries grow old: two generations, so that making room is one move and
//! never a search. What is asked for often is read again at most once in a life time.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

/// The map.
#[derive(Debug)]
pub(crate) struct Cache<V> {
    young: HashMap<String, Entry<V>>,
    old: HashMap<String, Entry<V>>,
    generation: usize,
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
            young: HashMap::new(),
            old: HashMap::new(),
            generation: (capacity / 2).max(1),
            life,
        }
    }

    /// The value under `key` as of `now`.
    pub(crate) fn get(&self, key: &str, now: Instant) -> Option<&V> {
        let entry = self.young.get(key).or_else(|| self.old.get(key))?;
        let age = now.saturating_duration_since(entry.since);
        (age < self.life).then_some(&entry.value)
    }

    /// Keeps `value` from `now` on.
    pub(crate) fn put(&mut self, key: String, value: V, now: Instant) {
        if self.young.len() >= self.generation && !self.young.contains_key(&key) {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(key, Entry { value, since: now });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIFE: Duration = Duration::from_secs(30);

    #[test]
    fn an_entry_is_forgotten_after_its_life() {
        let (mut cache, start) = (Cache::new(10, LIFE), Instant::now());
        cache.put("a".into(), 1, start);
        assert_eq!(cache.get("a", start + LIFE / 2), Some(&1));
        assert_eq!(cache.get("a", start + LIFE), None);
    }

    #[test]
    fn it_never_holds_more_than_its_capacity() {
        let (mut cache, now) = (Cache::new(10, LIFE), Instant::now());
        for n in 0..1_000 {
            cache.put(n.to_string(), n, now);
            assert!(cache.young.len() + cache.old.len() <= 10);
        }
        assert_eq!(cache.get("999", now), Some(&999));
        assert_eq!(cache.get("0", now), None);
    }

    #[test]
    fn a_newer_value_hides_the_older_generation() {
        let (mut cache, now) = (Cache::new(2, LIFE), Instant::now());
        cache.put("a".into(), 1, now);
        cache.put("b".into(), 1, now);
        cache.put("a".into(), 2, now);
        assert_eq!(cache.get("a", now), Some(&2));
    }
}
