//! Lists that lead to where they were before do not end. This finds them without keeping where a list
//! has been: positions are compared with the last one and with one kept from further back, which moves
//! on at every power of two (Brent's method).

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

/// What is remembered of the way through a list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guard {
    steps: u64,
    last: Option<u64>,
    kept: Option<u64>,
}

impl Guard {
    /// Goes to `position`; false when the list was there before. A loop is found after at most three
    /// times as many steps as it takes to close it.
    pub fn go(&mut self, position: &impl Serialize) -> bool {
        // A position that cannot be written is none that can be asked for.
        let text = serde_json::to_vec(position).unwrap_or_default();
        let hash = Some(xxh3_64(&text));
        if hash == self.last || hash == self.kept {
            return false;
        }
        self.steps += 1;
        self.last = hash;
        if self.steps.is_power_of_two() {
            self.kept = hash;
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many steps are made of `way` until a loop is found.
    fn steps(way: impl Iterator<Item = u64>) -> Option<usize> {
        let mut guard = Guard::default();
        let mut way = way;
        way.position(|position| !guard.go(&position))
    }

    #[test]
    fn a_list_that_stands_still_is_found_at_once() {
        assert_eq!(steps([7, 7].into_iter()), Some(1));
    }

    #[test]
    fn a_loop_is_found_wherever_it_begins() {
        for (before, length) in [(0, 2), (1, 1), (5, 3), (100, 37), (3, 1_000)] {
            let way = (0..before).chain((0..).map(|step| before + step % length));
            let found = steps(way).unwrap();
            assert!(
                found as u64 <= 3 * (before + length) + 2,
                "{before} {length}: {found}"
            );
        }
    }

    #[test]
    fn a_long_way_is_no_loop() {
        assert_eq!(steps(0..100_000), None);
    }
}
