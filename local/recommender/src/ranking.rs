//! Numbers with scores in order, the best first, sorted only as far as somebody reads.

use crate::Scored;

/// Scored numbers, the best first; of equal scores the lower number.
pub(crate) struct Ranking {
    /// Score and number in one integer each, so that comparing two takes one instruction; smaller
    /// is better. In order up to `sorted`, and all of the rest is worse.
    keys: Vec<u64>,
    sorted: usize,
    next: usize,
    /// How many are sorted at the next need.
    block: usize,
}

impl Ranking {
    /// Of scores that are positive or 0. About the first `expected` will be read: those cost least.
    pub(crate) fn of(scored: impl Iterator<Item = (u32, f32)>, expected: usize) -> Self {
        Self {
            keys: scored.map(|(number, score)| key(number, score)).collect(),
            sorted: 0,
            next: 0,
            block: expected.max(1),
        }
    }

    /// Puts the best of what is not in order yet at its front, in order.
    fn sort_block(&mut self) {
        let rest = &mut self.keys[self.sorted..];
        let end = rest.len().min(self.block);
        if end < rest.len() {
            rest.select_nth_unstable(end);
        }
        rest[..end].sort_unstable();
        self.sorted += end;
        // Who reads on reads far: a filter that keeps little.
        self.block = self.block.saturating_mul(4);
    }
}

impl Iterator for Ranking {
    type Item = Scored;

    fn next(&mut self) -> Option<Scored> {
        if self.next == self.sorted {
            self.sort_block();
        }
        let key = !*self.keys.get(self.next)?;
        self.next += 1;
        Some(Scored {
            item: !(key as u32),
            score: f32::from_bits((key >> 32) as u32),
        })
    }
}

/// Bits of floats that are not negative are ordered like the floats.
fn key(number: u32, score: f32) -> u64 {
    !(u64::from(score.to_bits()) << 32 | u64::from(!number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_block_gives_the_order_of_a_sort() {
        let scored: Vec<(u32, f32)> = (0..500_u32)
            .map(|n| (n, ((n * 7919) % 97) as f32 / 7.0))
            .collect();
        let mut expected: Vec<Scored> = scored
            .iter()
            .map(|&(item, score)| Scored { item, score })
            .collect();
        expected.sort_by(Scored::best_first);
        for block in [0, 1, 3, 499, 500, 9_999] {
            let found: Vec<Scored> = Ranking::of(scored.iter().copied(), block).collect();
            assert_eq!(found, expected);
        }
    }

    #[test]
    fn nothing_has_no_first() {
        assert_eq!(Ranking::of(std::iter::empty(), 5).next(), None);
    }
}
