//! The 64-bit hash under which rows and ids are remembered.
//!
//! XXH3: its values are specified, because the ids of a catalogue are kept between runs (see `known`).

use xxhash_rust::xxh3::xxh3_64_with_seed;

/// The hash of `parts` in their order, each with its length: `ab` + `c` is not `a` + `bc`. Two
/// different rows share one with a chance of one in 2^64: among the rows remembered at a time, less
/// than one wrong hit in a trillion rows.
pub(crate) fn of<'a>(parts: impl IntoIterator<Item = &'a str>) -> u64 {
    parts
        .into_iter()
        .fold(0, |before, part| xxh3_64_with_seed(part.as_bytes(), before))
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn parts_do_not_run_into_each_other() {
        assert_ne!(of(["ab", "c"]), of(["a", "bc"]));
        assert_ne!(of(["a", ""]), of(["a"]));
        assert_eq!(of(["ab", "c"]), of(["ab", "c"]));
    }
}
