//! How a numbered list is shared out among parts that are pulled side by side.

/// The most parts of a pull.
const MAX_PARTS: u64 = 40;
/// The fewest pages a part is worth.
const MIN_PAGES: u64 = 5;

/// Pages `0..pages`, shared out: the first page of each part, and the first that is no longer its own.
/// The last part is open: products that came since the total was told are in it.
pub(crate) fn split(pages: u64) -> Vec<(u64, Option<u64>)> {
    let each = pages.div_ceil(MAX_PARTS).max(MIN_PAGES);
    let parts = pages.div_ceil(each).max(1);
    (0..parts)
        .map(|part| {
            let end = (part + 1 < parts).then_some((part + 1) * each);
            (part * each, end)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_is_in_one_part_and_the_last_part_is_open() {
        for pages in [0, 1, 5, 6, 199, 200, 201, 4_000, 10_007] {
            let parts = split(pages);
            assert!((1..=40).contains(&parts.len()), "{pages}: {}", parts.len());
            assert_eq!(parts[0].0, 0);
            for pair in parts.windows(2) {
                assert_eq!(pair[0].1, Some(pair[1].0), "{pages}");
                assert!(pair[1].0 >= pair[0].0 + MIN_PAGES, "{pages}");
            }
            let (first, end) = parts[parts.len() - 1];
            assert!(end.is_none() && (first < pages || pages == 0), "{pages}");
        }
        assert_eq!(split(4_000).len(), 40);
    }
}
