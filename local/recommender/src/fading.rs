//! How soon what a user did loses its say in an answer.
//!
//! In some shops the last click tells nearly all, in others the tenth before it as much. Which it
//! is, the data says itself (`calibrate.rs`): one of a few paces is chosen when a model is trained.

use serde::{Deserialize, Serialize};
use std::sync::LazyLock;

/// The farthest event of a history that is looked at, in steps or places.
pub(crate) const FARTHEST: usize = 500;

/// Exponents of the paces, the slowest first: by steps for what follows what, by places for near
/// histories, which are about a single session.
const PACES: [(f32, f32); 4] = [(0.6, 0.0), (1.0, 0.25), (1.25, 0.5), (1.5, 1.0)];

/// A pace at which say is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Fading(u8);

/// Powers are dear, and an answer needs hundreds.
struct Table {
    /// (1 + steps / 2)^-e
    by_steps: Vec<f32>,
    /// place^-e, place 1 being the newest
    by_places: Vec<f32>,
}

static TABLES: LazyLock<[Table; PACES.len()]> = LazyLock::new(|| {
    PACES.map(|(steps, places)| Table {
        by_steps: (0..=FARTHEST)
            .map(|distance| (1.0 + distance as f32 / 2.0).powf(-steps))
            .collect(),
        by_places: (0..=FARTHEST)
            .map(|distance| (1.0 + distance as f32).powf(-places))
            .collect(),
    })
});

impl Fading {
    /// Where there is too little data to tell.
    pub(crate) const USUAL: Self = Self(2);

    /// How many there are.
    pub(crate) const COUNT: usize = PACES.len();
    /// All of them, the slowest first.
    pub(crate) const ALL: [Self; Self::COUNT] = [Self(0), Self(1), Self(2), Self(3)];

    /// What an event counts that lies so many steps before the newest.
    pub(crate) fn by_steps(self, steps: usize) -> f32 {
        TABLES[usize::from(self.0)].by_steps[steps.min(FARTHEST)]
    }

    /// What the so-manyth item counts, 0 being the newest.
    pub(crate) fn by_places(self, places: usize) -> f32 {
        TABLES[usize::from(self.0)].by_places[places.min(FARTHEST)]
    }

    /// Whether it is one of those there are.
    pub(crate) fn fits(self) -> bool {
        usize::from(self.0) < PACES.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_counts_fully_and_the_faster_the_pace_the_less_the_rest() {
        let tenth: Vec<f32> = Fading::ALL.map(|pace| pace.by_steps(10)).into();
        assert!(tenth.is_sorted_by(|slower, faster| slower > faster));
        for pace in Fading::ALL {
            assert_eq!((pace.by_steps(0), pace.by_places(0)), (1.0, 1.0));
            assert!(pace.by_places(FARTHEST + 9) > 0.0);
        }
        assert!(Fading::USUAL.fits() && !Fading(9).fits());
    }
}
