//! Which items the catalogue has, in bounded memory: a Bloom filter (Bloom 1970), kept in S3 from the
//! check of the items to the checks of interactions.
//!
//! An item of the catalogue is always known; one that is not is taken for known once in some hundred
//! times at most, be there five million items (the most that Personalize trains on).

/// Bits while ids are collected: 8 MiB, 13 a piece for five million ids.
const BITS: usize = 1 << 26;
/// Bits set for each id.
const PROBES: u64 = 4;
/// Bits left for each id when the filter is stored.
const BITS_PER_ID: usize = 16;
/// Bits of the smallest filter stored.
const SMALLEST: usize = 512;

/// A set of ids that only says whether one is in it.
#[derive(Debug, Clone)]
pub(crate) struct KnownIds {
    /// A power of two of them.
    bytes: Vec<u8>,
}

impl KnownIds {
    /// No id.
    pub(crate) fn none() -> Self {
        Self {
            bytes: vec![0; BITS / 8],
        }
    }

    /// What [`Self::into_stored`] gave; `None` when these bytes are something else.
    pub(crate) fn from_stored(bytes: Vec<u8>) -> Option<Self> {
        let sound = bytes.len().is_power_of_two() && bytes.len() <= BITS / 8;
        sound.then_some(Self { bytes })
    }

    /// The same ids, with room for more.
    pub(crate) fn with_room(self) -> Self {
        // Places are counted modulo the size: in a filter repeated, every id is where it is looked for.
        Self {
            bytes: self.bytes.repeat(BITS / 8 / self.bytes.len()),
        }
    }

    /// As small as its ids can be told by.
    pub(crate) fn into_stored(mut self) -> Vec<u8> {
        // Far from full, hardly two ids share a bit: so many ids at most.
        let set: usize = self
            .bytes
            .iter()
            .map(|byte| byte.count_ones() as usize)
            .sum();
        let needed = (set / PROBES as usize)
            .saturating_mul(BITS_PER_ID)
            .max(SMALLEST);
        while self.bytes.len() * 8 / 2 >= needed {
            let upper = self.bytes.split_off(self.bytes.len() / 2);
            for (byte, folded) in self.bytes.iter_mut().zip(upper) {
                *byte |= folded;
            }
        }
        self.bytes
    }

    /// Adds the id with this hash.
    pub(crate) fn add(&mut self, hash: u64) {
        let bits = self.bytes.len() * 8;
        for place in places(hash, bits) {
            self.bytes[place / 8] |= 1 << (place % 8);
        }
    }

    /// Whether the id with this hash was added.
    pub(crate) fn has(&self, hash: u64) -> bool {
        let bits = self.bytes.len() * 8;
        places(hash, bits).all(|place| self.bytes[place / 8] & (1 << (place % 8)) != 0)
    }
}

/// Where an id is looked for: double hashing (Kirsch and Mitzenmacher 2006).
fn places(hash: u64, bits: usize) -> impl Iterator<Item = usize> {
    let step = hash.rotate_left(32) | 1;
    (0..PROBES).map(move |probe| {
        let place = hash.wrapping_add(probe.wrapping_mul(step));
        // The remainder of a power of two: the lowest bits, which fit every size of a pointer.
        usize::try_from(place & (BITS as u64 - 1)).unwrap_or(0) & (bits - 1)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::of;

    fn id(n: u32) -> u64 {
        of([format!("item-{n}").as_str()])
    }

    fn stored(ids: u32) -> KnownIds {
        let mut known = KnownIds::none();
        (0..ids).for_each(|n| known.add(id(n)));
        KnownIds::from_stored(known.into_stored()).unwrap()
    }

    #[test]
    fn every_known_id_is_known_and_hardly_another() {
        let known = stored(100_000);
        assert!(known.bytes.len() <= 512 * 1024, "{}", known.bytes.len());
        assert!((0..100_000).all(|n| known.has(id(n))));
        let wrong = (100_000..200_000).filter(|n| known.has(id(*n))).count();
        assert!(wrong < 1_000, "{wrong} of 100000");
    }

    #[test]
    fn ids_are_added_to_a_stored_filter() {
        let mut more = stored(100).with_room();
        more.add(id(500));
        let more = KnownIds::from_stored(more.into_stored()).unwrap();
        assert!((0..100).all(|n| more.has(id(n))) && more.has(id(500)));
        assert!(!more.has(id(501)));
    }

    #[test]
    fn other_bytes_are_no_filter() {
        assert!(KnownIds::from_stored(b"{}.".to_vec()).is_none());
        assert!(KnownIds::from_stored(Vec::new()).is_none());
    }
}
