//! One answer from two views of a history: what follows what, and what near histories did.
//!
//! Each view is divided by its largest score. Near histories speak loudly where one is very near, as
//! in a session; where none is, their scores are so far below the largest that what follows what
//! decides.

use crate::Event;
use crate::accumulator::Accumulator;
use crate::fading::Fading;
use crate::sessions::Sessions;

/// How much near histories say in an answer; the rest is what follows what.
const NEAR_HISTORIES: f32 = 0.9;

/// Blends near histories into `scores`, which hold what follows `history`. `not` is a history that is
/// not heard.
pub(crate) fn near_histories(
    sessions: &Sessions,
    history: &[Event],
    fading: Fading,
    not: Option<u32>,
    scores: &mut Accumulator,
) {
    Accumulator::with(scores.items(), |near| {
        let largest = sessions.score(history, fading, not, near);
        if largest == 0.0 {
            return;
        }
        let follows = scores.largest();
        if follows > 0.0 {
            scores.scale((1.0 - NEAR_HISTORIES) / follows);
        }
        for (item, score) in near.sums() {
            scores.add(item, NEAR_HISTORIES * score / largest);
        }
    });
}
