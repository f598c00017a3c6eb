//! Chance that is the same in every run: a number for a seed, a subject and a position.

/// The finalizer of SplitMix64 over the three: evenly spread, and no state to share among threads.
pub(crate) fn roll(seed: u64, subject: &str, position: u64) -> u64 {
    let subject =
        subject.bytes().fold(
            seed,
            |hash, byte| mix(hash.rotate_left(8) ^ u64::from(byte)),
        );
    mix(subject ^ mix(position))
}

/// Whether an event of `percent` (0 to 100) happens.
pub(crate) fn happens(percent: f64, seed: u64, subject: &str, position: u64) -> bool {
    percent > 0.0 && share(seed, subject, position) * 100.0 < percent
}

/// A number from 0 up to and without 1.
pub(crate) fn share(seed: u64, subject: &str, position: u64) -> f64 {
    // The 53 bits that a double holds.
    #[allow(clippy::cast_precision_loss)]
    let bits = (roll(seed, subject, position) >> 11) as f64;
    bits / 9_007_199_254_740_992.0
}

fn mix(value: u64) -> u64 {
    let value = value.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    value ^ (value >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentage_is_met_and_the_same_again() {
        let hits = |seed, subject| {
            (0..10_000)
                .filter(|position| happens(10.0, seed, subject, *position))
                .collect::<Vec<_>>()
        };
        assert!((900..1100).contains(&hits(1, "throttle").len()));
        assert_eq!(hits(1, "throttle"), hits(1, "throttle"));
        assert_ne!(hits(1, "throttle"), hits(2, "throttle"));
        assert_ne!(hits(1, "throttle"), hits(1, "error"));
        assert!((0..1000).all(|position| !happens(0.0, 1, "cut", position)));
        assert!((0..1000).all(|position| happens(100.0, 1, "cut", position)));
    }
}
